"""Identities and their addresses."""

from __future__ import annotations

from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.codecs import INSTANT, Codec, day, words
from mockserver.jsonapi.resource import (
    Filter,
    Incoming,
    ResourceType,
    attr,
    contains,
    exact,
    many,
    one,
    related,
    sort,
)
from mockserver.providers.didww.regulation_rows import Address, Identity
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import identities as rules
from mockserver.providers.didww.versions import V2021_04, V2022_05, V2026_04

DAY = Codec(day)
IDENTITY_TYPE = words({"personal": "Personal", "business": "Business"})


def _texts(*names: str, several: bool) -> tuple[Filter, ...]:
    """Each attribute as a filter, whole and in part. `several`: a comma means any of the values."""
    return tuple(
        found
        for name in names
        for found in (
            exact(name, array=several, blank=True),
            contains(f"{name}_contains", name, array=several and name != "phone_number", blank=True),
        )
    )


def _create_identity(world: World, incoming: Incoming) -> Identity:
    return rules.create_identity(world, incoming.values, incoming.version)


def _update_identity(world: World, row: Any, incoming: Incoming) -> Identity:
    return rules.update_identity(world, row, incoming.values, incoming.version)


IDENTITIES = ResourceType(
    type="identities",
    row=Identity,
    since=V2021_04,
    attributes=(
        attr("first_name", create=True, update=True),
        attr("last_name", create=True, update=True),
        attr("phone_number", create=True, update=True),
        attr("id_number", create=True, update=True),
        attr("birth_date", DAY, create=True, update=True),
        attr("company_name", create=True, update=True),
        attr("company_reg_number", create=True, update=True),
        attr("vat_id", create=True, update=True),
        attr("description", create=True, update=True),
        attr("personal_tax_id", create=True, update=True),
        attr("identity_type", IDENTITY_TYPE, create=True, until=V2022_05),
        attr("identity_type", create=True, since=V2026_04),
        attr("created_at", INSTANT),
        attr("external_reference_id", create=True, update=True),
        attr("verified"),
        # Recorded in 2022-05-10 too; only from 2026 on it is documented, and may be written.
        attr("contact_email", since=V2022_05, until=V2022_05),
        attr("contact_email", create=True, update=True, since=V2026_04),
    ),
    relationships=(
        one("country", "countries", create=True, update=True),
        one("birth_country", "countries", create=True, update=True, since=V2026_04),
        many("proofs", "proofs", field="proof_ids", inverse="entity_id"),
        many("addresses", "addresses", field="address_ids", inverse="identity_id"),
        many(
            "permanent_documents",
            "permanent_supporting_documents",
            field="document_ids",
            inverse="identity_id",
        ),
    ),
    filters=(
        *_texts("first_name", "last_name", "phone_number", "company_name", several=True),
        *_texts("company_reg_number", "vat_id", "id_number", several=True),
        *_texts("personal_tax_id", "description", several=True),
        exact("birth_date", blank=False),
        exact("identity_type", array=False, blank=False),
        related("country.id", array=False, blank=False),
        exact("external_reference_id", since=V2026_04),
    ),
    sorts=(
        sort("first_name", key=collated),
        sort("last_name", key=collated),
        sort("phone_number"),
        sort("id_number", key=collated),
        sort("birth_date"),
        sort("company_name", key=collated),
        sort("company_reg_number", key=collated),
        sort("vat_id", key=collated),
        sort("description", key=collated),
        sort("personal_tax_id", key=collated),
        sort("external_reference_id", key=collated),
        sort("contact_email", key=collated, since=V2026_04),
        sort("created_at"),
        sort("verified"),
    ),
    operations=("list", "show", "create", "update", "delete"),
    create=_create_identity,
    update=_update_identity,
    delete=rules.delete_identity,
    evidence={"list": "recorded", "create": "recorded", "update": "recorded", "delete": "recorded"},
)


def _create_address(world: World, incoming: Incoming) -> Address:
    return rules.create_address(world, incoming.values, incoming.version)


def _update_address(world: World, row: Any, incoming: Incoming) -> Address:
    return rules.update_address(world, row, incoming.values, incoming.version)


ADDRESSES = ResourceType(
    type="addresses",
    row=Address,
    since=V2021_04,
    attributes=(
        attr("city_name", create=True, update=True),
        attr("postal_code", create=True, update=True),
        attr("address", create=True, update=True),
        attr("description", create=True, update=True),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
        attr("created_at", INSTANT),
        attr("verified"),
    ),
    relationships=(
        one("identity", "identities", create=True),
        one("country", "countries", create=True),
        many("proofs", "proofs", field="proof_ids", inverse="entity_id"),
        one("area", "areas"),
        one("city", "cities"),
    ),
    filters=(
        *_texts("address", "city_name", "postal_code", "description", several=False),
        exact("external_reference_id", array=False, blank=True, since=V2026_04),
        exact("identity.external_reference_id", since=V2026_04),
        related("identity.id", blank=True),
        related("country.id", blank=True),
        related("area.id", blank=True),
        related("city.id", blank=True),
    ),
    sorts=(
        sort("address", key=collated),
        sort("city_name", key=collated),
        sort("postal_code", key=collated),
        sort("description", key=collated),
        sort("external_reference_id", key=collated, since=V2026_04),
        sort("created_at"),
        sort("verified"),
    ),
    operations=("list", "show", "create", "update", "delete"),
    create=_create_address,
    update=_update_address,
    delete=rules.delete_address,
    evidence={
        "list": "recorded",
        "show": "recorded",
        "create": "recorded",
        "update": "recorded",
        "delete": "recorded",
    },
)

TYPES = (IDENTITIES, ADDRESSES)
