"""What the control API answers about the journal, coverage, money, and about what there is.

Only for its OpenAPI document: answers are plain dictionaries.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from mockserver.control.answers import CallbackSummary, InstantText


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


class NearMiss(BaseModel):
    request: ExchangeSummary
    differs_in: str


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
    callbacks: list[CallbackSummary] | None = Field(default=None, description="The newest until then.")
