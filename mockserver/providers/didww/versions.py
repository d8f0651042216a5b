"""The dated API versions (reference 1)."""

from __future__ import annotations

from mockserver.core.messages import Request

V2021_04 = "2021-04-19"
V2021_12 = "2021-12-15"
V2022_05 = "2022-05-10"
V2026_04 = "2026-04-16"

SERVED = (V2021_04, V2021_12, V2022_05, V2026_04)
HEADER = "x-didww-api-version"


class Versions:
    """Which version serves a request.

    `default` serves requests without the header; with `pinned` a request for an older one is ignored, as
    production does for an account. An unknown value is ignored always. ValueError for a default not served.
    """

    def __init__(self, default: str, *, pinned: bool) -> None:
        if default not in SERVED:
            raise ValueError(f"DIDWW version {default} is not served; there are {', '.join(SERVED)}")
        self.default = default
        self._honoured = frozenset(v for v in SERVED if not pinned or v >= default)

    def of(self, request: Request) -> str:
        asked = request.headers.get(HEADER, "")
        return asked if asked in self._honoured else self.default
