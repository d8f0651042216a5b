"""Requests to register numbers at an address."""

from __future__ import annotations

from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.codecs import INSTANT, Codec, words
from mockserver.jsonapi.resource import Incoming, ResourceType, attr, exact, many, one, related, sort
from mockserver.providers.didww.regulation_rows import AddressVerification
from mockserver.providers.didww.resources.billing import CALLBACK_METHOD
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import verifications as rules
from mockserver.providers.didww.versions import V2021_04, V2022_05, V2026_04

STATUS = words({"pending": "Pending", "approved": "Approved", "rejected": "Rejected"})
JOINED = Codec("; ".join)  # recorded


def _submit(world: World, incoming: Incoming) -> AddressVerification:
    return rules.submit(world, incoming.values, incoming.version)


def _update(world: World, row: Any, incoming: Incoming) -> AddressVerification:
    return rules.set_reference(world, row, incoming.values)


ADDRESS_VERIFICATIONS = ResourceType(
    type="address_verifications",
    row=AddressVerification,
    since=V2021_04,
    attributes=(
        attr("service_description", create=True),
        attr("callback_url", create=True),
        attr("callback_method", CALLBACK_METHOD, create=True, until=V2022_05),
        attr("callback_method", create=True, since=V2026_04),
        attr("status", STATUS, until=V2022_05),
        attr("status", since=V2026_04),
        attr("reject_reasons", JOINED, until=V2022_05),
        attr("reject_reasons", since=V2026_04),
        attr("reject_comment", since=V2026_04),
        attr("reference"),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
        attr("created_at", INSTANT),
    ),
    relationships=(
        many("dids", "dids", field="did_ids", create=True),
        one("address", "addresses", create=True),
        many("onetime_files", "encrypted_files", field="onetime_file_ids", create=True, read=False),
    ),
    filters=(
        exact("status", array=False, blank=False),
        exact("reference", blank=False),
        exact("reference_in", "reference", since=V2026_04),
        related("address.id", blank=True),
        related("address.identity.id", "address.identity_id", blank=True),
        exact("external_reference_id", array=False, blank=True, since=V2026_04),
    ),
    sorts=(
        sort("created_at"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update"),
    operations_since={"update": V2026_04},
    create=_submit,
    update=_update,
    evidence={"list": "recorded", "show": "recorded", "create": "recorded"},
)

TYPES = (ADDRESS_VERIFICATIONS,)
