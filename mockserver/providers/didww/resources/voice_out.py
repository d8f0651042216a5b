"""Outbound trunks and the rotation of their credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import DECIMAL, INSTANT, Codec, decimal_text
from mockserver.jsonapi.objects import Kind, objects
from mockserver.jsonapi.resource import (
    Incoming,
    ResourceType,
    Source,
    attr,
    boolean,
    contains,
    exact,
    many,
    one,
    related,
    sort,
)
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import out_trunks
from mockserver.providers.didww.rules.access import require_outbound
from mockserver.providers.didww.rules.configurations import MEDIA_ENCRYPTION
from mockserver.providers.didww.versions import V2021_12, V2022_05, V2026_04
from mockserver.providers.didww.voice_rows import (
    CredentialRotation,
    CredentialsAndIp,
    IpOnly,
    Twilio,
    VoiceOutTrunk,
)

CREDENTIALS = Kind(
    "credentials_and_ip",
    CredentialsAndIp,
    (
        attr("allowed_sip_ips", create=True, update=True),
        attr("tech_prefix", create=True, update=True),
        attr("username"),
        attr("password"),
    ),
)
IP_ONLY = Kind(
    "ip_only",
    IpOnly,
    (attr("allowed_sip_ips", create=True, update=True), attr("tech_prefix", create=True, update=True)),
)
TWILIO = Kind("twilio", Twilio, (attr("twilio_account_sid", create=True, update=True),))
_KINDS = (CREDENTIALS, IP_ONLY, TWILIO)
_ACTIONS = ("reject_call", "replace_cli", "send_original_cli", "randomize_cli")


def _part(name: str, decode: Callable[[Any], Any] | None = None) -> Codec:
    """A member of the authentication method as an attribute of its own, which it was up to 2022-05-10."""
    return Codec(lambda method: getattr(method, name, None), decode)


def _method(_: World, trunk: Any) -> str:
    stored = type(trunk.authentication_method)
    return next(kind.type for kind in _KINDS if kind.stored is stored)


class Outbound(Source):
    """The trunks; an account without outbound calls may not list them (reference 5.3)."""

    def every(self, world: World) -> Iterable[Row]:
        require_outbound(world)
        return world.table(VoiceOutTrunk)


def _create(world: World, incoming: Incoming) -> VoiceOutTrunk:
    values = incoming.values
    if incoming.version < V2026_04:
        values = {"authentication_method": out_trunks.flat(None), **values}
    return out_trunks.create_trunk(world, values)


def _update(world: World, row: Any, incoming: Incoming) -> VoiceOutTrunk:
    return out_trunks.update_trunk(world, row, incoming.values)


def _meta(_: World, trunk: VoiceOutTrunk) -> Mapping[str, Any]:
    return {"spent_amount": decimal_text(trunk.spent_amount)}


VOICE_OUT_TRUNKS = ResourceType(
    type="voice_out_trunks",
    since=V2021_12,
    row=VoiceOutTrunk,
    attributes=(
        attr(
            "allowed_sip_ips",
            _part("allowed_sip_ips", out_trunks.flat),
            field="authentication_method",
            create=True,
            update=True,
            until=V2022_05,
        ),
        attr("allowed_rtp_ips", create=True, update=True),
        attr("allow_any_did_as_cli", create=True, update=True),
        attr("status", create=True, update=True),
        attr("on_cli_mismatch_action", create=True, update=True),
        attr("name", create=True, update=True),
        attr("capacity_limit", create=True, update=True),
        attr("username", _part("username"), field="authentication_method", until=V2022_05),
        attr("password", _part("password"), field="authentication_method", until=V2022_05),
        attr("created_at", INSTANT),
        attr("threshold_reached"),
        attr("threshold_amount", DECIMAL, create=True, update=True),
        attr("media_encryption_mode", create=True, update=True),
        attr("default_dst_action", create=True, update=True),
        attr("dst_prefixes", create=True, update=True),
        attr("force_symmetric_rtp", create=True, update=True),
        attr("rtp_ping", create=True, update=True),
        attr("callback_url", create=True, update=True),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
        objects("authentication_method", *_KINDS, create=True, update=True, since=V2026_04),
        attr("emergency_enable_all", create=True, update=True, since=V2026_04),
        attr("rtp_timeout", create=True, update=True, since=V2026_04),
    ),
    relationships=(
        one("default_did", "dids", create=True, update=True, until=V2022_05),
        # From 2026-04-16 on it is taken and never shown (documented).
        one("default_did", "dids", create=True, update=True, read=False, since=V2026_04),
        many("dids", "dids", field="did_ids", create=True, update=True),
        many("emergency_dids", "dids", field="emergency_did_ids", create=True, update=True, since=V2026_04),
    ),
    filters=(
        exact("name", blank=True),
        contains("name_contains", "name", array=True, blank=True),
        exact("status", array=False, blank=False, words=("active", "blocked")),
        exact("on_cli_mismatch_action", blank=True, words=_ACTIONS),
        exact("default_dst_action", array=False, blank=False, words=("allow_all", "reject_all")),
        exact("media_encryption_mode", array=False, blank=False, words=MEDIA_ENCRYPTION),
        boolean("allow_any_did_as_cli"),
        boolean("threshold_reached"),
        related("default_did.id"),
        exact("external_reference_id", array=False, blank=True, since=V2026_04),
        exact(
            "authentication_method.type",
            blank=False,
            words=[kind.type for kind in _KINDS],
            value=_method,
            since=V2026_04,
        ),
    ),
    sorts=(
        sort("name", key=collated),
        sort("allow_any_did_as_cli"),
        sort("threshold_reached"),
        sort("created_at"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    source=Outbound(VoiceOutTrunk),
    steady=False,  # whether the account may list them may be changed from outside
    meta=_meta,
    create=_create,
    update=_update,
    delete=out_trunks.delete_trunk,
    evidence=dict.fromkeys(("list", "show", "create", "update", "delete"), "recorded"),
)


def _rotate(world: World, incoming: Incoming) -> CredentialRotation:
    return out_trunks.rotate_credentials(world, incoming.values.get("voice_out_trunk_id"))


ROTATIONS = ResourceType(
    type="voice_out_trunk_regenerate_credentials",
    since=V2021_12,
    row=CredentialRotation,
    attributes=(),
    relationships=(one("voice_out_trunk", "voice_out_trunks", create=True, read=False),),
    operations=("create",),
    create=_rotate,
    evidence={"create": "recorded"},
)

TYPES = (VOICE_OUT_TRUNKS, ROTATIONS)
