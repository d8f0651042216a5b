"""Documents of identities: upload, list, change, remove, download (behaviour 10, gaps G32, G33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.errors import full, invalid, invalid_as, not_found
from mockserver.providers.didlogic.fields import day, pages, paging, text, whole
from mockserver.providers.didlogic.forms import Reader, given_in, line, read_all, unread
from mockserver.providers.didlogic.multipart import Upload
from mockserver.providers.didlogic.rows import Document, FileInfo, Identity, StoredFile
from mockserver.providers.didlogic.uploads import disposition, read_files
from mockserver.providers.didlogic.verification import ReviewDocument, activate_complete
from mockserver.providers.didlogic.wire import joined, json_bytes, json_response, timestamp

DOC_TYPES = ("personal_id", "address_proof")
FIRST_DOCUMENT_ID = 9101
_NEW = ("name", "doc_type", "identity_id", "files", "country")
_CHANGES = ("name", "identity_id")


def list_documents(call: Call) -> Response:
    """GET /v2/documents: newest first, filters ANDed; days are UTC and both ends count."""
    rows = _wanted(call)
    page, size = paging(call.params, said.V2_PER_PAGE)
    pagination = {"total": len(rows), "total_pages": pages(len(rows), size), "current_page": page}
    shown = rows[(page - 1) * size : page * size]
    return _assumed(
        joined(
            b'{"documents":[', map(document_bytes, shown), b'],"pagination":' + json_bytes(pagination) + b"}"
        )
    )


def create_document(call: Call) -> Response:
    """POST /v2/documents: multipart with `document[files][frontside]`, for a personal_id a `backside` too.

    The document is pending until it is reviewed, on the clock.
    """
    given, world = given_in(call.params, "document"), call.world
    readers: dict[str, Reader] = {
        "name": line(said.LONGEST_NAME),
        "doc_type": _doc_type,
        "identity_id": _identity_of(world),
        "country": line(said.LONGEST_COUNTRY),
        "files": read_files,
    }
    files = {} if given.get("files") is None else given["files"]
    values = read_all({**given, "files": files}, readers, "G32", ("name", "doc_type", "identity_id"))
    _check_room(world, values["files"])
    document = _store(world, **values)
    world.later(ReviewDocument(document.id))
    world.announce(document.subject, said.PENDING)
    response = json_response({"message": said.DOCUMENT_CREATED, "document": document_json(document)})
    response.ignored = unread("document", given, _NEW)
    return _assumed(response)


def get_document(call: Call) -> Response:
    """GET /v2/documents/{id}."""
    return _answer(_find(call))


def update_document(call: Call) -> Response:
    """PUT /v2/documents/{id}: its name, and the identity it belongs to. What is absent stays.

    A verified document counts for its new identity at once; numbers in use stay so.
    """
    document, given, world = _find(call), given_in(call.params, "document"), call.world
    readers: dict[str, Reader] = {"name": line(said.LONGEST_NAME), "identity_id": _identity_of(world)}
    named = [name for name in _CHANGES if given.get(name) is not None]
    document = world.table(Document).put(replace(document, **read_all(given, readers, "G32", required=named)))
    if document.approvement_status == said.VERIFIED:
        activate_complete(world, document.identity_id)
    response = _answer(document)
    response.ignored = unread("document", given, _CHANGES)
    return response


def delete_document(call: Call) -> Response:
    """DELETE /v2/documents/{id}: with its files. Numbers in use stay so."""
    document, stored = _find(call), call.world.table(StoredFile)
    call.world.table(Document).remove(document.id)
    for file in [file for file in stored if file.document_id == document.id]:
        stored.remove(file.key)
    call.world.scheduler.cancel(document.subject)
    call.world.announce(document.subject, "deleted")
    return _assumed(json_response({"message": said.DOCUMENT_DELETED}))


def download_document_file(call: Call) -> Response:
    """GET /v2/documents/{id}/files/{role}: the bytes as they were uploaded."""
    document, role = _find(call), call.path[1]
    stored = call.world.table(StoredFile).get(f"{document.id}/{role}")
    file = next((file for file in document.files if file.role == role), None)
    if file is None or stored is None:
        raise not_found()
    headers = [("Content-Type", file.content_type), ("Content-Disposition", disposition(file.filename))]
    return Response(200, stored.data, headers)


def list_document_countries(call: Call) -> Response:
    """GET /v2/documents/countries: those of the shop, by a part of the name in `search` (G33)."""
    wanted = text(call.params, "search").casefold()
    response = json_response(
        {
            "countries": [
                {"id": country.id, "name": country.name, "short_name": country.short_name}
                for country in call.catalogue.countries.values()
                if wanted in country.name.casefold()
            ]
        }
    )
    response.evidence = said.assumed("G33")
    return response


def document_json(row: Document) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "doc_type": row.doc_type,
        "identity_id": row.identity_id,
        "country": row.country or None,
        "approvement_status": row.approvement_status,
        "files": {
            file.role: {"filename": file.filename, "content_type": file.content_type, "size": file.size}
            for file in row.files
        },
        "created_at": timestamp(row.created_at),
    }


def document_bytes(row: Document) -> bytes:
    known = row.wire.get("v2")
    return known if known is not None else row.remember("v2", json_bytes(document_json(row)))


def _find(call: Call) -> Document:
    document = call.world.table(Document).get(whole(call.path[0]) or 0)
    if document is None:
        raise not_found()
    return document


def _wanted(call: Call) -> list[Document]:
    """The documents that a list asks for, newest first."""
    status, identity = text(call.params, "approvement_status"), text(call.params, "identity_id")
    if status and status not in said.APPROVEMENT_STATUSES:
        raise invalid_as("G32", {"approvement_status": [said.NOT_INCLUDED]})
    identity_id = whole(identity)
    if identity and identity_id is None:
        raise invalid_as("G32", {"identity_id": [said.INVALID]})
    first, last = day(call.params, "from_date") or date.min, day(call.params, "to_date") or date.max
    return [
        row
        for row in list(call.world.table(Document))[::-1]
        if (not status or row.approvement_status == status)
        and (not identity or row.identity_id == identity_id)
        and first <= row.created_at.date() <= last
    ]


def _doc_type(given: Mapping[str, Any], name: str) -> str:
    found = text(given, name)
    if found and found not in DOC_TYPES:
        raise invalid(**{name: said.NOT_INCLUDED})
    return found


def _identity_of(world: World) -> Reader:
    """Reads the id of an identity that may get documents."""

    def read(given: Mapping[str, Any], name: str) -> int | str:
        if given[name] == "":
            return ""
        identity_id = whole(given[name])
        if identity_id is None:
            raise invalid(**{name: said.INVALID})
        identity = world.table(Identity).get(identity_id)
        if identity is None:
            raise invalid(**{name: said.MUST_EXIST})
        if identity.archived:
            raise invalid(**{name: said.IS_ARCHIVED})
        return identity_id

    return read


def _check_room(world: World, files: Mapping[str, Upload]) -> None:
    """A sandbox keeps a bounded number of documents, and of bytes."""
    if len(world.table(Document)) >= said.MOST_DOCUMENTS:
        raise full(said.MOST_DOCUMENTS, "documents")
    stored = sum(len(file.data) for file in world.table(StoredFile))
    if stored + sum(len(upload.data) for upload in files.values()) > said.MOST_STORED:
        raise invalid_as("G32", {"files": [said.STORAGE_FULL]})


def _store(
    world: World,
    name: str,
    doc_type: str,
    identity_id: int,
    files: Mapping[str, Upload],
    country: str = "",
) -> Document:
    document = Document(
        id=world.ids.next("didlogic.documents", FIRST_DOCUMENT_ID),
        name=name,
        doc_type=doc_type,
        identity_id=identity_id,
        country=country,
        approvement_status=said.PENDING,
        created_at=world.clock.now(),
        files=tuple(
            FileInfo(role, upload.filename, upload.content_type, len(upload.data))
            for role, upload in files.items()
        ),
    )
    for role, upload in files.items():
        world.table(StoredFile).put(StoredFile(document.id, role, upload.data))
    return world.table(Document).put(document)


def _answer(document: Document) -> Response:
    return _assumed(joined(b'{"document":', (document_bytes(document),), b"}"))


def _assumed(response: Response) -> Response:
    response.evidence = said.assumed("G32")
    return response
