"""What a sandbox sends to the client: placeholder until wired."""

from __future__ import annotations

from mockserver.testing.connection import Control


class Callbacks:
    def __init__(self, control: Control) -> None:
        self._control = control
