"""Delivers callbacks while the server runs, and keeps the time of its sandboxes: what falls due happens then,
whether or not a request comes in.

One courier a server, on the server's own event loop. It looks at a sandbox when it is told of a change there
and when the next change is due; what it finds to send it sends in tasks of its own. Nothing waits for it, and
nothing that goes wrong in it reaches a request.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from mockserver.core.outbox import Callback, Result
from mockserver.core.sandboxes import Sandboxes
from mockserver.core.world import World
from mockserver.http.egress import Egress

log = logging.getLogger("mockserver")

_MOST = 16  # deliveries under way at once
_SOONEST = 0.01  # seconds to the next look at a sandbox: a fast clock must not take the machine
_LATEST = 3600.0  # seconds: the machine's time may be set, and sandboxes come and go


class Courier:
    """Belongs to the loop it was started on, or to the first one that it is told of a change on."""

    def __init__(
        self,
        sandboxes: Sandboxes,
        egress: Egress | None = None,
        *,
        timeout: float = 60.0,
        verify: bool = False,
    ) -> None:
        self._sandboxes = sandboxes
        self._egress = egress or Egress()
        self._timeout = timeout
        self._verify = verify
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: set[str] = set()  # names of sandboxes to look at
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by what they deliver
        self._busy: set[tuple[str, str]] = set()  # receivers that are being sent to, by sandbox
        self._starved: set[str] = set()  # sandboxes that found no free place
        sandboxes.listener = self.wake

    # --- life --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin on the running loop, with whatever has been waiting in the sandboxes there are."""
        self._bind(asyncio.get_running_loop())
        for world in self._sandboxes:
            self.wake(world)

    async def stop(self) -> None:
        """End every delivery under way; those attempts stay open."""
        tasks = list(self._tasks.values())
        self._forget()
        self._loop = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, world: World) -> None:
        """Something changed in a sandbox, or its clock did. Cheap; may be called on any thread."""
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is not self._loop and here is not None and not self._is_running():
            self._bind(here)
        if self._loop is None:
            return
        if here is self._loop:
            self._tell(world.name)
        elif self._is_running():
            with suppress(RuntimeError):  # it has just been closed
                self._loop.call_soon_threadsafe(self._tell, world.name)

    def settled(self, world: World) -> bool:
        """Whether nothing is on its way to a receiver, nor about to be. True while nobody delivers, too."""
        if not self._is_running():
            return True
        due = world.scheduler.next_due()
        return not world.outbox.sending and (due is None or due > world.clock.live())

    def _is_running(self) -> bool:
        return self._loop is not None and self._loop.is_running()

    def _bind(self, loop: asyncio.AbstractEventLoop) -> None:
        self._forget()
        self._loop = loop

    def _forget(self) -> None:
        """Let go of whatever belongs to a loop."""
        for timer in self._timers.values():
            timer.cancel()
        # New ones: deliveries that were cut short with their loop still hold the old.
        self._timers, self._tasks, self._busy = {}, {}, set()
        self._told.clear()
        self._starved.clear()

    # --- looking -----------------------------------------------------------------------------------

    def _tell(self, name: str) -> None:
        if self._loop is not None:
            if not self._told:
                self._loop.call_soon(self._look_at_told)
            self._told.add(name)

    def _look_at_told(self) -> None:
        told, self._told = self._told, set()
        for name in told:
            self._look(name)

    def _look(self, name: str) -> None:
        """Run what is due in a sandbox, send what is to be sent, and come back when more is due."""
        world = self._sandboxes.find(name)
        if world is None or self._loop is None:
            return
        try:
            due = world.scheduler.next_due()
            if due is not None and due <= world.clock.live():
                world.begin()
                world.end(True)
        except Exception:
            log.exception("a change in the sandbox %s failed", name)
        self._send_from(world)
        self._plan(world)

    def _plan(self, world: World) -> None:
        """Look again when the next change is due."""
        assert self._loop is not None
        due = world.scheduler.next_due()
        wait = None if due is None else world.clock.until(due)
        timer = self._timers.get(world.name)
        if wait is None:
            if timer is not None:
                timer.cancel()
                del self._timers[world.name]
            return
        when = self._loop.time() + min(max(wait, _SOONEST), _LATEST)
        if timer is not None:
            if abs(timer.when() - when) < _SOONEST / 2:
                return
            timer.cancel()
        self._timers[world.name] = self._loop.call_at(when, self._on_time, world.name)

    def _on_time(self, name: str) -> None:
        self._timers.pop(name, None)
        self._look(name)

    # --- sending -----------------------------------------------------------------------------------

    def _send_from(self, world: World) -> None:
        """Start deliveries, one at a time to each receiver, so that they arrive in their order."""
        assert self._loop is not None
        for callback in world.outbox.sending:
            receiver = (world.name, callback.url.partition("//")[2].partition("/")[0])
            if id(callback) in self._tasks or receiver in self._busy:
                continue
            if len(self._tasks) >= _MOST:
                self._starved.add(world.name)
                return
            self._busy.add(receiver)
            done = partial(self._done, self._tasks, self._busy, id(callback), receiver)
            self._tasks[id(callback)] = self._loop.create_task(self._deliver(world, callback, done))

    @staticmethod
    def _done(
        tasks: dict[int, asyncio.Task[None]],
        busy: set[tuple[str, str]],
        callback: int,
        receiver: tuple[str, str],
    ) -> None:
        tasks.pop(callback, None)
        busy.discard(receiver)

    async def _deliver(self, world: World, callback: Callback, done: Callable[[], None]) -> None:
        from mockserver.http.sending import send

        try:
            result = await send(callback, self._egress, timeout=self._timeout, verify=self._verify)
        except Exception:
            log.exception("%s could not be delivered", callback.key)
            result = Result("failed", detail="the server failed; its log says why")
        finally:
            done()
        try:
            self._record(world, callback, result)
        except Exception:
            log.exception("what became of %s could not be kept", callback.key)
        starved, self._starved = self._starved, set()
        for name in {world.name, *starved}:
            self._look(name)

    def _record(self, world: World, callback: Callback, result: Result) -> None:
        """Keep how an attempt ended, unless the sandbox has been reset or dropped meanwhile."""
        if self._sandboxes.find(world.name) is not world:
            return
        world.begin()
        try:
            after = world.outbox.record(callback, result)
            if after is not None and after.state != "pending":
                world.announce(after.key, f"pending -> {after.state}")
        finally:
            world.end(True)
