"""Public keys, uploads, kinds of proof and of form, and what an account has handed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import BESIDE_ROOT, INSTANT
from mockserver.jsonapi.resource import (
    Incoming,
    ResourceType,
    Source,
    attr,
    boolean,
    contains,
    exact,
    many,
    one,
    one_of,
    sort,
)
from mockserver.providers.didww.crypto import key_pairs
from mockserver.providers.didww.regulation_rows import (
    EncryptedFile,
    PermanentSupportingDocument,
    Proof,
    ProofType,
    PublicKey,
    SupportingDocumentTemplate,
)
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import documents as rules
from mockserver.providers.didww.uploads import receive
from mockserver.providers.didww.versions import V2021_04, V2022_05, V2026_04


class Keys(Source):
    """The same two for everybody, with and without a key to the account."""

    def find(self, world: World, identifier: str) -> Row | None:
        return next((row for row in self.every(world) if row.key == identifier), None)

    def every(self, world: World) -> Iterable[Row]:
        return [PublicKey(pair.id, pair.pem) for pair in key_pairs()]


PUBLIC_KEYS = ResourceType(
    type="public_keys",
    row=PublicKey,
    since=V2021_04,
    attributes=(attr("key", field="pem"),),
    sorts=(sort("key", "pem"),),
    paging=None,
    operations=("list",),
    source=Keys(PublicKey),
    steady=False,
    bare=True,
    open=True,
    evidence={"list": "recorded"},
)

ENCRYPTED_FILES = ResourceType(
    type="encrypted_files",
    row=EncryptedFile,
    since=V2021_04,
    attributes=(
        attr("description"),
        attr("expire_at", INSTANT, field="expires_at", until=V2022_05),
        attr("expires_at", INSTANT, since=V2026_04),
    ),
    sorts=(
        sort("description", key=collated),
        sort("expire_at", "expires_at"),
        sort("expires_at", since=V2026_04),
    ),
    operations=("list", "show", "create", "delete"),
    handlers={"create": receive},
    delete=rules.discard,
    evidence={"list": "recorded", "show": "recorded", "create": "recorded", "delete": "recorded"},
)

PROOF_TYPES = ResourceType(
    type="proof_types",
    row=ProofType,
    since=V2021_04,
    attributes=(attr("name"), attr("entity_type")),
    filters=(exact("entity_type", blank=True),),
    sorts=(sort("name", key=collated), sort("entity_type")),
    evidence={"list": "recorded"},
)

TEMPLATES = ResourceType(
    type="supporting_document_templates",
    row=SupportingDocumentTemplate,
    since=V2021_04,
    attributes=(attr("name"), attr("permanent"), attr("url", BESIDE_ROOT)),
    filters=(
        exact("name", array=False, blank=False),
        contains("name_contains", "name"),
        boolean("permanent"),
    ),
    sorts=(sort("name", key=collated), sort("permanent")),
    evidence={"list": "recorded"},
)


def _create_proof(world: World, incoming: Incoming) -> Proof:
    return rules.create_proof(world, incoming.values)


def _update_proof(world: World, row: Any, incoming: Incoming) -> Proof:
    return rules.update_proof(world, row, incoming.values)


PROOFS = ResourceType(
    type="proofs",
    row=Proof,
    since=V2021_04,
    attributes=(
        attr("created_at", INSTANT),
        attr("expires_at", INSTANT),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
    ),
    relationships=(
        one("proof_type", "proof_types", create=True),
        one_of("entity", "identities", "addresses", create=True),
        many("files", "encrypted_files", field="file_ids", create=True, read=False),
    ),
    filters=(exact("external_reference_id", array=False, blank=True, since=V2026_04),),
    sorts=(
        sort("created_at"),
        sort("expires_at"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    operations_since={"list": V2026_04, "show": V2026_04, "update": V2026_04},
    create=_create_proof,
    update=_update_proof,
    delete=rules.delete_proof,
    # Documented for 2026-04-16 as is the usual detail for DELETE.
    absent=dict.fromkeys(("show", "update"), "proofs - Record not found"),
    evidence={"create": "recorded", "delete": "recorded"},
)


def _create_document(world: World, incoming: Incoming) -> PermanentSupportingDocument:
    return rules.create_document(world, incoming.values)


def _update_document(world: World, row: Any, incoming: Incoming) -> PermanentSupportingDocument:
    return rules.update_document(world, row, incoming.values)


PERMANENT_DOCUMENTS = ResourceType(
    type="permanent_supporting_documents",
    row=PermanentSupportingDocument,
    since=V2021_04,
    attributes=(
        attr("created_at", INSTANT),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
    ),
    relationships=(
        one("template", "supporting_document_templates", create=True, update=True),
        one("identity", "identities", create=True, update=True),
        many("files", "encrypted_files", field="file_ids", create=True, update=True, read=False),
    ),
    filters=(exact("external_reference_id", array=False, blank=True, since=V2026_04),),
    sorts=(
        sort("created_at"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    operations_since={"list": V2026_04, "show": V2026_04, "update": V2026_04},
    create=_create_document,
    update=_update_document,
    delete=rules.delete_document,
    # Documented for 2026-04-16, here for DELETE too.
    absent=dict.fromkeys(("show", "update", "delete"), "permanent_supporting_documents - Record not found"),
    evidence={"create": "recorded", "delete": "recorded"},
)

TYPES = (PUBLIC_KEYS, ENCRYPTED_FILES, PROOF_TYPES, TEMPLATES, PROOFS, PERMANENT_DOCUMENTS)
