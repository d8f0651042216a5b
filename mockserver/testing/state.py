"""Everything that a sandbox holds: rows by type, and the whole of it kept under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockserver.testing.connection import Control
from mockserver.testing.values import part


class State:
    """Rows by provider and type, as the server holds them (not as a provider's API shows them)."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        counts = (f"{kind} {count}" for kind, count in self.types().items() if count)
        return f"<state {', '.join(counts)}>"

    def types(self) -> dict[str, int]:
        """How many rows there are: `{"idt.orders": 2, ...}`."""
        return {
            f"{provider}.{kind}": count
            for provider, kinds in self._control.get("/state")["types"].items()
            for kind, count in kinds.items()
        }

    def hash(self) -> str:
        """A digest: equal states have equal ones."""
        digest: str = self._control.get("/state")["hash"]
        return digest

    def rows(self, provider: str, type: str, *, limit: int = 100, offset: int = 0) -> list[dict[str, Any]]:
        skipped = f"&offset={offset}" if offset else ""
        path = f"/state/{part(provider)}/{part(type)}?limit={limit}{skipped}"
        rows: list[dict[str, Any]] = self._control.get(path)["rows"]
        return rows

    def row(self, provider: str, type: str, id: object) -> dict[str, Any]:
        row: dict[str, Any] = self._control.get(f"/state/{part(provider)}/{part(type)}/{part(id)}")
        return row

    def change(self, provider: str, type: str, id: object, /, **fields: Any) -> dict[str, Any]:
        """Force fields of one row: types are checked, the provider's own rules are not asked."""
        path = f"/state/{part(provider)}/{part(type)}/{part(id)}"
        row: dict[str, Any] = self._control.patch(path, fields)
        return row


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two states differ; None where there is nothing."""

    at: str
    before: Any
    after: Any


class Snapshots:
    """States kept by name on the server: every sandbox can be put into each of them."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<snapshots {', '.join(self.names()) or 'none'}>"

    def names(self) -> list[str]:
        return [one["name"] for one in self._control.get("/snapshots")["snapshots"]]

    def save(self, name: str, document: dict[str, Any] | None = None) -> str:
        """Keep the state as it stands, or that of a document; returns its digest."""
        digest: str = self._control.put(f"/snapshots/{part(name)}", document or {})["hash"]
        return digest

    def restore(self, name: str) -> str:
        """Put the sandbox into that state; returns its digest."""
        digest: str = self._control.post(f"/snapshots/{part(name)}/restore")["hash"]
        return digest

    def export(self, name: str) -> dict[str, Any]:
        """The whole state as a document that `save` takes, here or on another server."""
        document: dict[str, Any] = self._control.get(f"/snapshots/{part(name)}")
        return document

    def diff(self, name: str, other: str = "now") -> list[Difference]:
        """What is different `now`, in the `seed`, or in another snapshot."""
        answer = self._control.get(f"/snapshots/{part(name)}/diff?with={part(other)}")
        return [Difference(one["at"], one["before"], one["after"]) for one in answer["differences"]]

    def remove(self, name: str) -> None:
        self._control.delete(f"/snapshots/{part(name)}")
