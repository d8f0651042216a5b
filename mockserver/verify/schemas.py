"""Whether an answer is one that the OpenAPI document describes. The documents are read when first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mockserver.conformance.documents import METHODS, Operation, document
from mockserver.verify.asking import Answer
from mockserver.verify.values import Difference, shown

_MOST = 5  # violations of one answer that are told
_LONGEST = 300  # characters of one of them


class Documents:
    """The OpenAPI documents of a provider's versions, `{"v1": "idt/openapi.json"}`."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def violations(self, version: str, name: str, answer: Answer) -> Iterator[Difference]:
        """What is wrong with an answer to the operation of that name; nothing when it is as described."""
        operation = self._operation(version, name)
        described = operation.answer(answer.status)
        if described is None:
            known = ", ".join(operation.content["responses"])
            yield Difference("status", f"one of {known}", str(answer.status))
            return
        place, response = described
        contents: dict[str, Any] = response.get("content", {})
        if not contents:
            if answer.body:
                yield Difference("body", "nothing", _excerpt(answer))
            return
        media_type = (answer.header("content-type") or "").partition(";")[0].strip().lower()
        if media_type not in contents:
            yield Difference("header content-type", " or ".join(contents), media_type or "nothing")
            return
        if not media_type.endswith("json") or "schema" not in contents[media_type]:
            return
        try:
            body = answer.json()
        except ValueError:
            yield Difference("body", "JSON", _excerpt(answer))
            return
        yield from _invalid(operation, (*place, "content", media_type, "schema"), body)

    def _operation(self, version: str, name: str) -> Operation:
        """In the document of this version, else in that of another of the provider."""
        for one in (version, *self._names):
            found = _operations(self._names[one]).get(name) if one in self._names else None
            if found is not None:
                return found
        raise KeyError(name)


@cache
def _operations(name: str) -> Mapping[str, Operation]:
    """The operations of a document by their ids."""
    known = document(name)
    if known is None:
        return {}
    found = [
        Operation(known, path, method)
        for path, item in known.content["paths"].items()
        for method in METHODS
        if method in item
    ]
    return {operation.name: operation for operation in found}


def _invalid(operation: Operation, place: tuple[str, ...], body: Any) -> Iterator[Difference]:
    expected = f"what {operation.name} answers"
    try:
        for number, error in enumerate(operation.document.validator(place).iter_errors(body)):
            if number == _MOST:
                break
            path = ".".join(str(part) for part in error.instance_path)
            told = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
            yield Difference(path or "body", expected, told)
    except (ValueError, RecursionError):  # nested deeper than any document says
        yield Difference("body", expected, shown(body))


def _excerpt(answer: Answer) -> str:
    return shown(answer.body[:300].decode("utf-8", "replace"))
