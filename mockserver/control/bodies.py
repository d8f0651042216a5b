"""What the control API takes: the models that bodies are checked with.

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


def _waiting(value: timedelta) -> timedelta:
    if value > timedelta(minutes=5):
        raise ValueError("must not be longer than 5 minutes")
    return value


# Limits stand before the validator: after it they hold as well, but the document would not tell them.
Number = Annotated[float, BeforeValidator(_plain_number)]
Rate = Annotated[float, Field(gt=0, le=1_000_000), BeforeValidator(_plain_number)]
Likelihood = Annotated[float, Field(ge=0, le=1), BeforeValidator(_plain_number)]
Chance = Annotated[float, Field(gt=0, le=1), BeforeValidator(_plain_number)]
Instant = Annotated[
    datetime, BeforeValidator(parse_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration_text),
    WithJsonSchema({"type": "string", "examples": ["2d", "PT1H30M"]}),
]
Patience = Annotated[
    Duration, AfterValidator(_patience), WithJsonSchema({"type": "string", "examples": ["5s", "PT1M"]})
]
Latency = Annotated[
    Duration, AfterValidator(_waiting), WithJsonSchema({"type": "string", "examples": ["2s", "PT5M"]})
]
Money = Annotated[
    Decimal,
    BeforeValidator(money),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["12.34"]}, {"type": "number"}]}),
]
Mode = Literal["real", "frozen", "scaled"]


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
    rate: Rate | None = None
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
    wait: Patience = timedelta(seconds=5)
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


class NewEffect(Body):
    """What a fault does: one thing, or one thing and `latency`."""

    status: int | None = Field(default=None, ge=400, le=599, strict=True)
    """Answer with this status in the provider's envelope."""
    error: str | None = None
    """Answer with this error of the provider's, by its code."""
    latency: Latency | None = None
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
    probability: Chance | None = None
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
    status: Annotated[int, Field(strict=True)] | str | None = None
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
    timeout: Patience = timedelta(seconds=5)


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
    timeout: Patience = timedelta(seconds=5)


class Redelivery(Body):
    """How a callback is sent again."""

    wait: Patience = timedelta(seconds=5)
    """How long to wait, in real time, for what becomes of it."""


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
