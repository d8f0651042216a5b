"""Uploads, and the proofs and permanent documents that they become part of (reference 6.5, 6.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.crypto import open_container
from mockserver.providers.didww.regulation_rows import (
    Address,
    EncryptedFile,
    Identity,
    PermanentSupportingDocument,
    Proof,
    ProofType,
    SupportingDocumentTemplate,
)
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.checks import Checks

KEPT_FOR = timedelta(hours=24)  # documented
MOST_BYTES = 20 * 1_000_000  # documented: 20 MB
ENTITIES: Mapping[str, type[Identity | Address]] = {"identities": Identity, "addresses": Address}


# --- uploads -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DropFile(Job):
    """A file that nobody attached in time is gone."""

    kind: ClassVar[str] = "didww.drop_file"
    routine: ClassVar[bool] = True
    file_id: str

    @property
    def subject(self) -> str:
        return f"{EncryptedFile.table}/{self.file_id}"

    def run(self, world: World) -> None:
        if self.file_id in world.table(EncryptedFile):
            world.table(EncryptedFile).remove(self.file_id)
            world.announce(self.subject, "uploaded -> expired")


def store(world: World, data: bytes, description: str | None) -> EncryptedFile:
    """Look into an upload and remember what it came to, not the bytes."""
    opened = open_container(data)
    content = opened.content
    row = EncryptedFile(
        id=world.ids.uuid(),
        description=description,
        expires_at=now(world) + KEPT_FOR,
        size=len(data),
        content_size=None if content is None else len(content),
        sha256=None if content is None else sha256(content).hexdigest(),
        problem=opened.problem,
    )
    world.table(EncryptedFile).put(row)
    job = DropFile(row.id)
    world.at(row.expires_at, job)
    world.announce(job.subject, "uploaded")
    return row


def discard(world: World, file: EncryptedFile) -> None:
    """The customer takes an upload back."""
    require_write_access(world)
    _take_off(world, file.id)
    world.announce(f"{EncryptedFile.table}/{file.id}", "uploaded -> deleted")


def check_files(
    world: World, checks: Checks, ids: Sequence[str], *, required: bool = True, name: str = "files"
) -> tuple[str, ...]:
    """The uploads that a request attaches; each must be there and is named once."""
    chosen = tuple(dict.fromkeys(ids))
    if not chosen and required:
        checks.relationship(name, assumed.BLANK)
    elif any(file_id not in world.table(EncryptedFile) for file_id in chosen):
        checks.relationship(name, assumed.INVALID)
    return chosen


def attach(world: World, ids: Sequence[str], where: str) -> None:
    """Uploads that became part of something are no uploads any more."""
    for file_id in ids:
        _take_off(world, file_id)
        world.announce(f"{EncryptedFile.table}/{file_id}", f"uploaded -> attached to {where}")


def _take_off(world: World, file_id: str) -> None:
    world.scheduler.cancel(DropFile(file_id).subject)
    world.table(EncryptedFile).remove(file_id)


# --- proofs ------------------------------------------------------------------------------------------


def create_proof(world: World, values: Mapping[str, Any]) -> Proof:
    """A document that proves an identity or an address. Refusal with 403 or 422."""
    require_write_access(world)
    checks = Checks("proof")
    reference = checks.reference(values.get("external_reference_id"))
    proof_type = checks.linked(world, "proof_type", ProofType, values.get("proof_type_id"), required=True)
    entity = _entity(world, checks, values.get("entity_type"), values.get("entity_id"))
    if proof_type is not None and entity is not None and proof_type.entity_type != _proved_by(entity):
        checks.relationship("proof_type", assumed.INVALID)
    files = check_files(world, checks, values.get("file_ids", ()))
    checks.settle()
    assert proof_type is not None and entity is not None
    proof = Proof(
        id=world.ids.uuid(),
        created_at=now(world),
        proof_type_id=proof_type.id,
        entity_type=values["entity_type"],
        entity_id=entity.id,
        external_reference_id=reference,
        file_ids=files,
    )
    attach(world, files, f"{Proof.table}/{proof.id}")
    return world.table(Proof).put(proof)


def update_proof(world: World, proof: Proof, values: Mapping[str, Any]) -> Proof:
    """Only `external_reference_id` can be changed."""
    require_write_access(world)
    checks = Checks("external_reference_id")
    reference = checks.reference(values.get("external_reference_id"))
    checks.settle()
    return world.table(Proof).put(replace(proof, external_reference_id=reference))


def delete_proof(world: World, proof: Proof) -> None:
    require_write_access(world)
    world.table(Proof).remove(proof.id)


def _entity(world: World, checks: Checks, kind: str | None, key: str | None) -> Identity | Address | None:
    if kind is not None and kind not in ENTITIES:
        checks.relationship("entity", assumed.INVALID)
        return None
    return checks.linked(world, "entity", ENTITIES.get(kind or "", Identity), key, required=True)


def _proved_by(entity: Identity | Address) -> str:
    """The kind of proof that an identity or an address takes."""
    return "Address" if isinstance(entity, Address) else entity.identity_type.capitalize()


# --- permanent documents -----------------------------------------------------------------------------


def create_document(world: World, values: Mapping[str, Any]) -> PermanentSupportingDocument:
    """A filled-in form kept with an identity. Refusal with 403 or 422."""
    require_write_access(world)
    checks = Checks("permanent_document")
    read = _document(world, checks, values)
    files = check_files(world, checks, values.get("file_ids", ()))
    checks.settle()
    document = PermanentSupportingDocument(id=world.ids.uuid(), created_at=now(world), file_ids=files, **read)
    attach(world, files, f"{PermanentSupportingDocument.table}/{document.id}")
    return world.table(PermanentSupportingDocument).put(document)


def update_document(
    world: World, document: PermanentSupportingDocument, values: Mapping[str, Any]
) -> PermanentSupportingDocument:
    """Another reference, template, identity or set of files."""
    require_write_access(world)
    checks = Checks("permanent_document")
    kept = {name: getattr(document, name) for name in ("external_reference_id", "template_id", "identity_id")}
    read = _document(world, checks, kept | dict(values))
    files = document.file_ids
    if "file_ids" in values:
        files = check_files(world, checks, values["file_ids"])
    checks.settle()
    if "file_ids" in values:
        attach(world, files, f"{PermanentSupportingDocument.table}/{document.id}")
    return world.table(PermanentSupportingDocument).put(replace(document, file_ids=files, **read))


def delete_document(world: World, document: PermanentSupportingDocument) -> None:
    require_write_access(world)
    world.table(PermanentSupportingDocument).remove(document.id)


def _document(world: World, checks: Checks, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to store; only forms that are kept may be (assumed)."""
    reference = checks.reference(values.get("external_reference_id"))
    template = checks.linked(
        world, "template", SupportingDocumentTemplate, values.get("template_id"), required=True
    )
    if template is not None and not template.permanent:
        checks.relationship("template", assumed.INVALID)
    identity = checks.linked(world, "identity", Identity, values.get("identity_id"), required=True)
    return {
        "external_reference_id": reference,
        "template_id": None if template is None else template.id,
        "identity_id": None if identity is None else identity.id,
    }
