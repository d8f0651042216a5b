"""multipart/form-data bodies, read in one go by python_multipart's callback parser."""

from __future__ import annotations

from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from mockserver.providers.didlogic.errors import unreadable


@dataclass(frozen=True, slots=True)
class Upload:
    """A file inside a multipart body."""

    filename: str
    content_type: str
    data: bytes


class _Parts:
    """Collects the parts while the parser calls back."""

    def __init__(self, most: int) -> None:
        self.pairs: list[tuple[str, str | Upload]] = []
        self.complete = False
        self._most = most
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._data: list[bytes] = []

    def on_part_begin(self) -> None:
        if len(self.pairs) >= self._most:
            raise unreadable("Too many parameters")
        self._headers = {}
        self._data = []

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
        data = b"".join(self._data)
        name = options.get(b"name", b"").decode()
        if not name:
            raise unreadable("A part of the multipart body has no name")
        filename = options.get(b"filename")
        if filename is None:
            self.pairs.append((name, data.decode()))
            return
        kind = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
        self.pairs.append((name, Upload(filename.decode(), kind, data)))

    def on_end(self) -> None:
        self.complete = True


def read_multipart(body: bytes, content_type: str, most: int) -> list[tuple[str, str | Upload]]:
    """The parts in order: a text, or an `Upload` for a part with a file name; Refusal 400 when broken."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise unreadable("The multipart body has no boundary")
    parts = _Parts(most)
    callbacks = {
        "on_part_begin": parts.on_part_begin,
        "on_header_field": parts.on_header_field,
        "on_header_value": parts.on_header_value,
        "on_header_end": parts.on_header_end,
        "on_part_data": parts.on_part_data,
        "on_part_end": parts.on_part_end,
        "on_end": parts.on_end,
    }
    try:
        MultipartParser(boundary, callbacks).write(body)  # type: ignore[arg-type]
    except FormParserError:
        raise unreadable("The multipart body is broken") from None
    except UnicodeError:
        raise unreadable("The request is not valid UTF-8") from None
    if not parts.complete:
        raise unreadable("The multipart body is broken")
    return parts.pairs
