"""Requests that fail on demand."""

from __future__ import annotations

from typing import Any, Literal

from mockserver.testing.connection import Control
from mockserver.testing.values import Duration, duration_text, part


class Fault:
    """A rule that makes matching requests fail. As a context manager it is removed at the end."""

    def __init__(self, control: Control, state: dict[str, Any]) -> None:
        self._control = control
        self.id: str = state["id"]
        self._state = state

    def __repr__(self) -> str:
        state = self._state
        about = " ".join(state[name] for name in ("provider", "operation", "method", "path") if state[name])
        effect = ", ".join(f"{name}={value}" for name, value in state["effect"].items() if value)
        return f"<fault {self.id}: {about or 'every request'}: {effect}; {state['hits']} hits when last seen>"

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()

    @property
    def hits(self) -> int:
        """How many requests it struck so far."""
        hits: int = self.state()["hits"]
        return hits

    @property
    def spent(self) -> bool:
        """Whether it can never strike again."""
        spent: bool = self.state()["spent"]
        return spent

    def state(self) -> dict[str, Any]:
        """All about it, as it is now."""
        self._state = self._control.get(f"/faults/{part(self.id)}")
        return self._state

    def remove(self) -> None:
        """Take it away; no harm when it is gone already."""
        if self.id in (one["id"] for one in self._control.get("/faults")["faults"]):
            self._control.delete(f"/faults/{part(self.id)}")


class Faults:
    """The faults of a sandbox; the first that strikes a request wins."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<faults {self.list()}>"

    def add(
        self,
        provider: str | None = None,
        operation: str | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        nth: int | None = None,
        every: int | None = None,
        times: int | None = None,
        probability: float | None = None,
        ttl: Duration | None = None,
        id: str | None = None,
        status: int | None = None,
        error: str | None = None,
        latency: Duration | None = None,
        cut: bool = False,
        body: Literal["truncated", "malformed"] | None = None,
        commit_then_drop: bool = False,
        commit_then_status: int | None = None,
        rival: str | None = None,
    ) -> Fault:
        """Make matching requests fail.

        Which requests: `provider`, `operation` (as `mockserver routes` names it), `method`, `path` with
        wildcards. Which of those: the `nth`, `every` so many, `times` at most, with a `probability`, for a
        while (`ttl`, on the sandbox's clock). What happens: one of `status` (in the provider's envelope),
        `error` (the provider's, by its code), `cut`, `body`, `commit_then_drop`, `commit_then_status`
        (carried out although the answer fails), `rival` (another buyer was faster); and `latency`.
        """
        effect = {
            "status": status,
            "error": error,
            "latency": None if latency is None else duration_text(latency),
            "cut": cut,
            "body": body,
            "commit_then_drop": commit_then_drop,
            "commit_then_status": commit_then_status,
            "rival": rival,
        }
        rule = {
            "id": id,
            "provider": provider,
            "operation": operation,
            "method": method,
            "path": path,
            "nth": nth,
            "every": every,
            "times": times,
            "probability": probability,
            "ttl": None if ttl is None else duration_text(ttl),
            "effect": {name: value for name, value in effect.items() if value not in (None, False)},
        }
        given = {name: value for name, value in rule.items() if value is not None}
        return Fault(self._control, self._control.post("/faults", given))

    def outage(self, provider: str, length: Duration | None = None, *, status: int | None = 503) -> Fault:
        """A provider is down, for a while or until the fault is removed. `status` None cuts connections."""
        body: dict[str, Any] = {"provider": provider, "status": status}
        if length is not None:
            body["length"] = duration_text(length)
        return Fault(self._control, self._control.post("/world/outages", body))

    def list(self) -> list[Fault]:
        return [Fault(self._control, one) for one in self._control.get("/faults")["faults"]]

    def get(self, id: str) -> Fault:
        return Fault(self._control, self._control.get(f"/faults/{part(id)}"))

    def clear(self) -> None:
        self._control.delete("/faults")
