"""Bodies of the control API: what it takes (checked with these) and what it answers (described by these).

Imported when the first body is read or the OpenAPI document is asked for, not when the server starts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    WithJsonSchema,
    model_validator,
)

from mockserver.core.values import DURATION_FORMS, duration, money, parse_instant


def _plain_number(value: Any) -> float:
    """A JSON number; texts and booleans are not numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError("must be a number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("must be a smaller number") from None


def _duration_text(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise ValueError(f"must be a text like {DURATION_FORMS}")
    return duration(value)


def _patience(value: timedelta) -> timedelta:
    if value > timedelta(minutes=1):
        raise ValueError("must not be longer than a minute")
    return value


Number = Annotated[float, BeforeValidator(_plain_number)]
Instant = Annotated[
    datetime, BeforeValidator(parse_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration_text),
    WithJsonSchema({"type": "string", "examples": ["2d", "PT1H30M"]}),
]
Money = Annotated[
    Decimal,
    BeforeValidator(money),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["12.34"]}, {"type": "number"}]}),
]
Mode = Literal["real", "frozen", "scaled"]
# Answers hold their values as texts already.
InstantText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Body(BaseModel):
    """Base of request bodies: a field that does not exist is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class NewSandbox(Body):
    """A sandbox to create; it is kept until it is dropped."""

    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,64}$")
    """1 to 64 letters, digits, dots, dashes or underscores; made up when it is left out."""
    snapshot: str | None = None
    """A snapshot that a new sandbox starts from instead of the seed."""
    preset: str | None = None
    """A variant of the seed that a new sandbox starts from, see `/presets`."""

    @model_validator(mode="after")
    def _one_start(self) -> NewSandbox:
        if self.snapshot is not None and self.preset is not None:
            raise ValueError("give either snapshot or preset")
        return self


class ResetTo(Body):
    """Where a reset leads."""

    to: str = Field(default="seed", pattern=r"^(snapshot:[A-Za-z0-9._-]{1,64}|[a-z][a-z0-9-]{0,63})$")
    """seed: what a new sandbox starts from; empty: accounts that own nothing; snapshot:NAME; or the name of a
    preset, see `/presets`."""


class ClockChange(Body):
    """How the clock shall run and where it shall stand. What is left out stays.

    Setting `now` runs nothing at once: what is due by then runs with the next call or request.
    """

    mode: Mode | None = None
    """real runs with the machine, frozen stands still, scaled runs `rate` times as fast."""
    now: Instant | None = None
    """The new present instant; may lie in the past."""
    rate: Number | None = Field(default=None, gt=0, le=1_000_000)
    """Speed of a scaled clock."""

    @model_validator(mode="after")
    def _something(self) -> ClockChange:
        if self.mode is None and self.now is None and self.rate is None:
            raise ValueError("give at least one of mode, now and rate")
        return self


class ClockAdvance(Body):
    """How far to move the clock: units (added up), or `by`, or `to`."""

    seconds: Number | None = Field(default=None)
    minutes: Number | None = Field(default=None)
    hours: Number | None = Field(default=None)
    days: Number | None = Field(default=None)
    by: Duration | None = Field(default=None)
    """A duration as a text: 90s, 15m, 2h30m, 2d, 1w, PT1H30M."""
    to: Instant | None = Field(default=None)
    """The instant to arrive at."""
    wait: Annotated[Duration, AfterValidator(_patience)] = timedelta(seconds=5)
    """How long to wait, in real time, until the callbacks that fell due have been sent."""

    @model_validator(mode="after")
    def _one_way(self) -> ClockAdvance:
        units = any(value is not None for value in (self.seconds, self.minutes, self.hours, self.days))
        if (units, self.by is not None, self.to is not None).count(True) != 1:
            raise ValueError("give either seconds, minutes, hours and days, or by, or to")
        return self

    def distance(self) -> timedelta:
        """How far `by` or the units lead. OverflowError or ValueError when no timedelta is that long."""
        if self.by is not None:
            return self.by
        return timedelta(
            days=self.days or 0, hours=self.hours or 0, minutes=self.minutes or 0, seconds=self.seconds or 0
        )


class PolicyChange(Body):
    """How and when things change by themselves. What is left out stays."""

    mode: Literal["immediate", "after", "manual"] | None = None
    """At once, after a while, or when fired."""
    after: Duration | None = None
    """How long after; a duration as a text: 90s, 15m, 2d."""
    outcome: str | None = None
    """How it ends, one of the type's outcomes; an empty text leaves it to the rules."""

    @model_validator(mode="after")
    def _something(self) -> PolicyChange:
        if self.mode is None and self.after is None and self.outcome is None:
            raise ValueError("give at least one of mode, after and outcome")
        return self


class Firing(Body):
    """How what is pending shall end."""

    outcome: str | None = None
    """One of the type's outcomes; left out, its policy says."""


def _waiting(value: timedelta) -> timedelta:
    if value > timedelta(minutes=5):
        raise ValueError("must not be longer than 5 minutes")
    return value


class NewEffect(Body):
    """What a fault does: one thing, or one thing and `latency`."""

    status: int | None = Field(default=None, ge=400, le=599, strict=True)
    """Answer with this status in the provider's envelope."""
    error: str | None = None
    """Answer with this error of the provider's, by its code."""
    latency: Annotated[Duration, AfterValidator(_waiting)] | None = None
    """Answer that much later, in real time."""
    cut: bool = Field(default=False, strict=True)
    """Close the connection without an answer; nothing was done."""
    body: Literal["truncated", "malformed"] | None = None
    """Answer with a body that ends too soon, or one that cannot be parsed."""
    commit_then_drop: bool = Field(default=False, strict=True)
    """Carry the request out, then close the connection without an answer."""
    commit_then_status: int | None = Field(default=None, ge=400, le=599, strict=True)
    """Carry the request out, then answer with this status as if it had failed."""
    rival: str | None = None
    """Another buyer is faster: first takes this number, or all of this DID group or city."""

    @model_validator(mode="after")
    def _one(self) -> NewEffect:
        kinds = (
            self.status is not None,
            self.error is not None,
            self.cut,
            self.body is not None,
            self.commit_then_drop,
            self.commit_then_status is not None,
            self.rival is not None,
        )
        if kinds.count(True) > 1 or (not any(kinds) and self.latency is None):
            raise ValueError(
                "give latency, one of status, error, cut, body, commit_then_drop, commit_then_status "
                "and rival, or latency with one of these"
            )
        return self


class NewFault(Body):
    """Which requests a fault is about, which of those it strikes, and what it does to them."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,64}$")
    """1 to 64 letters, digits, dots, dashes or underscores; made up when it is left out."""
    provider: str | None = None
    operation: str | None = None
    """As `GET /_mock/routes` names it: create_order, orders.create, purchase_numbers."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: str | None = Field(default=None, min_length=1, max_length=500)
    """The path at the provider, with * and ? as wildcards: /v3/orders*."""
    nth: int | None = Field(default=None, ge=1, strict=True)
    """Only the nth matching request."""
    every: int | None = Field(default=None, ge=1, strict=True)
    """Every so many matching requests."""
    times: int | None = Field(default=None, ge=1, strict=True)
    """So many times at most."""
    probability: Number | None = Field(default=None, gt=0, le=1)
    """The chance of each matching request, drawn from the sandbox's seed."""
    ttl: Duration | None = None
    """How long it lasts, on the sandbox's clock."""
    effect: NewEffect


class Outage(Body):
    """A provider that is down. Without `length` it is until the fault `outage-PROVIDER` is removed."""

    provider: str
    length: Duration | None = None
    """How long, on the sandbox's clock."""
    status: int | None = Field(default=503, ge=400, le=599, strict=True)
    """The status of every answer; null closes every connection."""


class Rival(Body):
    """Another buyer."""

    provider: str
    takes: str
    """A number in digits, or the id of a DID group or city."""
    leave: int = Field(default=0, ge=0, strict=True)
    """How many numbers of a group or city are left."""


class OptionsChange(RootModel[dict[str, dict[str, Any]]]):
    """Switches by provider and name; what is left out stays."""


class HappeningFields(RootModel[dict[str, Any]]):
    """The fields of a happening, as `GET /_mock/world` lists them."""


class SnapshotDocument(RootModel[dict[str, Any]]):
    """A snapshot as `GET /_mock/snapshots/NAME` gives it, or nothing at all."""


class NewSeed(RootModel[dict[str, Any]]):
    """A seed as `GET /_mock/seed` gives it; a provider or a member that is left out keeps its own."""


class RowChange(RootModel[dict[str, Any]]):
    """Fields of a row to be forced, as `GET /_mock/state/PROVIDER/TYPE/ID` shows them."""


class RequestMatch(Body):
    """Which requests are meant. What is left out matches everything."""

    provider: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = Field(default=None, max_length=500)
    """With * and ? as wildcards; with the provider's prefix or without."""
    status: int | str | None = None
    """404, or a class such as 4xx; 0 for connections that a fault cut."""
    query: str | None = None
    """A part of the query string."""
    body: str | None = None
    """A part of the request's body."""
    fault: str | None = None
    """The id of the fault that struck it; an empty text for none."""
    after: int | None = Field(default=None, ge=0, strict=True)
    """Only requests after the one with this id."""
    contract: Literal["broken", "kept"] | None = None
    """Only requests that are not as their contract says, or only those that are."""
    limit: int = Field(default=100, ge=1, le=10_000, strict=True)
    detail: bool = Field(default=False, strict=True)
    """Whether headers and bodies are shown, too."""


class RequestWait(RequestMatch):
    """Which requests are waited for, how many, and for how long."""

    count: int = Field(default=1, ge=1, strict=True)
    timeout: Annotated[Duration, AfterValidator(_patience)] = timedelta(seconds=5)


class CallbackWait(Body):
    """Which callbacks are waited for, how many, and for how long."""

    provider: str | None = None
    subject: str | None = None
    """didww.orders/UUID, a type (didww.orders), or an id."""
    event: str | None = None
    """What became of the subject: completed, approved."""
    state: str | None = "delivered"
    """pending, delivered, failed, held, blocked; null for any."""
    after: int | None = Field(default=None, ge=0, strict=True)
    """Only callbacks after the one with this number: 3 for callback-3."""
    count: int = Field(default=1, ge=1, strict=True)
    timeout: Annotated[Duration, AfterValidator(_patience)] = timedelta(seconds=5)


class Redelivery(Body):
    """How a callback is sent again."""

    wait: Annotated[Duration, AfterValidator(_patience)] = timedelta(seconds=5)
    """How long to wait, in real time, for what becomes of it."""


Likelihood = Annotated[Number, Field(ge=0, le=1)]


class NewChaos(Body):
    """How likely it is, from 0 to 1, that something happens to a callback on its way."""

    drop: Likelihood = 0.0
    """It is not sent, until it is redelivered."""
    duplicate: Likelihood = 0.0
    """It is sent twice."""
    reorder: Likelihood = 0.0
    """It is sent after the next one."""
    delay: Likelihood = 0.0
    """It is sent later, by `delay_by`."""
    bad_signature: Likelihood = 0.0
    """Its signature is wrong."""
    delay_by: Duration = timedelta(seconds=30)
    """On the sandbox's clock."""
    reorder_within: Duration = timedelta(minutes=1)
    """How long one waits for the next at most, on the sandbox's clock."""
    times: int | None = Field(default=None, ge=1, strict=True)
    """How many callbacks are struck at most."""


class Assertion(Body):
    """What must hold. What is left out is not asked."""

    provider: str | None = None
    """Only this provider."""
    max_spend: Money | None = None
    """No provider's charges come to more than this."""
    no_double_purchase: bool = Field(default=False, strict=True)
    """No purchase was carried out twice for the very same request."""
    no_unfinished: bool = Field(default=False, strict=True)
    """Nothing that a request began is still under way."""
    balance_equals_ledger: bool = Field(default=False, strict=True)
    """The balance is the opening balance and every line of the ledger."""

    @model_validator(mode="after")
    def _something(self) -> Assertion:
        if self.max_spend is None and not (
            self.no_double_purchase or self.no_unfinished or self.balance_equals_ledger
        ):
            raise ValueError(
                "ask for at least one of max_spend, no_double_purchase, no_unfinished, balance_equals_ledger"
            )
        return self


class LimitBody(Body):
    """At most `requests` in any `seconds` of the sandbox's clock."""

    requests: int = Field(ge=1, le=100_000, strict=True)
    seconds: Number = Field(gt=0, le=86_400)


class LimitsChange(RootModel[dict[str, LimitBody | None]]):
    """Limits by provider; null lifts one, a provider left out keeps its own."""


class NewBalance(Body):
    """The funds an account shall have."""

    provider: str
    balance: Money
    """Exact, at most four decimals; a text or a number."""


# --- answers --------------------------------------------------------------------------------------


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


class NearMiss(BaseModel):
    request: ExchangeSummary
    differs_in: str


class FoundRequests(BaseModel):
    """Newest last. `near` holds requests that fail just one condition, when none fulfils all."""

    requests: list[ExchangeDetail | ExchangeSummary]
    total: int
    near: list[NearMiss]


class CountedRequests(BaseModel):
    count: int


class HAR(RootModel[dict[str, Any]]):
    """An HTTP Archive, version 1.2."""


class CoveredPart(BaseModel):
    """How often each was exercised, and what never was."""

    exercised: dict[str, int]
    untouched: list[str]
    covered: int
    known: int


class CoveredTransitions(BaseModel):
    exercised: dict[str, int]
    untouched: list[str]


class BrokenRequest(BaseModel):
    """A kind of mistake in requests, how often, and the first one's place in the journal of its sandbox."""

    operation: str
    place: str
    problem: str
    fate: Literal["rejected", "ignored"]
    times: int
    sandbox: str
    request: int


class Violation(BaseModel):
    """A way in which answers were not as their contract says."""

    operation: str
    place: str
    problem: str
    times: int


class ProviderCoverage(BaseModel):
    operations: CoveredPart
    errors: CoveredPart
    transitions: CoveredTransitions
    ignored: dict[str, dict[str, int]] = Field(description="Fields sent that nothing read, by operation.")
    requests: list[BrokenRequest] = Field(description="Requests that are not as their contract says.")
    violations: list[Violation] = Field(
        description="Answers that are not; looked for with `check_contracts` only."
    )


class CoverageReport(BaseModel):
    """What was exercised; answers that a fault made do not count."""

    providers: dict[str, ProviderCoverage]
    uncounted: int
    unchecked: int = Field(description="Requests that had left the journal before anybody looked.")


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


class ExchangeSummary(BaseModel):
    id: int
    at: InstantText
    provider: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    ms: float
    evidence: str
    fault: str = Field(description="The fault that struck it; empty for none.")


class Journal(BaseModel):
    """Newest last. `total` matched, of which the newest `limit` are here."""

    requests: list[ExchangeSummary]
    total: int


class Side(BaseModel):
    """`size` is the length of the whole body in bytes, of which `body` shows the kept beginning."""

    headers: list[tuple[str, str]]
    body: str
    size: int
    cut: bool


class ExchangeDetail(ExchangeSummary):
    request: Side
    answer: Side


class ExplanationOf(BaseModel):
    """Why a request was refused, and what would have been accepted."""

    rule: str
    evidence: str
    reference: str
    field: str
    change: str


class ContractProblem(BaseModel):
    """One way in which a request is not as its contract says.

    A provider rejects a request for it, or takes the request and ignores what is wrong.
    """

    place: str
    problem: str
    fate: Literal["rejected", "ignored"]


class ExplainedExchange(ExchangeDetail):
    explanation: ExplanationOf | None
    contract: list[ContractProblem]


class MagicValue(BaseModel):
    value: str
    where: str
    leads_to: str


class MagicValues(RootModel[dict[str, list[MagicValue]]]):
    """Inputs by provider that lead to a special outcome without any control call."""


class ClaimRecord(BaseModel):
    id: str
    kind: Literal["operation", "error", "status", "filter", "sort", "include", "rule"]
    operation: list[str]
    version: list[str]
    when: str = Field(default="", description="The condition, where there is one")
    then: str = Field(description="What is observed")
    evidence: Literal["recorded", "documented", "client", "assumed"]
    source: str
    tests: list[str]
    cost: str = Field(default="", description="Of an assumption: what it costs when the provider differs")


class AbsentRecord(BaseModel):
    id: str
    kind: str
    version: list[str]
    what: str
    source: str
    cost: str


class ClaimList(BaseModel):
    total: int
    claims: list[ClaimRecord]
    not_emulated: list[AbsentRecord]


class PresetState(BaseModel):
    preset: str
    provider: str
    summary: str


class PresetList(BaseModel):
    """Variants of the seed that a reset or a new sandbox may name."""

    presets: list[PresetState]


class Cleared(BaseModel):
    cleared: int


class LedgerLine(BaseModel):
    number: int
    at: InstantText
    kind: str
    amount: str
    balance: str
    subject: str
    note: str


class Account(BaseModel):
    currency: str
    opening: str
    balance: str
    lines: list[LedgerLine]


class Ledgers(RootModel[dict[str, Account]]):
    """Money by provider: balance = opening + the sum of the lines' amounts."""


class Balance(BaseModel):
    provider: str
    currency: str
    balance: str
    line: LedgerLine


class ProviderOperation(BaseModel):
    operation: str
    method: str
    path: str
    summary: str
    implemented: bool


class ProviderRoutes(BaseModel):
    title: str
    prefix: str
    hosts: list[str]
    operations: list[ProviderOperation]


class ControlOperation(BaseModel):
    operation: str
    method: str
    path: str
    summary: str
    scope: Literal["server", "sandbox"]


class Routes(BaseModel):
    providers: dict[str, ProviderRoutes]
    control: list[ControlOperation]


class Index(BaseModel):
    server: Literal["mockserver"]
    version: str
    openapi: str
    routes: list[str]


class Contract(BaseModel):
    """An OpenAPI document: of which version of which provider's API (or of `control`), and where it is."""

    provider: str
    version: str
    path: str
    title: str


class Contracts(BaseModel):
    contracts: list[Contract]


class OpenAPIDocument(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""


class Problem(BaseModel):
    """A refusal. Which of the other members are there depends on what was wrong."""

    model_config = ConfigDict(extra="forbid")

    error: str
    fields: dict[str, str] | None = Field(default=None, description="What is wrong, by field.")
    did_you_mean: str | None = None
    known: list[str] | None = Field(default=None, description="What there is.")
    allowed: list[str] | None = Field(default=None, description="Methods that this path takes.")
    hint: str | None = Field(default=None, description="What to do about it.")
    total: int | None = Field(default=None, description="How many there were when the time was over.")
    near: list[NearMiss] | None = Field(default=None, description="What all but matched until then.")
