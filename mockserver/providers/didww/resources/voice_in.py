"""POPs, inbound trunks and their groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.codecs import INSTANT
from mockserver.jsonapi.objects import Kind, objects
from mockserver.jsonapi.resource import Attribute, Incoming, ResourceType, attr, exact, many, one, sort
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import trunks
from mockserver.providers.didww.rules.configurations import type_of
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04
from mockserver.providers.didww.voice_rows import (
    H323Configuration,
    Iax2Configuration,
    Pop,
    PstnConfiguration,
    SipConfiguration,
    VoiceInTrunk,
    VoiceInTrunkGroup,
)

POPS = ResourceType(
    type="pops",
    row=Pop,
    attributes=(attr("name"),),
    paging=None,
    counted=True,
    operations=("list",),
    evidence={"list": "recorded"},
)


# --- configurations ------------------------------------------------------------------------------


def _members(*names: str, since: str = "") -> tuple[Attribute, ...]:
    return tuple(attr(name, create=True, update=True, since=since) for name in names)


SIP = Kind(
    "sip_configurations",
    SipConfiguration,
    (
        *_members("username", "host", "port", "codec_ids", "rx_dtmf_format_id", "tx_dtmf_format_id"),
        *_members("resolve_ruri", "auth_enabled", "auth_user", "auth_password"),
        *_members("auth_from_user", "auth_from_domain", "sst_enabled", "sst_min_timer", "sst_max_timer"),
        *_members("sst_accept_501", "sip_timer_b", "dns_srv_failover_timer", "rtp_ping", "rtp_timeout"),
        *_members("force_symmetric_rtp", "symmetric_rtp_ignore_rtcp", "rerouting_disconnect_code_ids"),
        *_members("sst_session_expires", "sst_refresh_method_id", "transport_protocol_id"),
        *_members("max_transfers", "max_30x_redirects"),
        *_members("media_encryption_mode", "stir_shaken_mode", "allowed_rtp_ips", since=V2021_12),
        *_members("diversion_relay_policy", "diversion_inject_mode", since=V2026_04),
        *_members("network_protocol_priority", "enabled_sip_registration", since=V2026_04),
        *_members("use_did_in_ruri", "cnam_lookup", since=V2026_04),
        attr("incoming_auth_username", since=V2026_04),
        attr("incoming_auth_password", since=V2026_04),
    ),
)
PSTN = Kind("pstn_configurations", PstnConfiguration, _members("dst"))
H323 = Kind(
    "h323_configurations", H323Configuration, _members("dst", "host", "port", "codec_ids"), until=V2022_05
)
IAX2 = Kind(
    "iax2_configurations",
    Iax2Configuration,
    _members("dst", "host", "port", "auth_user", "auth_password", "codec_ids"),
    until=V2022_05,
)
_KINDS = (SIP, PSTN, H323, IAX2)


def _expresses(trunk: Any, version: str) -> bool:
    """Trunks over H.323 and IAX2 are not there for versions that know neither (assumed)."""
    stored = type(trunk.configuration)
    return any(kind.stored is stored and kind.known_in(version) for kind in _KINDS)


def _type(_: World, trunk: Any) -> str:
    return type_of(trunk.configuration)


# --- trunks --------------------------------------------------------------------------------------


def _create_trunk(world: World, incoming: Incoming) -> VoiceInTrunk:
    return trunks.create_trunk(world, incoming.values, incoming.version)


def _update_trunk(world: World, row: Any, incoming: Incoming) -> VoiceInTrunk:
    return trunks.update_trunk(world, row, incoming.values, incoming.version)


VOICE_IN_TRUNKS = ResourceType(
    type="voice_in_trunks",
    former=((V2021_04, "trunks"),),
    row=VoiceInTrunk,
    attributes=(
        attr("priority", create=True, update=True),
        attr("capacity_limit", create=True, update=True),
        attr("weight", create=True, update=True),
        attr("name", create=True, update=True),
        attr("cli_format", create=True, update=True),
        attr("cli_prefix", create=True, update=True),
        attr("description", create=True, update=True),
        attr("ringing_timeout", create=True, update=True),
        objects("configuration", *_KINDS, create=True, update=True),
        attr("created_at", INSTANT),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
    ),
    relationships=(
        one(
            "trunk_group",
            "voice_in_trunk_groups",
            field="voice_in_trunk_group_id",
            create=True,
            update=True,
            until=V2021_04,
        ),
        one("voice_in_trunk_group", "voice_in_trunk_groups", create=True, update=True, since=V2021_12),
        one("pop", "pops", create=True, update=True),
    ),
    filters=(
        exact("name", blank=True),
        exact(
            "configuration.type",
            blank=True,
            words=[kind.type for kind in _KINDS],
            until=V2022_05,
            value=_type,
        ),
        exact("configuration.type", blank=True, words=(SIP.type, PSTN.type), since=V2026_04, value=_type),
        exact("external_reference_id", array=False, blank=True, since=V2026_04),
    ),
    sorts=(
        sort("created_at"),
        sort("name", key=collated),
        sort("description", key=collated),
        sort("priority"),
        sort("weight"),
        sort("capacity_limit"),
        sort("ringing_timeout"),
        sort("cli_format"),
        sort("cli_prefix"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    expresses=_expresses,
    create=_create_trunk,
    update=_update_trunk,
    delete=trunks.delete_trunk,
    evidence=dict.fromkeys(("list", "create", "update", "delete"), "recorded"),
)


# --- groups --------------------------------------------------------------------------------------


def _group_meta(world: World, group: VoiceInTrunkGroup) -> Mapping[str, Any]:
    return {"trunks_count": trunks.trunks_count(world, group)}


def _create_group(world: World, incoming: Incoming) -> VoiceInTrunkGroup:
    return trunks.create_group(world, incoming.values)


def _update_group(world: World, row: Any, incoming: Incoming) -> VoiceInTrunkGroup:
    return trunks.update_group(world, row, incoming.values)


VOICE_IN_TRUNK_GROUPS = ResourceType(
    type="voice_in_trunk_groups",
    former=((V2021_04, "trunk_groups"),),
    row=VoiceInTrunkGroup,
    attributes=(
        attr("created_at", INSTANT),
        attr("name", create=True, update=True),
        attr("capacity_limit", create=True, update=True),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
    ),
    relationships=tuple(
        many(
            name,
            "voice_in_trunks",
            field="voice_in_trunk_ids",
            inverse="voice_in_trunk_group_id",
            create=True,
            update=True,
            since=since,
            until=until,
        )
        for name, since, until in (("trunks", "", V2021_04), ("voice_in_trunks", V2021_12, ""))
    ),
    filters=(exact("external_reference_id", array=False, blank=True, since=V2026_04),),
    sorts=(
        sort("created_at"),
        sort("name", key=collated),
        sort("capacity_limit"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    meta=_group_meta,
    create=_create_group,
    update=_update_group,
    delete=trunks.delete_group,
    evidence=dict.fromkeys(("list", "create", "update", "delete"), "recorded"),
)

TYPES = (POPS, VOICE_IN_TRUNKS, VOICE_IN_TRUNK_GROUPS)
