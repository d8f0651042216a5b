"""What an account holds: purchased numbers, identities with their documents, past transactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from mockserver.core.tables import Key, Row


@dataclass(frozen=True, slots=True)
class Purchase(Row):
    """A number of the account. Found by its number: the paths of destinations name it so (G10)."""

    table: ClassVar[str] = "didlogic.purchases"
    owned: ClassVar[bool] = True

    id: int
    number: str
    country: str
    area: str
    sms_enabled: bool
    no_local_cli: bool
    channels: int
    free_minutes: int
    codec: str
    required: tuple[int, ...]  # kinds of documents it asks for
    activation: Decimal
    monthly_fee: Decimal
    per_minute: Decimal
    origination_per_min: Decimal
    purchased_at: datetime
    expires_at: datetime
    identity_id: int | None = None
    usable: bool = True  # False while documents are missing
    owed: int = 0  # the line of the ledger that charged its month below zero, 0 for none (see `renewals`)

    @property
    def key(self) -> Key:
        return self.number

    @property
    def subject(self) -> str:
        return f"didlogic.purchases/{self.number}"


@dataclass(frozen=True, slots=True)
class Identity(Row):
    """Whom numbers are registered to. The default one cannot be archived."""

    table: ClassVar[str] = "didlogic.identities"
    owned: ClassVar[bool] = True

    id: int
    name: str
    is_default: bool = False
    archived: bool = False

    @property
    def stays(self) -> bool:
        return self.is_default

    @property
    def subject(self) -> str:
        return f"didlogic.identities/{self.id}"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a document tells of one of its files. `role` is frontside or backside, `size` in bytes."""

    role: str
    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Document(Row):
    """A document of an identity. `approvement_status` is pending, verified or rejected."""

    table: ClassVar[str] = "didlogic.documents"
    owned: ClassVar[bool] = True

    id: int
    name: str
    doc_type: str
    identity_id: int
    country: str
    approvement_status: str
    created_at: datetime
    files: tuple[FileInfo, ...] = ()

    @property
    def subject(self) -> str:
        return f"didlogic.documents/{self.id}"


@dataclass(frozen=True, slots=True)
class StoredFile(Row):
    """The content of one file of a document."""

    table: ClassVar[str] = "didlogic.files"
    owned: ClassVar[bool] = True

    document_id: int
    role: str
    data: bytes

    @property
    def key(self) -> Key:
        return f"{self.document_id}/{self.role}"


@dataclass(frozen=True, slots=True)
class RiskCheck(Row):
    """A check of a number's reputation. `verdict` is "" until it is through: clean, spam, scam or failed."""

    table: ClassVar[str] = "didlogic.risk_checks"
    owned: ClassVar[bool] = True

    id: int
    number: str
    created_at: datetime
    verdict: str = ""
    ended_at: datetime | None = None

    @property
    def subject(self) -> str:
        return f"didlogic.risk_checks/{self.id}"


@dataclass(frozen=True, slots=True)
class PastTransaction(Row):
    """A line of the account from before the sandbox began; the last one leaves the opening balance."""

    table: ClassVar[str] = "didlogic.history"
    owned: ClassVar[bool] = True

    id: int
    at: datetime
    kind: str
    amount: Decimal
    balance: Decimal
    comment: str
    status: str
