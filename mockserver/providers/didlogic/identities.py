"""Identities: whom numbers are registered to (reference: behaviour 10, gap G34)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.documents import document_bytes
from mockserver.providers.didlogic.errors import default_identity, full, invalid, not_found
from mockserver.providers.didlogic.fields import paging, whole, wrapped
from mockserver.providers.didlogic.forms import given_in, line, unread
from mockserver.providers.didlogic.rows import Document, Identity
from mockserver.providers.didlogic.wire import joined, json_bytes

FIRST_IDENTITY_ID = 6801
_line = line(said.LONGEST_NAME)


def list_identities(call: Call) -> Response:
    """GET /v2/identities: archived ones too, in the order they were made; all unless a page is asked for."""
    rows = list(call.world.table(Identity))
    if "page" in call.params or "per_page" in call.params:
        page, size = paging(call.params, said.V2_PER_PAGE)
        rows = rows[(page - 1) * size : page * size]
    documents = defaultdict(list)
    for document in call.world.table(Document):
        documents[document.identity_id].append(document)
    return joined(b'{"identities":[', (_encoded(row, documents[row.id]) for row in rows), b"]}")


def create_identity(call: Call) -> Response:
    """POST /v2/identities: a name of its own is all it needs."""
    world = call.world
    identities = world.table(Identity)
    name = _name(call, {row.name for row in identities})
    if len(identities) >= said.MOST_IDENTITIES:
        raise full(said.MOST_IDENTITIES, "identities")
    identity = identities.put(Identity(world.ids.next("didlogic.identities", FIRST_IDENTITY_ID), name))
    world.announce(identity.subject, "created")
    return _assumed(_answer(world, identity), call)


def get_identity(call: Call) -> Response:
    """GET /v2/identities/{id}."""
    return _assumed(_answer(call.world, _find(call)))


def update_identity(call: Call) -> Response:
    """PUT /v2/identities/{id}: its name. Without one everything stays."""
    identity, identities = _find(call), call.world.table(Identity)
    if given_in(call.params, "identity").get("name") is not None:
        name = _name(call, {row.name for row in identities if row.id != identity.id})
        identity = identities.put(replace(identity, name=name))
    return _assumed(_answer(call.world, identity), call)


def archive_identity(call: Call) -> Response:
    """DELETE /v2/identities/{id}: inactive from now on, its documents stay. Twice is once."""
    identity = _find(call)
    if identity.is_default:
        raise default_identity()
    if not identity.archived:
        identity = call.world.table(Identity).put(replace(identity, archived=True))
        call.world.announce(identity.subject, f"{said.IDENTITY_ACTIVE} -> {said.IDENTITY_ARCHIVED}")
    return _assumed(_answer(call.world, identity))


def _find(call: Call) -> Identity:
    identity = call.world.table(Identity).get(whole(call.path[0]) or 0)
    if identity is None:
        raise not_found()
    return identity


def _name(call: Call, taken: set[str]) -> str:
    name: str = _line(given_in(call.params, "identity"), "name")
    if not name:
        raise invalid(name=said.BLANK)
    if name in taken:
        raise invalid(name=said.TAKEN)
    return name


def _answer(world: World, identity: Identity) -> Response:
    documents = [row for row in world.table(Document) if row.identity_id == identity.id]
    return joined(b'{"identity":', (_encoded(identity, documents),), b"}")


def _assumed(response: Response, call: Call | None = None) -> Response:
    """The answer as one that rests on G34, with the fields that nothing read."""
    response.evidence = said.assumed("G34")
    if call is not None:
        response.ignored = unread("identity", wrapped(call.params, "identity"), ("name",))
    return response


def _encoded(row: Identity, documents: Iterable[Document]) -> bytes:
    shown = [document_bytes(document) for document in documents]
    about = {
        "id": row.id,
        "name": row.name,
        "persistence_status": said.IDENTITY_ARCHIVED if row.archived else said.IDENTITY_ACTIVE,
        "is_default": row.is_default,
        "documents_count": len(shown),
    }
    return json_bytes(about)[:-1] + b',"documents":[' + b",".join(shown) + b"]}"
