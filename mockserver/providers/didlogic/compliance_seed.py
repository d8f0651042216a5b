"""The documents and risk checks that an account starts with: `fixtures/didlogic/compliance.json`."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mockserver.core.data import load_fixture
from mockserver.core.scheduler import Job
from mockserver.core.tables import Row
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.rows import Document, FileInfo, RiskCheck, StoredFile
from mockserver.providers.didlogic.verification import ReviewDocument


def compliance_tables() -> list[Iterable[Row]]:
    """The rows of each table, oldest first."""
    content = load_fixture("didlogic/compliance.json")
    files = [
        StoredFile(row["id"], file["role"], b64decode(file["data"]))
        for row in content["documents"]
        for file in row["files"]
    ]
    sizes = {file.key: len(file.data) for file in files}
    return [
        [_document(row, sizes) for row in content["documents"]],
        files,
        [_check(row) for row in content["risk_checks"]],
    ]


def reviews(rows: Iterable[Row]) -> list[tuple[datetime | None, Job]]:
    """The reviews of documents that are pending; nobody's test waits for them, so they are held."""
    return [
        (None, ReviewDocument(row.id))
        for row in rows
        if isinstance(row, Document) and row.approvement_status == said.PENDING
    ]


def _document(row: Mapping[str, Any], sizes: Mapping[Any, int]) -> Document:
    return Document(
        id=row["id"],
        name=row["name"],
        doc_type=row["doc_type"],
        identity_id=row["identity_id"],
        country=row["country"],
        approvement_status=row["approvement_status"],
        created_at=datetime.fromisoformat(row["created_at"]),
        files=tuple(
            FileInfo(
                file["role"], file["filename"], file["content_type"], sizes[f"{row['id']}/{file['role']}"]
            )
            for file in row["files"]
        ),
    )


def _check(row: Mapping[str, Any]) -> RiskCheck:
    return RiskCheck(
        row["id"],
        row["number"],
        datetime.fromisoformat(row["created_at"]),
        row["verdict"],
        datetime.fromisoformat(row["ended_at"]),
    )
