"""Voice and capacity that a DIDWW account starts with, read from `fixtures/didww/voice.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockserver.core.rules import Rule
from mockserver.core.tables import Row
from mockserver.providers.didww.rules.configurations import KINDS
from mockserver.providers.didww.voice_rows import (
    CapacityPool,
    CredentialsAndIp,
    IpOnly,
    Pop,
    QtyBasedPricing,
    SharedCapacityGroup,
    Twilio,
    VoiceInTrunk,
    VoiceInTrunkGroup,
    VoiceOutTrunk,
)

OPTIONS: Mapping[str, Rule] = {
    "voice_out": Rule(
        "switch",
        "The account has an outbound plan: off answers 403 to the list of outbound trunks.",
        default=True,
    ),
    "replace_cli": Rule(
        "switch", "Outbound trunks may replace the caller's number and have a default DID.", default=False
    ),
}
_METHODS: Mapping[str, type[Any]] = {
    "credentials_and_ip": CredentialsAndIp,
    "ip_only": IpOnly,
    "twilio": Twilio,
}
_MONEY = frozenset(("setup_price", "monthly_price", "metered_rate", "threshold_amount"))


def voice_rows(content: Mapping[str, Any]) -> list[Iterable[Row]]:
    """The rows of the fixture, one kind after the other."""
    pools: list[Mapping[str, Any]] = content["capacity_pools"]
    return [
        [Pop(**row) for row in content["pops"]],
        [VoiceInTrunk(**_read(row)) for row in content["voice_in_trunks"]],
        [VoiceInTrunkGroup(**_read(row)) for row in content["voice_in_trunk_groups"]],
        [VoiceOutTrunk(**_read(row)) for row in content["voice_out_trunks"]],
        [QtyBasedPricing(**_read(part)) for row in pools for part in row["breaks"]],
        [CapacityPool(**_read(_pool(row))) for row in pools],
        [SharedCapacityGroup(**_read(row)) for row in content["shared_capacity_groups"]],
    ]


def _pool(row: Mapping[str, Any]) -> dict[str, Any]:
    members = {name: value for name, value in row.items() if name != "breaks"}
    return {**members, "qty_based_pricing_ids": [part["id"] for part in row["breaks"]]}


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row as it stores them."""
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        members = _read(value)
        kind = members.pop("type")
        return _METHODS[kind](**members) if kind in _METHODS else KINDS[kind][0](**members)
    if name == "created_at":
        return datetime.fromisoformat(value)
    return Decimal(value) if name in _MONEY and value is not None else value
