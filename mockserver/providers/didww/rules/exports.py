"""Exports of call records: ordered, worked on, completed, gone after a month (reference 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.transitions import Policy
from mockserver.core.world import World
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.record_rows import Export
from mockserver.providers.didww.rules import callbacks, export_filters
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import next_month, now
from mockserver.providers.didww.rules.checks import Checks
from mockserver.providers.didww.versions import V2021_04, V2026_04

TYPES = (export_filters.CDR_IN, export_filters.CDR_OUT)
POLICIES = {Export.table: Policy("after", assumed.EXPORT_DELAY)}


def subject_of(export_id: str) -> str:
    return f"{Export.table}/{export_id}"


@dataclass(frozen=True, slots=True)
class WorkOnExport(Job):
    """The next step of an export: pending, processing, completed."""

    kind: ClassVar[str] = "didww.work_on_export"
    export_id: str

    @property
    def subject(self) -> str:
        return subject_of(self.export_id)

    def run(self, world: World) -> None:
        export = world.table(Export).get(self.export_id)
        if export is None:
            return
        if export.status == "pending":
            world.table(Export).put(replace(export, status="processing"))
            world.announce(self.subject, "pending -> processing")
            world.later(self)
        elif export.status == "processing":
            complete(world, export)


@dataclass(frozen=True, slots=True)
class DropExport(Job):
    """A month after it was completed an export is gone, its file too (documented)."""

    kind: ClassVar[str] = "didww.drop_export"
    routine: ClassVar[bool] = True
    export_id: str

    @property
    def subject(self) -> str:
        return subject_of(self.export_id)

    def run(self, world: World) -> None:
        if self.export_id in world.table(Export):
            world.table(Export).remove(self.export_id)
            world.announce(self.subject, "completed -> deleted")


def order(world: World, values: Mapping[str, Any], version: str, root: str = "") -> Export:
    """Ask for a file of calls; `root` is where the API starts for the caller.

    Refusal: 403 for a read-only account, 422 for values that will not do.
    """
    require_write_access(world)
    checks = Checks("export")
    kind = values.get("export_type")
    if version <= V2021_04:
        kind = export_filters.CDR_IN
    else:
        kind = checks.word("export_type", kind, TYPES, required=True)
    filters = values.get("filters")
    if kind is not None:
        export_filters.check(checks, filters, kind, version, now(world))
    url, method = checks.callback(values.get("callback_url"), values.get("callback_method"))
    reference = checks.reference(values.get("external_reference_id"))
    checks.settle()
    assert isinstance(filters, dict)
    export = Export(
        id=world.ids.uuid(),
        export_type=kind,
        status="pending",
        filters=filters,
        created_at=now(world),
        callback_url=url,
        callback_method=method,
        external_reference_id=reference,
        version=version,
        root=root,
    )
    world.table(Export).put(export)
    world.announce(subject_of(export.id), "pending")
    world.later(WorkOnExport(export.id))
    return export


def complete(world: World, export: Export) -> Export:
    """The file can be fetched from now on; its name has an id of its own (recorded)."""
    folder, suffix = ("cdr_exports", "csv") if export.version <= V2021_04 else ("exports", "csv.gz")
    instant = now(world)
    done = replace(
        export,
        status="completed",
        completed_at=instant,
        url=f"/{folder}/{world.ids.uuid()}.{suffix}",
    )
    world.at(next_month(instant), DropExport(export.id))
    world.announce(subject_of(export.id), "processing -> completed")
    _tell(world, done)
    return world.table(Export).put(done)


def _tell(world: World, export: Export) -> None:
    """The callback, reference 3.1: with the file's address since 2026-04-16."""
    kind = "cdr_exports" if export.version <= V2021_04 else "exports"
    extra = {"url": f"{export.root}{export.url}"} if export.version >= V2026_04 else {}
    url, method = export.callback_url, export.callback_method
    callbacks.notify(world, kind, export.id, export.status, url, method, extra)


def set_reference(world: World, export: Export, values: Mapping[str, Any]) -> Export:
    """The one thing that can be changed. Refusal with 403, or 422 when it is too long."""
    require_write_access(world)
    checks = Checks("external_reference_id")
    reference = checks.reference(values.get("external_reference_id"))
    checks.settle()
    return world.table(Export).put(replace(export, external_reference_id=reference))


def at_path(world: World, path: str) -> Export | None:
    """The completed export whose file lies at a path below `/v3`."""
    return next((export for export in world.table(Export) if export.url == path), None)
