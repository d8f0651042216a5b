"""What the control API answers about sandboxes, time, transitions, faults, snapshots and state.

Only for its OpenAPI document: answers are plain dictionaries.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, WithJsonSchema

from mockserver.control.bodies import LimitBody, Mode

# Answers hold their values as texts already.
InstantText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Health(BaseModel):
    status: Literal["ok"]


class Ready(BaseModel):
    ready: bool


class Version(BaseModel):
    server: Literal["mockserver"]
    version: str


class ClockState(BaseModel):
    """`next_due` is when the next change on the agenda happens, null when none is timed."""

    mode: Mode
    rate: float
    now: InstantText
    next_due: InstantText | None


class JournalState(BaseModel):
    """`kept` exchanges can still be read of the `count` there were."""

    count: int
    kept: int


class SandboxState(BaseModel):
    """One sandbox: where to reach its providers and with which request headers."""

    name: str
    kept: bool = Field(description="Named here, so never dropped to make room.")
    base_urls: dict[str, str]
    credentials: dict[str, dict[str, str]]
    control: str
    clock: ClockState
    journal: JournalState


class SandboxList(BaseModel):
    sandboxes: list[SandboxState]


class Dropped(BaseModel):
    dropped: str


class ResetDone(BaseModel):
    sandbox: str
    to: str
    clock: ClockState


class Due(BaseModel):
    """A change on the agenda. `due` is null while it is held."""

    number: int
    due: InstantText | None
    kind: str
    subject: str


class Agenda(BaseModel):
    now: InstantText
    agenda: list[Due]
    total: int


class Fired(BaseModel):
    due: InstantText
    kind: str
    subject: str


class Change(BaseModel):
    at: InstantText
    subject: str
    change: str


class CallbackSummary(BaseModel):
    """A callback. `attempts` counts them, `status` is what the receiver answered last."""

    id: str
    provider: str
    subject: str
    event: str
    method: str
    url: str
    state: Literal["pending", "delivered", "failed", "held", "blocked"]
    reason: str = Field(description="Why it is held or blocked.")
    created_at: InstantText
    attempts: int
    status: int | None
    chaos: list[str] = Field(description="What the chaos policy did to it.")
    duplicate_of: str


class CallbackList(BaseModel):
    """Newest last. `total` match, of which the newest are here."""

    callbacks: list[CallbackSummary]
    total: int


class CallbackAttempt(BaseModel):
    """`at` is when it was due on the sandbox's clock; `outcome` is null while it is under way."""

    at: InstantText
    outcome: Literal["delivered", "failed", "blocked"] | None
    status: int | None
    detail: str


class CallbackDetail(BaseModel):
    """A callback with what is sent and every attempt; `left` more follow if none succeeds."""

    id: str
    provider: str
    subject: str
    event: str
    method: str
    url: str
    state: Literal["pending", "delivered", "failed", "held", "blocked"]
    reason: str
    created_at: InstantText
    status: int | None
    chaos: list[str]
    duplicate_of: str
    headers: list[tuple[str, str]]
    body: str
    attempts: list[CallbackAttempt]
    left: int


class FoundCallbacks(BaseModel):
    """Newest last."""

    callbacks: list[CallbackDetail]
    total: int


class ChaosPolicy(BaseModel):
    """What happens to callbacks, and how many it has happened to since it was set."""

    drop: float
    duplicate: float
    reorder: float
    delay: float
    bad_signature: float
    delay_by: str
    reorder_within: str
    times: int | None
    struck: int


class Advanced(BaseModel):
    """What happened on the way. `fired` is cut at 500 entries, `total` counts all.

    `callbacks` were made or tried meanwhile, with what has become of them until now.
    """

    before: InstantText
    now: InstantText
    fired: list[Fired]
    total: int
    events: list[Change]
    callbacks: list[CallbackSummary]


class TransitionPolicy(BaseModel):
    """The policy of a type or of one thing. `chosen` tells whether it was set here or is a default."""

    subject: str
    mode: Literal["immediate", "after", "manual"]
    after: str | None
    outcome: str
    outcomes: list[str]
    chosen: bool


class Transitions(BaseModel):
    policies: list[TransitionPolicy]
    pending: list[Due]


class FiredNow(BaseModel):
    fired: list[Fired]
    total: int
    events: list[Change]


class CancelledChanges(BaseModel):
    cancelled: int


class Option(BaseModel):
    value: Any
    default: Any
    allowed: str
    about: str


class Options(RootModel[dict[str, dict[str, Option]]]):
    """Switches of the accounts by provider and name."""


class PossibleHappening(BaseModel):
    """`fields` are JSON Schemas by name; those in `required` must be given."""

    happening: str
    summary: str
    path: str
    fields: dict[str, dict[str, Any]]
    required: list[str]


class Happenings(RootModel[dict[str, list[PossibleHappening]]]):
    """What can happen, by provider."""


class Happened(RootModel[dict[str, Any]]):
    """What came of it, in the happening's own fields."""


class FaultEffect(BaseModel):
    status: int | None
    error: str | None
    latency: str | None
    cut: bool
    body: str | None
    commit_then_drop: bool
    commit_then_status: int | None
    rival: str | None


class FaultState(BaseModel):
    """A fault; `seen` requests matched it, `hits` of them it struck. A `spent` one never strikes again."""

    id: str
    provider: str | None
    operation: str | None
    method: str | None
    path: str | None
    nth: int | None
    every: int | None
    times: int | None
    probability: float | None
    until: InstantText | None
    effect: FaultEffect
    seen: int
    hits: int
    spent: bool


class FaultList(BaseModel):
    """In the order in which they are asked; the first that strikes wins."""

    faults: list[FaultState]


class Removed(BaseModel):
    removed: int


class Taken(BaseModel):
    """The numbers that the other buyer got."""

    provider: str
    taken: list[str]


class SnapshotState(BaseModel):
    """A snapshot that is kept. `rows` counts those of tables that differ from the seed's."""

    name: str
    hash: str
    now: InstantText
    rows: dict[str, int]


class SnapshotList(BaseModel):
    snapshots: list[SnapshotState]


class SnapshotExport(RootModel[dict[str, Any]]):
    """A whole state as one document. Secrets are masked in it."""


class SeedDocument(BaseModel):
    """Accounts by provider: opening balance, ledger lines, sold stock, tables, switches, limit."""

    format: int
    accounts: dict[str, dict[str, Any]]


class Restored(BaseModel):
    sandbox: str
    restored: str
    hash: str


class Difference(BaseModel):
    at: str
    before: Any
    after: Any


class Differences(BaseModel):
    """The first 1000 of `total`."""

    differences: list[Difference]
    total: int


class StateTypes(BaseModel):
    """Rows by provider and type. Equal states have equal hashes."""

    hash: str
    types: dict[str, dict[str, int]]


class StateRows(BaseModel):
    rows: list[dict[str, Any]]
    total: int


class StateRow(RootModel[dict[str, Any]]):
    """The fields of one row."""


class Failure(BaseModel):
    check: str
    provider: str
    reason: str


class Asserted(BaseModel):
    holds: bool
    failures: list[Failure]


class Limits(RootModel[dict[str, LimitBody | None]]):
    """The limit of each provider, null where there is none."""
