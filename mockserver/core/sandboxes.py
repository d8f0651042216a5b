"""All sandboxes of one server: opened by name, bounded in number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mockserver.core.coverage import Coverage, summed
from mockserver.core.provider import DEFAULT_SANDBOX
from mockserver.core.snapshots import Snapshot
from mockserver.core.world import World


class SandboxesFull(Exception):
    """Every sandbox was named through the control API and may not be dropped for a new one."""


class Sandboxes:
    """Sandboxes by name. The one idle longest makes room for a new one.

    The default sandbox and those named through the control API (`keep=True`) are never dropped.
    """

    def __init__(self, make: Callable[[str], World], most: int) -> None:
        self._make = make
        self._most = most
        self._worlds: dict[str, World] = {}  # in order of last use, the latest at the end
        self._kept: set[str] = {DEFAULT_SANDBOX}
        self._latest = ""
        self.retired = Coverage()  # of sandboxes that are gone
        self.listener: Callable[[World], None] | None = None  # told of every change in any of them
        self.farewell: Callable[[World], None] | None = None  # told before a journal is emptied
        self.snapshots: dict[str, Snapshot] = {}  # kept by name until deleted; see control.snapshots

    def open(self, name: str, *, keep: bool = False) -> World:
        """The sandbox of that name, made from the seed at first use. SandboxesFull when there is no room."""
        world = self._worlds.get(name)
        if world is None:
            if name != DEFAULT_SANDBOX:  # every refused request is journalled there: it always has room
                self._make_room()
            world = self._worlds[name] = self._make(name)
            world.listener = self._changed
            world.journal.leaving = partial(self._leaving, world)
            self._latest = name
        elif name != self._latest:
            del self._worlds[name]
            self._worlds[name] = world
            self._latest = name
        if keep:
            self._kept.add(name)
        return world

    def find(self, name: str) -> World | None:
        """The sandbox of that name if there is one; looking does not count as use."""
        return self._worlds.get(name)

    def drop(self, name: str) -> bool:
        """Forget a sandbox; False when there is none. The default one is made anew at its next use."""
        self._kept.discard(name)
        self._kept.add(DEFAULT_SANDBOX)
        self._latest = ""
        return self._forget(name)

    def kept(self, name: str) -> bool:
        return name in self._kept

    def __iter__(self) -> Iterator[World]:
        return iter(list(self._worlds.values()))

    def __len__(self) -> int:
        return len(self._worlds)

    def coverage(self) -> Coverage:
        """What was exercised in all sandboxes there are or were."""
        return summed([self.retired, *(world.coverage for world in self._worlds.values())])

    def _forget(self, name: str, *, unseen: bool = False) -> bool:
        """`unseen`: nobody looks at its journal a last time."""
        world = self._worlds.pop(name, None)
        if world is not None:
            if unseen:
                world.coverage.unchecked += world.journal.count - world.journal.judged
            else:
                self._leaving(world)
            world.journal.leaving = None  # nothing shall hold on to it
            self.retired.add(world.coverage)
        return world is not None

    def _leaving(self, world: World) -> None:
        if self.farewell is not None:
            self.farewell(world)

    def _changed(self, world: World) -> None:
        if self.listener is not None:
            self.listener(world)

    def _make_room(self) -> None:
        if len(self._worlds) < self._most:
            return
        for name in self._worlds:
            if name not in self._kept:
                self._forget(name, unseen=True)  # a client waits for its answer
                return
        raise SandboxesFull(
            f"all {self._most} sandboxes are in use and were named through the control API; "
            "drop one or raise MOCKSERVER_MAX_SANDBOXES"
        )
