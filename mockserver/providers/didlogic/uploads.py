"""The files of a document: JPG, PNG or PDF by content and by what the client says they are (gap G32)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.errors import invalid
from mockserver.providers.didlogic.multipart import Upload

FRONTSIDE, BACKSIDE = ROLES = ("frontside", "backside")
ONE_SIDED = "address_proof"
_BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}
_OTHER_NAMES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "application/x-pdf": "application/pdf",
}
_SAYS_NOTHING = ("", "application/octet-stream")


def read_files(given: Mapping[str, Any], name: str) -> dict[str, Upload]:
    """The files of a document by role, each with its real type; what is wrong is refused by role."""
    sent = given[name]
    if sent == "":
        sent = {}
    if not isinstance(sent, Mapping):
        raise invalid(**{name: said.INVALID})
    files: dict[str, Upload] = {}
    errors: dict[str, str] = {}
    for role in ROLES:
        upload = sent.get(role)
        if _absent(upload):
            if role == FRONTSIDE:
                errors[role] = said.BLANK
        elif role == BACKSIDE and given.get("doc_type") == ONE_SIDED:
            errors[role] = said.BACKSIDE_UNWANTED
        elif not isinstance(upload, Upload):
            errors[role] = said.INVALID
        elif len(upload.data) > said.LARGEST_FILE:
            errors[role] = said.FILE_TOO_LARGE
        elif not (kind := _kind(upload)):
            errors[role] = said.FILE_TYPE
        else:
            files[role] = Upload(_filename(upload.filename) or role, kind, upload.data)
    if errors:
        raise invalid(**errors)
    return files


def disposition(filename: str) -> str:
    """Content-Disposition for a download. The name cannot break out of the header."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\' else "_" for c in filename)
    encoded = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return f'attachment; filename="{plain}"{encoded}'


def _absent(upload: Any) -> bool:
    """Nothing, or what a browser sends for a file field that was left alone."""
    return (
        upload is None
        or upload == ""
        or (isinstance(upload, Upload) and not upload.filename and not upload.data)
    )


def _kind(upload: Upload) -> str:
    """The content type, or "" when it is none of the three or not the one the client declared."""
    declared = upload.content_type.partition(";")[0].strip().lower()
    declared = _OTHER_NAMES.get(declared, declared)
    for kind, beginning in _BEGINNINGS.items():
        if upload.data.startswith(beginning):
            return kind if declared == kind or declared in _SAYS_NOTHING else ""
    return ""


def _filename(given: str) -> str:
    """The last part of a name, as Rails keeps it, without control characters."""
    name = given.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[: said.LONGEST_NAME]
