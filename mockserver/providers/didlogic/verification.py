"""The review of documents, and the numbers that wait for it (gaps G29, G32).

A number with document duty waits until its identity has a verified document of each kind it asks for. What
follows from a verified document follows at once; a number in use stays so when a document goes later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.rows import Document, Purchase


@dataclass(frozen=True, slots=True)
class ReviewDocument(Job):
    """pending -> verified or rejected, as the policy says, else by the names of document and files."""

    kind: ClassVar[str] = "didlogic.review_document"
    document_id: int

    @property
    def subject(self) -> str:
        return f"{Document.table}/{self.document_id}"

    def run(self, world: World) -> None:
        document = world.table(Document).get(self.document_id)
        if document is None or document.approvement_status != said.PENDING:
            return
        status = world.policies.of(self.subject).outcome or _verdict(document)
        world.table(Document).put(replace(document, approvement_status=status))
        world.announce(self.subject, f"{said.PENDING} -> {status}")
        if status == said.VERIFIED:
            activate_complete(world, document.identity_id)


@dataclass(frozen=True, slots=True)
class VerifyNumber(Job):
    """A number that waits for documents is verified without them, by the vendor's staff so to speak.

    Held until somebody fires it, unless the policy says otherwise. Rejected, it goes on waiting.
    """

    kind: ClassVar[str] = "didlogic.verify_number"
    number: str

    @property
    def subject(self) -> str:
        return _waiting(self.number)

    def run(self, world: World) -> None:
        row = world.table(Purchase).get(self.number)
        if row is None or row.usable:
            return
        if world.policies.of(self.subject).outcome == said.REJECTED:
            world.announce(self.subject, f"{said.PENDING} -> {said.REJECTED}")
            world.scheduler.add(None, self)
        else:
            _activate(world, row)


def documents_complete(world: World, required: tuple[int, ...], identity_id: int | None) -> bool:
    """Whether the identity has a verified document of each kind that a number asks for (G29)."""
    return not required or _covers(_verified(world, identity_id), required)


def wait_for_documents(world: World, row: Purchase) -> None:
    """Put a number that was bought without its documents on the agenda."""
    world.later(VerifyNumber(row.number))


def stop_waiting(world: World, number: str) -> None:
    """The number is verified, or gone."""
    world.scheduler.cancel(_waiting(number))


def activate_complete(world: World, identity_id: int) -> None:
    """Let every number of an identity be used whose documents are there now."""
    verified = _verified(world, identity_id)
    waiting = [row for row in world.table(Purchase) if not row.usable and row.identity_id == identity_id]
    for row in waiting:
        if _covers(verified, row.required):
            _activate(world, row)


def _activate(world: World, row: Purchase) -> None:
    world.table(Purchase).put(replace(row, usable=True))
    world.announce(row.subject, f"{said.PENDING} -> {said.ACTIVE}")
    stop_waiting(world, row.number)


def _verified(world: World, identity_id: int | None) -> set[str]:
    """The types of the identity's verified documents."""
    return {
        document.doc_type
        for document in world.table(Document)
        if document.identity_id == identity_id and document.approvement_status == said.VERIFIED
    }


def _covers(verified: set[str], required: tuple[int, ...]) -> bool:
    return all(said.DOCUMENT_TYPES.get(kind) in verified for kind in required)


def _verdict(document: Document) -> str:
    names = (document.name, *(file.filename for file in document.files))
    rejected = any(said.REJECTED_NAME in name.lower() for name in names)
    return said.REJECTED if rejected else said.VERIFIED


def _waiting(number: str) -> str:
    return f"didlogic.verifications/{number}"
