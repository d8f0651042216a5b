"""One sandbox: an account at each of the three providers that nobody else sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockserver.cli.variables import provider_variables
from mockserver.testing.account import Ledger, Limits, Options, Surroundings
from mockserver.testing.callbacks import Callbacks
from mockserver.testing.connection import Control, ControlError
from mockserver.testing.failures import Faults
from mockserver.testing.journal import Journal
from mockserver.testing.state import Snapshots, State
from mockserver.testing.time import Clock, Transitions
from mockserver.testing.values import Instant, Money, instant_text, nested, part


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """Where a provider is served, and what opens this sandbox there.

    base_url  without a slash at the end; DIDWW's own base URLs end in /v3, which comes after it
    headers   the request headers that carry the credentials
    """

    name: str
    base_url: str
    headers: dict[str, str]

    def __repr__(self) -> str:
        return f"<{self.name} at {self.base_url} with {self.headers}>"

    @property
    def credentials(self) -> dict[str, str]:
        """The bare values: `api_key` and `api_secret`, or `token`."""
        start = f"{self.name}_".upper()
        values = {name.removeprefix(start).lower(): value for name, value in self.variables.items()}
        del values["url"]
        return values

    @property
    def key(self) -> str:
        """The first credential: DIDWW's Api-Key, IDT's x-api-key, didlogic's token."""
        return next(iter(self.credentials.values()))

    @property
    def secret(self) -> str:
        """IDT's x-api-secret; empty at the others."""
        return self.credentials.get("api_secret", "")

    @property
    def variables(self) -> dict[str, str]:
        """The same as `mockserver env` prints it: `IDT_URL`, `IDT_API_KEY`, `IDT_API_SECRET`."""
        return provider_variables(self.name, self.base_url, self.headers)

    def url(self, path: str) -> str:
        """The address of a path at the provider: `didww.url("/v3/orders")`."""
        return f"{self.base_url}/{path.lstrip('/')}"


class Sandbox:
    """An account at each provider, with everything that moves it. Every attribute speaks to the server.

    didww, idt, didlogic  addresses and credentials for the client under test
    clock, transitions    time, and how things change by themselves
    faults, world         requests that fail; what happens from outside; other buyers
    journal, callbacks    what came in and what went out
    ledger, limits, options, state, snapshots
    """

    def __init__(self, control: Control, state: dict[str, Any]) -> None:
        self.control = control
        self.name: str = state["name"]
        access = {
            name: ProviderAccess(name, state["base_urls"][name], headers)
            for name, headers in state["credentials"].items()
        }
        self.didww, self.idt, self.didlogic = access["didww"], access["idt"], access["didlogic"]
        self.clock = Clock(control)
        self.transitions = Transitions(control)
        self.faults = Faults(control)
        self.world = Surroundings(control)
        self.journal = Journal(control)
        self.callbacks = Callbacks(control)
        self.ledger = Ledger(control)
        self.limits = Limits(control)
        self.options = Options(control)
        self.state = State(control)
        self.snapshots = Snapshots(control)
        self.dropped = False

    def __repr__(self) -> str:
        return f"<sandbox {self.name} at {self.control.connection.url}>"

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.drop()

    @property
    def variables(self) -> dict[str, str]:
        """Addresses and credentials for the environment of a client, as `mockserver env` prints them."""
        url = self.control.connection.url
        return {
            "MOCKSERVER_URL": url,
            **self.didww.variables,
            **self.idt.variables,
            **self.didlogic.variables,
        }

    def reset(self, to: str = "seed") -> None:
        """Back to the seed, to accounts that own nothing (`empty`), to `snapshot:NAME`, or to a preset."""
        self.control.post("/reset", {"to": to})

    def prepare(
        self,
        *,
        clock: Instant | None = None,
        options: dict[str, Any] | None = None,
        limits: dict[str, Any] | None = None,
        snapshot: str | None = None,
        empty: bool = False,
    ) -> None:
        """Bring a fresh sandbox into the state that a test starts from; `clock` is where it stands frozen."""
        if snapshot is not None:
            self.snapshots.restore(snapshot)
        elif empty:
            self.reset("empty")
        if clock is not None:
            self.control.put("/clock", {"mode": "frozen", "now": instant_text(clock)})
        if options:
            self.control.put("/options", nested(options))
        if limits:
            self.control.put("/limits", limits)

    def drop(self) -> None:
        """Forget it. Its name may be used again, for one as fresh as this one was."""
        if not self.dropped:
            self.dropped = True
            self.control.of("").delete(f"/sandboxes/{part(self.name)}")

    # --- assertions ------------------------------------------------------------------------------

    def assert_max_spend(self, most: Money, provider: str | None = None) -> None:
        """No provider's charges (or this one's) come to more than that."""
        self._assert(provider, max_spend=str(most))

    def assert_no_double_purchase(self, provider: str | None = None) -> None:
        """Nothing was bought twice by sending the very same request again."""
        self._assert(provider, no_double_purchase=True)

    def assert_no_unfinished(self, provider: str | None = None) -> None:
        """Nothing that a request began is still under way."""
        self._assert(provider, no_unfinished=True)

    def assert_balance_equals_ledger(self, provider: str | None = None) -> None:
        """The balance is the opening balance and every line of the bill."""
        self._assert(provider, balance_equals_ledger=True)

    def _assert(self, provider: str | None, **check: Any) -> None:
        __tracebackhide__ = True
        status, answer = self.control.ask("POST", "/assert", {**check, "provider": provider})
        if status == 409:
            name = next(iter(check))
            reasons = "\n".join(f"  {one['provider']}: {one['reason']}" for one in answer["failures"])
            raise AssertionError(f"{name} does not hold in sandbox {self.name}:\n{reasons}")
        if status >= 400:
            raise ControlError("POST", "/_mock/assert", status, answer)
