"""Outbound trunks: made, changed, removed, their credentials rotated (reference 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from mockserver.core.messages import Evidence
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid
from mockserver.jsonapi.objects import Given
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import callbacks
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.configurations import MEDIA_ENCRYPTION, MOST_RTP_IPS
from mockserver.providers.didww.rules.credentials import credential
from mockserver.providers.didww.rules.reading import (
    DIGITS,
    NAME,
    REFERENCE,
    URL,
    Reader,
    address,
    amount,
    check_name,
    network,
    read_all,
    several,
    switch,
    text,
    whole,
    word,
)
from mockserver.providers.didww.voice_rows import (
    Authentication,
    CredentialRotation,
    CredentialsAndIp,
    IpOnly,
    Twilio,
    VoiceOutTrunk,
)

MOST_SIP_IPS = 15
SPENDING_WINDOW = timedelta(hours=24)  # documented
NOT_FOR_CREATION = "is not allowed for creation"  # documented
NOT_FOR_UPDATE = "is not allowed for update"
_KNOWN = Evidence("documented", "didww.error.voice_out_trunk")
_ACTIONS = ("send_original_cli", "reject_call")
_OPTIONAL_ACTIONS = ("replace_cli", "randomize_cli")  # only with the option replace_cli
# May hold what nobody may choose; sent back as it is shown, it stays (assumed).
_AS_SHOWN = ("on_cli_mismatch_action", "threshold_amount", "default_did_id")

TRUNK: Mapping[str, Reader] = {
    "name": NAME,
    "status": word("active", "blocked"),
    "capacity_limit": whole(0, 32767, null=True),
    "allow_any_did_as_cli": switch,
    "default_dst_action": word("allow_all", "reject_all"),
    "dst_prefixes": several(DIGITS),
    "media_encryption_mode": word(*MEDIA_ENCRYPTION),
    "allowed_rtp_ips": several(address, most=MOST_RTP_IPS, null=True),
    "force_symmetric_rtp": switch,
    "rtp_ping": switch,
    "rtp_timeout": whole(30, 600),
    "threshold_amount": amount(Decimal("0.0"), Decimal("100000.0")),
    "callback_url": URL,
    "emergency_enable_all": switch,
    "external_reference_id": REFERENCE,
}
_IPS = several(network, most=MOST_SIP_IPS)
_WITH_IPS: Mapping[str, Reader] = {"allowed_sip_ips": _IPS, "tech_prefix": text(8, pattern="[0-9#]*")}
_TWILIO: Mapping[str, Reader] = {"twilio_account_sid": text(assumed.MOST_NAME, null=False, blank=False)}
_POINTER = "/data/attributes/authentication_method"
# Relationships to numbers with the switch that stands for all of them.
_NUMBERS = {
    "did_ids": ("dids", "allow_any_did_as_cli"),
    "emergency_did_ids": ("emergency_dids", "emergency_enable_all"),
}


def create_trunk(world: World, values: Mapping[str, Any]) -> VoiceOutTrunk:
    """A new outbound trunk. Refusal: 403 for a read-only account, 422 for values that will not do."""
    require_write_access(world)
    errors: list[ApiError] = []
    read = read_all(_readers(world), {"name": None, "on_cli_mismatch_action": None, **values}, errors)
    method = _authentication(world, None, values.get("authentication_method"), errors)
    check_name(world, read.get("name"), (VoiceOutTrunk,), errors)
    read |= _numbers(world, read, values, errors)
    if errors or method is None:
        raise Refusal(errors, _KNOWN)
    trunk = VoiceOutTrunk(**read, id=world.ids.uuid(), authentication_method=method, created_at=now(world))
    return world.table(VoiceOutTrunk).put(trunk)


def update_trunk(world: World, trunk: VoiceOutTrunk, values: Mapping[str, Any]) -> VoiceOutTrunk:
    """Change a trunk; an authentication method that is sent replaces the old one whole. Refusal: 403, 422."""
    require_write_access(world)
    errors: list[ApiError] = []
    values = {
        name: value
        for name, value in values.items()
        if name not in _AS_SHOWN or value != getattr(trunk, name)
    }
    read = read_all(_readers(world), values, errors)
    if "authentication_method" in values:
        method = _authentication(world, trunk.authentication_method, values["authentication_method"], errors)
        read["authentication_method"] = method
    check_name(world, read.get("name"), (VoiceOutTrunk,), errors, trunk.id)
    read |= _numbers(world, {**_switches(trunk), **read}, values, errors)
    if errors:
        raise Refusal(errors, _KNOWN)
    if read.get("status", trunk.status) != trunk.status:
        read["stopped"] = False  # from now on it is as its owner said
    after = replace(trunk, **read)
    world.table(VoiceOutTrunk).put(after)
    if after.status != trunk.status:
        world.announce(subject_of(trunk.id), f"{trunk.status} -> {after.status}")
        if after.status == "active":
            callbacks.trunk_changed(world, after)
    return after


def delete_trunk(world: World, trunk: VoiceOutTrunk) -> None:
    require_write_access(world)
    world.table(VoiceOutTrunk).remove(trunk.id)


def rotate_credentials(world: World, trunk_id: str | None) -> CredentialRotation:
    """New user name and password for a trunk, read from the trunk. Refusal: 403, 422 without such a trunk."""
    require_write_access(world)
    known = Evidence("documented", "didww.error.voice_out_trunk_regenerate_credentials")
    if trunk_id is None:
        raise Refusal(invalid("voice_out_trunk", assumed.BLANK, relationship=True), known)
    trunk = world.table(VoiceOutTrunk).get(trunk_id)
    if trunk is None or not isinstance(trunk.authentication_method, CredentialsAndIp):
        raise Refusal(invalid("voice_out_trunk", assumed.INVALID, relationship=True), known)
    method = _with_credentials(world, trunk.authentication_method)
    world.table(VoiceOutTrunk).put(replace(trunk, authentication_method=method))
    world.announce(subject_of(trunk.id), "credentials rotated")
    return CredentialRotation(trunk.id)


@dataclass(frozen=True, slots=True)
class ForgetSpending(Job):
    """What calls cost is a day old and counts no more; below its threshold the trunk works again."""

    kind: ClassVar[str] = "didww.forget_spending"
    routine: ClassVar[bool] = True
    trunk_id: str
    cost: Decimal

    @property
    def subject(self) -> str:
        return subject_of(self.trunk_id)

    def run(self, world: World) -> None:
        trunk = world.table(VoiceOutTrunk).get(self.trunk_id)
        if trunk is None:
            return
        spent = trunk.spent_amount - self.cost
        trunk = replace(trunk, spent_amount=spent)
        if trunk.threshold_reached and (trunk.threshold_amount is None or spent < trunk.threshold_amount):
            trunk = replace(trunk, threshold_reached=False)
            if trunk.stopped:
                world.announce(self.subject, "blocked -> active")
                trunk = replace(trunk, status="active", stopped=False)
                callbacks.trunk_changed(world, trunk)
        world.table(VoiceOutTrunk).put(trunk)


def spend(world: World, trunk: VoiceOutTrunk, cost: Decimal) -> VoiceOutTrunk:
    """Calls cost something; what a day's calls cost blocks the trunk from its threshold on (documented)."""
    spent = trunk.spent_amount + cost
    reached = trunk.threshold_amount is not None and spent >= trunk.threshold_amount
    if reached and not trunk.threshold_reached:
        trunk = replace(trunk, threshold_reached=True)
        if trunk.status == "active":
            world.announce(subject_of(trunk.id), "active -> blocked")
            trunk = replace(trunk, status="blocked", stopped=True)
            callbacks.trunk_changed(world, trunk)
    world.at(now(world) + SPENDING_WINDOW, ForgetSpending(trunk.id, cost))
    return world.table(VoiceOutTrunk).put(replace(trunk, spent_amount=spent))


def forget_number(world: World, did_id: str) -> None:
    """A number has left the account: no trunk holds it any longer."""
    table = world.table(VoiceOutTrunk)
    for trunk in list(table):
        if did_id in trunk.did_ids or did_id in trunk.emergency_did_ids or did_id == trunk.default_did_id:
            table.put(
                replace(
                    trunk,
                    did_ids=tuple(key for key in trunk.did_ids if key != did_id),
                    emergency_did_ids=tuple(key for key in trunk.emergency_did_ids if key != did_id),
                    default_did_id=None if trunk.default_did_id == did_id else trunk.default_did_id,
                )
            )


def subject_of(trunk_id: str) -> str:
    return f"{VoiceOutTrunk.table}/{trunk_id}"


# --- values --------------------------------------------------------------------------------------


def _readers(world: World) -> dict[str, Reader]:
    more = _OPTIONAL_ACTIONS if world.options["didww"]["replace_cli"] else ()
    return {**TRUNK, "on_cli_mismatch_action": word(*_ACTIONS, *more)}


def _switches(trunk: VoiceOutTrunk) -> dict[str, Any]:
    return {switch: getattr(trunk, switch) for _, switch in _NUMBERS.values()}


def _numbers(
    world: World, read: Mapping[str, Any], values: Mapping[str, Any], errors: list[ApiError]
) -> dict[str, Any]:
    """The numbers that a request links. `read` holds the switches as they will be."""
    linked: dict[str, Any] = {}
    for field, (name, all_of_them) in _NUMBERS.items():
        named: Iterable[str] | None = values.get(field)
        if read.get(all_of_them):
            if named:
                errors.append(invalid(name, assumed.NOT_ALLOWED_WITH_ALL, relationship=True))
            linked[field] = ()
        elif named is not None:
            if any(key not in world.table(Did) for key in named):
                errors.append(invalid(name, assumed.ARE_INVALID, relationship=True))
            linked[field] = tuple(dict.fromkeys(named))
    if "default_did_id" in values:
        did_id = values["default_did_id"]
        gated = not world.options["didww"]["replace_cli"]
        if did_id is not None and (gated or did_id not in world.table(Did)):
            errors.append(invalid("default_did", assumed.INVALID, relationship=True))
        linked["default_did_id"] = did_id
    return linked


# --- authentication ------------------------------------------------------------------------------


def _member_error(name: str, message: str) -> ApiError:
    return invalid(name, message, pointer=f"{_POINTER}/attributes/{name}")


def _authentication(
    world: World, old: Authentication | None, given: Given | None, errors: list[ApiError]
) -> Authentication | None:
    """The method that a request asks for; None when something is wrong with it."""
    if given is None:
        errors.append(invalid("authentication_method", assumed.BLANK))
        return None
    if given.type == FLAT:
        return _flat(world, old, given.values, errors)
    if given.type == "ip_only":
        refused = NOT_FOR_CREATION if old is None else NOT_FOR_UPDATE
        errors.append(invalid("type", refused, pointer=f"{_POINTER}/type"))
        return None
    before = len(errors)
    if given.type == "twilio":
        read = read_all(_TWILIO, {"twilio_account_sid": None, **given.values}, errors, _member_error)
        return Twilio(**read) if len(errors) == before else None
    if not given.values.get("allowed_sip_ips"):
        errors.append(invalid("authentication_method", assumed.INVALID))
        return None
    read = read_all(_WITH_IPS, given.values, errors, _member_error)
    return _with_credentials(world, CredentialsAndIp(**read), old) if len(errors) == before else None


# How versions up to 2022-05-10 write the networks of a trunk: an attribute of its own.
FLAT = "allowed_sip_ips"


def flat(value: object) -> Given:
    return Given(FLAT, {FLAT: value})


def _flat(
    world: World, old: Authentication | None, values: Mapping[str, Any], errors: list[ApiError]
) -> Authentication | None:
    shown: tuple[str, ...] | None = getattr(old, FLAT, None)
    if old is not None and values[FLAT] == (None if shown is None else list(shown)):
        return old  # also of methods that these versions cannot express
    read = read_all({FLAT: _IPS}, values, errors)
    if FLAT not in read:
        return None
    if isinstance(old, Twilio | IpOnly):
        errors.append(invalid(FLAT, assumed.INVALID))
        return None
    if old is not None:
        return replace(old, allowed_sip_ips=read[FLAT])
    return _with_credentials(world, CredentialsAndIp(read[FLAT], tech_prefix=""))


def _with_credentials(
    world: World, method: CredentialsAndIp, old: Authentication | None = None
) -> CredentialsAndIp:
    """Credentials are kept as long as the method is, else made."""
    if isinstance(old, CredentialsAndIp):
        return replace(method, username=old.username, password=old.password)
    return replace(method, username=credential(world), password=credential(world))
