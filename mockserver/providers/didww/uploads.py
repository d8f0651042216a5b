"""POST /encrypted_files: the one request that is no JSON:API document (reference 6.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from mockserver.core.messages import Evidence, Request
from mockserver.core.world import World
from mockserver.jsonapi.codecs import instant
from mockserver.jsonapi.errors import ApiError, Refusal, invalid, invalid_record
from mockserver.jsonapi.outcome import Outcome
from mockserver.jsonapi.rack import UnreadableQuery, parse_query
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.crypto import fingerprint
from mockserver.providers.didww.regulation_rows import EncryptedFile
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.documents import MOST_BYTES, store
from mockserver.providers.didww.versions import V2022_05

OPERATION = "encrypted_files.create"
OUTDATED = "outdated fingerprint"  # documented
INVALID_PARAMS = "invalid params"  # documented
FINGERPRINT = "encrypted_files[encryption_fingerprint]"
FILE, DESCRIPTION = "encrypted_files[file]", "encrypted_files[description]"
ITEM_FILE = "encrypted_files[items][][file]"
ITEM_DESCRIPTION = "encrypted_files[items][][description]"
BATCH_UNTIL = V2022_05  # several files a request, and answers of another shape
MOST_PARTS = 200
_JSON = "application/json"


@dataclass(slots=True)
class Part:
    """One part of a form; `filename` None for a plain field."""

    name: str
    filename: str | None
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")


@dataclass(slots=True)
class Batch:
    """What a form holds: the fingerprint, and each file with its description."""

    fingerprint: str | None = None
    files: list[Part] = field(default_factory=list)
    descriptions: list[str | None] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    other_form: bool = False  # fields of the other versions


def receive(world: World, request: Request, version: str) -> Outcome:
    """Take in one file, or several up to 2022-05-10. Refusal with 400 or 422, UnreadableQuery for no form.

    The header X-Mock-Upload says whether what came decrypts; DIDWW takes it in any case.
    """
    require_write_access(world)
    batch_form = version <= BATCH_UNTIL
    batch = _batch(_parts(request), batch_form=batch_form)
    ignored = (*parse_query(request.query), *batch.unknown)
    problem = _problem(batch)
    if problem is not None:
        if batch_form and problem.status == 422:
            content = orjson.dumps({"errors": {_named(problem): [problem.title]}})
            claim = "error.upload_422_by_name"
            return Outcome(422, content, OPERATION, "documented", "", ignored, kind=_JSON, claim=claim)
        raise Refusal(problem, Evidence("documented", f"didww.error.upload_{problem.status}"))
    rows = [
        store(world, part.data, description)
        for part, description in zip(batch.files, batch.descriptions, strict=True)
    ]
    content = orjson.dumps({"ids": [row.id for row in rows]} if batch_form else _document(rows[0], version))
    notes = [("X-Mock-Upload", _said(row)) for row in rows]
    return Outcome(201, content, OPERATION, "recorded", "", ignored, kind=_JSON, remarks=notes)


def _problem(batch: Batch) -> ApiError | None:
    if batch.other_form:
        return ApiError(400, "400", INVALID_PARAMS, INVALID_PARAMS)
    if batch.fingerprint != fingerprint():
        return invalid_record(OUTDATED)
    if not batch.files or not all(part.data for part in batch.files):
        return invalid("file", assumed.BLANK)
    if any(len(part.data) > MOST_BYTES for part in batch.files):
        return invalid("file", assumed.FILE_TOO_LARGE)
    return None


def _named(problem: ApiError) -> str:
    """What older versions file an error under."""
    return "base" if problem.pointer == "/data" else problem.pointer.rpartition("/")[2]


def _document(row: EncryptedFile, version: str) -> dict[str, Any]:
    attributes = {"description": row.description, "expires_at": instant(row.expires_at)}
    data = {"id": row.id, "type": "encrypted_files", "attributes": attributes}
    return {"data": data, "meta": {"api_version": version}}


def _said(row: EncryptedFile) -> str:
    if row.problem:
        return f"does not decrypt as documented: {row.problem}"
    return f"decrypts with both keys; {row.content_size} bytes"


# --- the form --------------------------------------------------------------------------------------------


def _batch(parts: list[Part], *, batch_form: bool) -> Batch:
    """The parts by their meaning. A description belongs to the file that follows or precedes it."""
    batch = Batch()
    file_name, description_name = (ITEM_FILE, ITEM_DESCRIPTION) if batch_form else (FILE, DESCRIPTION)
    others = {FILE, DESCRIPTION, ITEM_FILE, ITEM_DESCRIPTION} - {file_name, description_name}
    waiting: str | None = None
    for part in parts:
        if part.name == FINGERPRINT:
            batch.fingerprint = part.text
        elif part.name == file_name and part.filename is not None:
            if not batch_form:  # the last one wins, as in any form
                batch.files.clear()
                batch.descriptions.clear()
            batch.files.append(part)
            batch.descriptions.append(waiting)
            waiting = None
        elif part.name == description_name:
            if batch.files and batch.descriptions[-1] is None:
                batch.descriptions[-1] = part.text
            else:
                waiting = part.text
        elif part.name in others:
            batch.other_form = True
        else:
            batch.unknown.append(part.name)
    return batch


class _Collector:
    """Keeps the parts while the parser calls back."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.complete = False
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._data: list[bytes] = []

    def on_part_begin(self) -> None:
        if len(self.parts) >= MOST_PARTS:
            raise UnreadableQuery("too many parts")
        self._headers, self._data = {}, []

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def on_part_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name, filename = options.get(b"name", b""), options.get(b"filename")
        shown = None if filename is None else filename.decode("utf-8", "replace")
        self.parts.append(Part(name.decode("utf-8", "replace"), shown, b"".join(self._data)))

    def on_end(self) -> None:
        self.complete = True


def _parts(request: Request) -> list[Part]:
    """The parts of a multipart form; none for a body of another type. UnreadableQuery for a broken one."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        return []
    collected = _Collector()
    names = ("part_begin", "header_field", "header_value", "header_end", "part_data", "part_end", "end")
    callbacks: Any = {f"on_{name}": getattr(collected, f"on_{name}") for name in names}
    try:
        MultipartParser(options.get(b"boundary", b""), callbacks).write(request.body)
    except FormParserError:
        raise UnreadableQuery("broken multipart body") from None
    if not collected.complete:
        raise UnreadableQuery("broken multipart body")
    return collected.parts
