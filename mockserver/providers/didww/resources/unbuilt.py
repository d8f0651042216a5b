"""Collections that DIDWW has and this server does not answer yet: 501 (reference operations.yaml, 1.2)."""

from __future__ import annotations

from mockserver.jsonapi.resource import READ, Operation, Unbuilt
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04

_ALL: tuple[Operation, ...] = ("list", "show", "create", "update", "delete")
_NO_UPDATE: tuple[Operation, ...] = ("list", "show", "create", "delete")
_NO_DELETE: tuple[Operation, ...] = ("list", "show", "create", "update")
_POST: tuple[Operation, ...] = ("create",)

# Their relationships and where those lead, so that an include path through them can be checked.
_LINKS: dict[str, dict[str, str]] = {
    "nanpa_prefixes": {
        "country": "countries",
        "region": "regions",
    },
}


def _later(
    type_name: str,
    operations: tuple[Operation, ...] = (),
    *,
    open: bool = False,
    since: str = "",
    until: str = "",
) -> Unbuilt:
    return Unbuilt(type_name, operations, _LINKS.get(type_name, {}), open=open, since=since, until=until)


UNBUILT: tuple[Unbuilt, ...] = (
    _later("nanpa_prefixes", READ, since=V2022_05),
    _later("did_history", READ, since=V2026_04),
    _later("exports", ("list", "show", "create"), since=V2021_12, until=V2022_05),
    _later("exports", _NO_DELETE, since=V2026_04),
    _later("cdr_exports", ("list", "show", "create"), until=V2021_04),
)
