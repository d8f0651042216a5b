"""Regulation in the seed: rows, and what lies ahead of them, read from `fixtures/didww/regulation.json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from mockserver.core.rules import Rule
from mockserver.core.scheduler import Job
from mockserver.core.tables import Row
from mockserver.providers.didww.regulation_rows import (
    Address,
    AddressRequirement,
    AddressVerification,
    Area,
    EmergencyCallingService,
    EmergencyRequirement,
    EmergencyVerification,
    EncryptedFile,
    Identity,
    PermanentSupportingDocument,
    Proof,
    ProofType,
    SupportingDocumentTemplate,
)
from mockserver.providers.didww.rules.documents import DropFile
from mockserver.providers.didww.rules.emergency_review import RenewService, ReviewEmergency
from mockserver.providers.didww.rules.verifications import ReviewAddress

R = TypeVar("R", bound=Row)
Content = Mapping[str, list[Mapping[str, Any]]]

OPTIONS: Mapping[str, Rule] = {
    "emergency": Rule(
        "switch", "The account has a plan for emergency calling: off answers 403.", default=True
    ),
}
ROWS: tuple[type[Row], ...] = (
    Area,
    ProofType,
    SupportingDocumentTemplate,
    AddressRequirement,
    EmergencyRequirement,
    Identity,
    Address,
    Proof,
    PermanentSupportingDocument,
    EncryptedFile,
    AddressVerification,
    EmergencyCallingService,
    EmergencyVerification,
)
_DAYS = frozenset(("birth_date", "renew_date"))
_AMOUNTS = frozenset(("setup_price", "monthly_price"))


def regulation_rows(content: Content) -> list[list[Row]]:
    """The rows of every table of regulation."""
    return [[_row(kind, row) for row in content[kind.table.partition(".")[2]]] for kind in ROWS]


def agenda(content: Content) -> tuple[tuple[datetime | None, Job], ...]:
    """Files that lapse, services that are renewed; verifications that wait for their outcome are held."""
    ahead: list[tuple[datetime | None, Job]] = []
    for row in content["encrypted_files"]:
        ahead.append((datetime.fromisoformat(row["expires_at"]), DropFile(row["id"])))
    for row in content["emergency_calling_services"]:
        if row.get("renew_date"):
            day = datetime.combine(date.fromisoformat(row["renew_date"]), time(), UTC)
            ahead.append((day, RenewService(row["id"])))
    for row in content["address_verifications"]:
        if row["status"] == "pending":
            ahead.append((None, ReviewAddress(row["id"])))
    for row in content["emergency_verifications"]:
        if row["status"] == "pending":
            ahead.append((None, ReviewEmergency(row["id"])))
    return tuple(ahead)


def _row(kind: type[R], row: Mapping[str, Any]) -> R:
    return kind(**{name: _value(name, value) for name, value in row.items()})


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, str):
        return value
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    return Decimal(value) if name in _AMOUNTS else value
