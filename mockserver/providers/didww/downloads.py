"""GET of an export's file: the one answer that is neither JSON nor addressed by a resource (reference 7)."""

from __future__ import annotations

import gzip
from typing import NamedTuple

from mockserver.core.messages import Request
from mockserver.core.world import World
from mockserver.jsonapi.errors import Refusal, not_found
from mockserver.jsonapi.outcome import Outcome
from mockserver.providers.didww.rules import cdr, exports

OPERATION = "exports.download"
KIND = "application/octet-stream"
_SUFFIXES = {"exports": ".csv.gz", "cdr_exports": ".csv"}


class Download(NamedTuple):
    """A request for a file. `path` begins below `/v3`; `name` is the file's own id."""

    path: str
    name: str


def find(request: Request) -> Download | None:
    """The file that a request asks for, there or not; None for any other request."""
    if request.method != "GET" or ".csv" not in request.path:
        return None
    parts = request.segments
    if len(parts) != 3 or parts[0] != "v3" or parts[1] not in _SUFFIXES:
        return None
    suffix = _SUFFIXES[parts[1]]
    name = parts[2].removesuffix(suffix)
    return Download(f"/{parts[1]}/{parts[2]}", name) if parts[2] == name + suffix else None


def fetch(world: World, download: Download) -> Outcome:
    """The file, made anew from the calls. Refusal with 404 when no completed export has it."""
    export = exports.at_path(world, download.path)
    if export is None or export.completed_at is None:
        raise Refusal(not_found(download.name))
    content = cdr.file_of(world, export)
    if download.path.endswith(".gz"):
        content = gzip.compress(content, mtime=int(export.completed_at.timestamp()))
    filename = download.path.rpartition("/")[2]
    headers = [("Content-Disposition", f'attachment; filename="{filename}"')]
    return Outcome(200, content, OPERATION, "recorded", kind=KIND, headers=headers)
