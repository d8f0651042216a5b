"""Credentials out of queries and bodies before anything is kept: each in one pass, however odd the text.

Only names that are written out are seen: `p%61ssword` is, a JSON escape inside a name is not.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

MASK = "***"
# Names, or parts of names, of secret fields: the legacy didlogic key, passwords of SIP accounts.
_SECRET_FIELDS = ("apiid", "password", "api_key", "secret", "token")
_SECRET_BYTES = tuple(field.encode() for field in _SECRET_FIELDS)
_BETWEEN_PAIRS = re.compile(r"([&?])")  # a value may be an address with a query of its own
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_JSON_VALUE = re.compile(r'\s*:\s*("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\{[^}]*\}?|-?[0-9][^\s,\]}]*)', re.DOTALL)
_END_OF_HEAD = re.compile(r"\r?\n\r?\n")


def may_hold_secrets(text: bytes) -> bool:
    """A quick look whether masking is worth its while."""
    lower = text.lower()
    return any(field in lower for field in _SECRET_BYTES) or b"%" in lower


def mask_query(query: str) -> str:
    """A query string with the values of secret fields replaced."""
    pieces = _BETWEEN_PAIRS.split(query)
    for index in range(0, len(pieces), 2):
        name, equals, _ = pieces[index].partition("=")
        if equals and _secret(unquote(name)):
            pieces[index] = f"{name}={MASK}"
    return "".join(pieces)


def mask_body(body: bytes) -> bytes:
    """A form, multipart or JSON body, whole or cut, with the values of secret fields replaced."""
    text = body.decode("utf-8", "replace")
    start = text.lstrip()[:2]
    if start[:1] in ("{", "["):
        text = _mask_json(text)
    elif start == "--" or "content-disposition:" in text.lower():
        text = _mask_multipart(text)
    else:
        text = mask_query(text)
    return text.encode()


def _secret(name: str) -> bool:
    lower = name.lower()
    return any(field in lower for field in _SECRET_FIELDS)


def _mask_json(text: str) -> str:
    """Texts, numbers and lists under a secret name; null, true and false tell nothing."""
    out: list[str] = []
    kept = place = 0
    while (name := _JSON_TEXT.search(text, place)) is not None:
        place = name.end()
        if not _secret(name[0]):
            continue
        value = _JSON_VALUE.match(text, place)
        if value is not None:
            out += (text[kept : value.start(1)], f'"{MASK}"')
            kept = place = value.end()
    return "".join((*out, text[kept:]))


def _mask_multipart(text: str) -> str:
    """The content of parts with a secret word in their head; it runs to the next boundary."""
    parts = text.split("\n--")
    for index, part in enumerate(parts):
        blank = _END_OF_HEAD.search(part)
        if blank is not None and _secret(part[: blank.start()]):
            parts[index] = part[: blank.end()] + MASK + ("\r" if part.endswith("\r") else "")
    return "\n--".join(parts)
