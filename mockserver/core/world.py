"""A sandbox's whole state: one account at each provider, with its time, chance, money and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from mockserver.core.clock import LATEST, Clock
from mockserver.core.coverage import Coverage
from mockserver.core.events import Event, Events
from mockserver.core.faults import Faults
from mockserver.core.ids import Ids
from mockserver.core.journal import Journal
from mockserver.core.ledger import Ledger
from mockserver.core.limits import Limit, RateLimiter
from mockserver.core.outbox import Outbox
from mockserver.core.rules import Rule
from mockserver.core.scheduler import Entry, Job, Scheduler
from mockserver.core.snapshots import Account, Chance, Snapshot
from mockserver.core.stock import Shelves, Stock
from mockserver.core.tables import Key, Row, Table, Undo
from mockserver.core.transitions import Policies, Policy

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """What an account at one provider starts from; made once, shared by all sandboxes, never written.

    tables    rows by table name and key; the insertion order is the order of listing
    policies  how and when its things change by themselves, by type
    outcomes  the words for how a thing of a type can end, beside the way it goes by itself
    options   switches of the account (features, permissions, limits) and what is assumed about it
    agenda    changes that lie ahead of a new account; None for one that waits until it is fired
    secret_of the secret that a sandbox's callbacks are signed with, by the sandbox's name
    """

    provider: str
    opening_balance: Decimal
    tables: Mapping[str, Mapping[Key, Row]]
    shelves: Shelves
    limit: Limit | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, Rule] = field(default_factory=dict)
    agenda: tuple[tuple[datetime | None, Job], ...] = ()
    currency: str = "USD"
    secret_of: Callable[[str], str] = str


def rows_by_key(rows: Iterable[Row]) -> dict[Key, Row]:
    """Rows as a seed table; ValueError when two share a key."""
    table: dict[Key, Row] = {}
    for row in rows:
        if row.key in table:
            raise ValueError(f"two seed rows of {row.table} share the key {row.key!r}")
        table[row.key] = row
    return table


@dataclass(frozen=True, slots=True)
class Advance:
    """What moving the clock did: the instants before and after, the jobs that ran, the changes they made.

    `fired` is cut at `most` entries (a test that jumps ten years); `total` counts them all.
    """

    before: datetime
    after: datetime
    fired: list[Entry]
    events: list[Event]
    total: int


class World:
    """One sandbox. All of its mutable state hangs here; `reset` puts back what the seed says.

    Writes leave their inverse in one undo log. The gateway calls `commit` after an accepted request and
    `rollback` after a refused one, so a request changes everything it should or nothing.
    """

    def __init__(
        self,
        name: str,
        seeds: Mapping[str, AccountSeed],
        *,
        chance: str = "mockserver",
        clock: Clock | None = None,
        rate_limits: bool = True,
        journal_entries: int = 1000,
        journal_bytes: int = 4 << 20,
    ) -> None:
        self.name = name
        self._seeds = seeds
        self._chance = chance
        self._rate_limits = rate_limits
        self.clock = clock or Clock()
        self.journal = Journal(journal_entries, journal_bytes)
        self.base: Snapshot | None = None  # what a reset leads to, when it is not the server's seed
        self.coverage = Coverage()  # outlives a reset: it is about the client, not about the account
        # Told when something has changed or time has: whoever acts on what falls due (the courier).
        self.listener: Callable[[World], None] | None = None
        self._start()

    def _start(self) -> None:
        self._undo: Undo = []
        self._announced: list[tuple[datetime, str, str]] = []
        self._ran = False  # a job, since the listener was told
        # Whatever was worked out from the state, under any key; forgotten as soon as the state changes. Read
        # it only before the first write of a request. Whoever fills it sees to it that it stays small.
        self.derived: dict[Any, Any] = {}
        self.ids = Ids(f"{self._chance}/{self.name}")
        self.faults = Faults(Ids(f"{self._chance}/{self.name}/faults"))
        self.events = Events()
        self.scheduler = Scheduler(self._undo)
        self._tables: dict[str, Table[Any]] = {}
        self._stock: dict[str, Stock] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._limiters: dict[str, RateLimiter | None] = {}
        self.options: dict[str, dict[str, Any]] = {}
        defaults: dict[str, Policy] = {}
        outcomes: dict[str, tuple[str, ...]] = {}
        for provider, seed in self._seeds.items():
            self._stock[provider] = Stock(seed.shelves, self._undo)
            self._ledgers[provider] = Ledger(seed.opening_balance, self.clock, self._undo, seed.currency)
            limit = seed.limit if self._rate_limits else None
            self._limiters[provider] = None if limit is None else RateLimiter(limit)
            self.options[provider] = {name: rule.default for name, rule in seed.options.items()}
            defaults.update(seed.policies)
            outcomes.update(seed.outcomes)
            for due, job in seed.agenda:
                self.scheduler.add(due, job)
        self.policies = Policies(defaults, outcomes)
        self.outbox = Outbox(
            self.clock,
            self.scheduler,
            self.policies,
            self._undo,
            Ids(f"{self._chance}/{self.name}/callbacks"),
        )
        self.seeded_jobs = self.scheduler.entries
        self.commit()

    # --- state -----------------------------------------------------------------------------------

    def table(self, row: type[R]) -> Table[R]:
        """The table of a row class, `world.table(Order)`; empty when the seed has none."""
        table = self._tables.get(row.table)
        return self.table_named(row.table) if table is None else table

    def table_named(self, name: str) -> Table[Any]:
        """The table of that name."""
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = Table(self.seed_rows(name), self._undo)
        return table

    def tables(self) -> dict[str, Table[Any]]:
        """Every table by name, touched or not."""
        for provider in self._seeds.values():
            for name, rows in provider.tables.items():
                if name not in self._tables:
                    self._tables[name] = Table(rows, self._undo)
        return dict(sorted(self._tables.items()))

    def stock(self, provider: str) -> Stock:
        return self._stock[provider]

    def take_away(self, provider: str, what: str, leave: int = 0) -> list[int]:
        """Another buyer takes a number that is on sale, or all of a shelf but `leave`; returns what is gone.

        `what` is a number in E.164 digits, or the key of a shelf: the id of its DID group or city.
        """
        stock = self._stock[provider]
        if what in stock.shelves.by_key:
            return stock.take_first(what, stock.available(what) - leave)
        number = int(what) if what.isascii() and what.isdecimal() and len(what) <= 15 else 0
        return [number] if stock.take(number) else []

    def ledger(self, provider: str) -> Ledger:
        return self._ledgers[provider]

    def switches(self, provider: str) -> Mapping[str, Rule]:
        """What the options of an account at a provider may be."""
        return self._seeds[provider].options

    def providers(self) -> list[str]:
        return list(self._seeds)

    def callback_secret(self, provider: str) -> str:
        """What the callbacks of an account are signed with. Never shown and never in a snapshot."""
        return self._seeds[provider].secret_of(self.name)

    # --- limits ----------------------------------------------------------------------------------

    def admit(self, provider: str) -> bool:
        """Count one request against the provider's limit; False when it is one too many."""
        limiter = self._limiters[provider]
        return limiter is None or limiter.admit(self.clock.now())

    def limiter(self, provider: str) -> RateLimiter | None:
        return self._limiters[provider]

    def set_limit(self, provider: str, limit: Limit | None) -> None:
        self._limiters[provider] = None if limit is None else RateLimiter(limit)

    # --- later changes ---------------------------------------------------------------------------

    def later(self, job: Job) -> Entry:
        """Put a change on the agenda as the transition policy of its subject says."""
        policy = self.policies.of(job.subject)
        due = None if policy.mode == "manual" else self.clock.now()
        if due is not None and policy.mode == "after":
            due = min(due + policy.delay, LATEST)
        return self.scheduler.add(due, job)

    def at(self, due: datetime, job: Job) -> Entry:
        """Put a change on the agenda for a given instant."""
        return self.scheduler.add(min(due, LATEST), job)

    def fire(self, subject: str, outcome: str = "") -> Advance:
        """Make what is pending about one thing happen now, with that outcome or its policy's.

        One step: what the change itself puts on the agenda waits for its own time.
        """
        now, first_event = self.clock.now(), self.events.count
        entries = self.scheduler.take(subject)
        with self.policies.ending(subject, outcome):
            for entry in entries:
                self._run(entry, now)
        result = Advance(now, now, entries, self.events.since(first_event), len(entries))
        self.tell()
        return result

    def announce(self, subject: str, change: str) -> None:
        """Tell whoever listens what became of a thing, once the request or job is through."""
        self._announced.append((self.clock.now(), subject, change))

    def run_due(self, until: datetime, most_kept: int = 500) -> Advance:
        """Run every job due up to `until`, each at its own instant, in order of (due, number)."""
        before, first_event = self.clock.now(), self.events.count
        fired: list[Entry] = []
        total = 0
        while (entry := self.scheduler.pop_due(until)) is not None:
            self._run(entry, entry.due or until)
            total += 1
            if len(fired) < most_kept:
                fired.append(entry)
        return Advance(before, until, fired, self.events.since(first_event), total)

    def _run(self, entry: Entry, at: datetime) -> None:
        """Run one job at its instant and keep what it changed, or nothing of it."""
        self._ran = True
        self.clock.hold(at)
        try:
            entry.job.run(self)
        except BaseException:
            self.rollback()
            raise
        finally:
            self.clock.release()
        self.commit()

    def advance(self, *, by: timedelta | None = None, to: datetime | None = None) -> Advance:
        """Move the clock forward and run what falls due. ValueError for a way back or out of range."""
        self.run_due(self.clock.live())
        now = self.clock.live()
        try:
            target = to if to is not None else now + (by or timedelta())
        except OverflowError:
            raise ValueError(f"the clock cannot go beyond {LATEST.isoformat()}") from None
        if target < now:
            raise ValueError(
                f"the clock stands at {now.isoformat()} already and cannot be advanced backwards"
            )
        if target > LATEST:
            raise ValueError(f"the clock cannot go beyond {LATEST.isoformat()}")
        done = self.run_due(target)
        self.clock.set(now=target)
        result = Advance(now, target, done.fired, done.events, done.total)
        self.tell()
        return result

    # --- one request -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Start of a request: run what is due, then let the clock stand still until `end`."""
        now = self.clock.live()
        due = self.scheduler.next_due()
        if due is not None and due <= now:
            self.run_due(now)
        self.clock.hold(now)

    def end(self, accepted: bool) -> None:
        """End of a request: keep its changes or take every one of them back."""
        changed = self._ran
        if self._undo or self._announced:
            if accepted:
                self.commit()
                changed = True
            else:
                self.rollback()
        self.clock.release()
        if changed:
            self.tell()

    def tell(self) -> None:
        """Tell the listener, if there is one, that something may have fallen due."""
        self._ran = False
        if self.listener is not None:
            self.listener(self)

    def commit(self) -> None:
        """Keep everything since the last commit and publish what was announced."""
        if self._undo:
            self._undo.clear()
            self.derived.clear()
        if self._announced:
            announced, self._announced = self._announced, []
            for at, subject, change in announced:
                self.events.publish(at, subject, change)
                self.coverage.count(("transition", subject.partition("/")[0], change))

    def rollback(self) -> None:
        """Take back everything since the last commit, newest first."""
        undo = list(reversed(self._undo))
        for restore, arguments in undo:
            restore(*arguments)
        self._undo.clear()  # restoring may have written to the log itself
        self.derived.clear()
        self._announced.clear()

    # --- snapshots -------------------------------------------------------------------------------

    def capture(self) -> Snapshot:
        """The whole state as it stands. Costs next to nothing: the rows are shared."""
        accounts: dict[str, Account] = {}
        for provider, ledger in self._ledgers.items():
            limiter = self._limiters[provider]
            accounts[provider] = Account(
                opening=ledger.opening,
                lines=tuple(ledger.lines),
                gone={key: gone for key, gone in self._stock[provider].gone().items() if gone},
                tables={
                    name: table.share()
                    for name, table in self._tables.items()
                    if table.changed and name.partition(".")[0] == provider
                },
                options=dict(self.options[provider]),
                limit=None if limiter is None else limiter.limit,
            )
        return Snapshot(
            mode=self.clock.mode,
            rate=self.clock.rate,
            now=self.clock.now(),
            accounts=accounts,
            agenda=tuple(self.scheduler.agenda()),
            entries=self.scheduler.entries,
            policies=dict(self.policies.chosen),
            faults=tuple((one.fault, one.seen, one.hits) for one in self.faults),
            ids=Chance(*self.ids.state()),
            fault_ids=Chance(*self.faults.chance.state()),
            outbox=self.outbox.state(),
            callback_ids=Chance(*self.outbox.chance.state()),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Take on a state; journal and events go on. ValueError for one that cannot be; nothing changes."""
        before = self.capture()
        try:
            self._take_on(snapshot)
        except ValueError:
            self._take_on(before)
            raise

    def _take_on(self, snapshot: Snapshot) -> None:
        events = self.events
        self._start()
        self.events = events
        for provider, account in snapshot.accounts.items():
            self._stock[provider].take_on(account.gone)
            self._ledgers[provider].take_on(account.opening, account.lines)
            self.options[provider] = dict(account.options)
            self.set_limit(provider, account.limit)
            for name, rows in account.tables.items():
                self._tables[name] = Table({}, self._undo)
                self._tables[name].take_on(rows)
        self.scheduler.take_on(snapshot.agenda, snapshot.entries)
        self.policies.chosen = dict(snapshot.policies)
        self.faults.take_on(snapshot.faults)
        self.ids.take_on(snapshot.ids.state, snapshot.ids.counters)
        self.faults.chance.take_on(snapshot.fault_ids.state, snapshot.fault_ids.counters)
        self.outbox.take_on(snapshot.outbox)
        self.outbox.chance.take_on(snapshot.callback_ids.state, snapshot.callback_ids.counters)
        self.clock.set(mode=snapshot.mode, now=snapshot.now, rate=snapshot.rate)

    def untouched(self) -> Snapshot:
        """The state that a reset leads to."""
        if self.base is not None:
            return self.base
        kept, events = self.capture(), self.events
        self._start()
        seed = self.capture()
        self.events = events
        self._take_on(kept)
        return seed

    def seed_rows(self, table: str) -> Mapping[Key, Any]:
        """What the seed has in a table."""
        return self._seeds[table.partition(".")[0]].tables.get(table, {})

    def reset(self, *, empty: bool = False, prepare: Callable[[World], None] | None = None) -> None:
        """Back to the seed: state, money, stock, ids, agenda, limits, policies, clock and journal.

        With `empty` the accounts own nothing and nothing lies ahead of them; catalogue and funds stay.
        `prepare` makes a variant of the seed out of it (core.provider.Preset); the next reset does not.
        """
        self.journal.restart()
        self._start()
        if self.base is not None:
            self._take_on(self.base)
        self.clock.restore()
        if empty:
            for table in self.tables().values():
                if any(row.owned for row in islice(table, 1)):
                    table.take_on({key: row for key, row in table.rows.items() if row.stays})
            self.scheduler.take_on((), self.scheduler.entries)
        if prepare is not None:
            self.clock.hold(self.clock.live())
            try:
                prepare(self)
            finally:
                self.clock.release()
            self.seeded_jobs = self.scheduler.entries
            self.commit()
