"""How an inbound trunk delivers: what its configuration may hold (reference 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, invalid
from mockserver.jsonapi.objects import Given
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rules.credentials import credential
from mockserver.providers.didww.rules.reading import (
    DIGITS,
    HOST,
    Reader,
    address,
    code,
    read_all,
    several,
    switch,
    switch_or_null,
    text,
    whole,
    word,
)
from mockserver.providers.didww.voice_rows import (
    Configuration,
    H323Configuration,
    Iax2Configuration,
    PstnConfiguration,
    SipConfiguration,
)

# The meaning of the numbers is that of the official clients' enumerations.
CODECS = frozenset((6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19))
REROUTING_CODES = frozenset((*range(56, 61), *range(64, 85), *range(86, 93), *range(96, 109), 1505))
MEDIA_ENCRYPTION = ("disabled", "srtp_sdes", "srtp_dtls", "zrtp")
MOST_RTP_IPS = 10

_TEXT = text(assumed.MOST_NAME)
_DST = text(assumed.MOST_NAME, null=False, blank=False)
_HOST = text(assumed.MOST_NAME, null=False, blank=False, pattern=r"[A-Za-z0-9_.:\[\]-]+")
_PORT = whole(1, 65535, null=True)
_CODECS = several(code(CODECS), empty=False)
_TIMER = whole(0, null=True)

SIP: Mapping[str, Reader] = {
    "username": _TEXT,
    "host": HOST,
    "port": _PORT,
    "codec_ids": _CODECS,
    "rx_dtmf_format_id": code(range(1, 4), null=True),
    "tx_dtmf_format_id": code(range(1, 5), null=True),
    "resolve_ruri": switch,
    "auth_enabled": switch,
    "auth_user": _TEXT,
    "auth_password": _TEXT,
    "auth_from_user": _TEXT,
    "auth_from_domain": _TEXT,
    "sst_enabled": switch,
    "sst_min_timer": _TIMER,
    "sst_max_timer": _TIMER,
    "sst_accept_501": switch,
    "sip_timer_b": _TIMER,
    "dns_srv_failover_timer": _TIMER,
    "rtp_ping": switch_or_null,
    "rtp_timeout": _TIMER,
    "force_symmetric_rtp": switch_or_null,
    "symmetric_rtp_ignore_rtcp": switch_or_null,
    "rerouting_disconnect_code_ids": several(code(REROUTING_CODES), null=True),
    "sst_session_expires": _TIMER,
    "sst_refresh_method_id": code(range(1, 4)),
    "transport_protocol_id": code(range(1, 4)),
    "max_transfers": whole(0),
    "max_30x_redirects": whole(0),
    "media_encryption_mode": word(*MEDIA_ENCRYPTION),
    "stir_shaken_mode": word("disabled", "original", "pai", "original_pai", "verstat"),
    "allowed_rtp_ips": several(address, most=MOST_RTP_IPS, null=True),
    "diversion_relay_policy": word("none", "as_is", "sip", "tel"),
    "diversion_inject_mode": word("none", "did_number"),
    "network_protocol_priority": word("force_ipv4", "force_ipv6", "any", "prefer_ipv4", "prefer_ipv6"),
    "enabled_sip_registration": switch,
    "use_did_in_ruri": switch,
    "cnam_lookup": switch,
}
PSTN: Mapping[str, Reader] = {"dst": DIGITS}
H323: Mapping[str, Reader] = {"dst": _DST, "host": _HOST, "port": _PORT, "codec_ids": _CODECS}
IAX2: Mapping[str, Reader] = {**H323, "auth_user": _TEXT, "auth_password": _TEXT}

# By the type on the wire: the class, how its members are read, which of them must be there.
KINDS: Mapping[str, tuple[type[Any], Mapping[str, Reader], tuple[str, ...]]] = {
    "sip_configurations": (SipConfiguration, SIP, ()),
    "pstn_configurations": (PstnConfiguration, PSTN, ("dst",)),
    "h323_configurations": (H323Configuration, H323, ("dst", "host")),
    "iax2_configurations": (Iax2Configuration, IAX2, ("dst", "host")),
}
_POINTER = "/data/attributes/configuration"


def member_error(name: str, message: str) -> ApiError:
    """422 about a member: the pointer goes into the object, the detail names the member alone (as in 5.3)."""
    return invalid(name, message, pointer=f"{_POINTER}/attributes/{name}")


def type_of(configuration: Configuration) -> str:
    """The wire name of a stored configuration."""
    return next(name for name, (kind, _, _) in KINDS.items() if isinstance(configuration, kind))


def new_configuration(world: World, given: Given, errors: list[ApiError]) -> Configuration | None:
    """The configuration of a new trunk, what is not sent filled in; None when something is wrong with it."""
    kind, readers, needed = KINDS[given.type]
    values = {**dict.fromkeys(name for name in needed if name not in given.values), **given.values}
    before = len(errors)
    read = read_all(readers, values, errors, member_error)
    if len(errors) > before:
        return None
    made: Configuration = kind(**read)
    return _checked(world, None, made, read, errors)


def changed_configuration(
    world: World, old: Configuration, given: Given, errors: list[ApiError]
) -> Configuration | None:
    """The configuration of a trunk after a change: what is not sent stays as it is (recorded)."""
    kind, readers, _ = KINDS[given.type]
    if not isinstance(old, kind):
        errors.append(invalid("type", assumed.INVALID, pointer=f"{_POINTER}/type"))
        return None
    before = len(errors)
    read = read_all(readers, given.values, errors, member_error)
    if len(errors) > before:
        return None
    return _checked(world, old, replace(old, **read), read, errors)


def _checked(
    world: World,
    old: Configuration | None,
    new: Configuration,
    sent: Mapping[str, Any],
    errors: list[ApiError],
) -> Configuration | None:
    """The rules that look at several members of a SIP configuration, and its registration."""
    if not isinstance(new, SipConfiguration):
        return new
    before = len(errors)
    _check_session(new, errors)
    registered = isinstance(old, SipConfiguration) and old.enabled_sip_registration
    if new.enabled_sip_registration:
        errors += [
            member_error(name, assumed.MUST_BE_BLANK)
            for name in ("host", "port")
            if getattr(new, name) not in (None, "")
        ]
    else:
        if not new.host and (old is None or registered or "host" in sent):
            errors.append(member_error("host", assumed.BLANK))
        if new.use_did_in_ruri:
            errors.append(member_error("use_did_in_ruri", assumed.MUST_BE_DISABLED))
    if len(errors) > before:
        return None
    return _registered(world, new, registered)


def _check_session(new: SipConfiguration, errors: list[ApiError]) -> None:
    """The session lasts between the two timers (documented)."""
    expires, least, most = new.sst_session_expires, new.sst_min_timer, new.sst_max_timer
    if expires is not None and least is not None and expires < least:
        errors.append(member_error("sst_session_expires", assumed.at_least(least)))
    elif expires is not None and most is not None and expires > most:
        errors.append(member_error("sst_session_expires", assumed.at_most(most)))


def _registered(world: World, new: SipConfiguration, before: bool) -> SipConfiguration:
    """Credentials come with the registration and go with it; while it lasts there is no one to address."""
    if not new.enabled_sip_registration:
        return replace(new, incoming_auth_username=None, incoming_auth_password=None)
    new = replace(new, host=None, port=None, username=None)
    if before:
        return new
    return replace(new, incoming_auth_username=credential(world), incoming_auth_password=credential(world))
