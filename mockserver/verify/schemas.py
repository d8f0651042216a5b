"""Whether an answer is one that the OpenAPI document describes. The documents are read when first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from mockserver.conformance.documents import METHODS, Document, document
from mockserver.conformance.unknown import unknown_fields
from mockserver.verify.asking import Answer
from mockserver.verify.masking import without_secrets
from mockserver.verify.values import Difference, excerpt, shown

_MOST = 5  # violations of one answer that are told
_LONGEST = 300  # characters of one of them
_LOOKED_AT = 2000  # characters of it that are searched for secrets

Place = tuple[str, ...]


class Documents:
    """The OpenAPI documents of a provider's versions, `{"v1": "idt/openapi.json"}`."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def violations(self, version: str, name: str, answer: Answer) -> Iterator[Difference]:
        """What is wrong with an answer to the operation of that name; nothing when it is as described."""
        described, operation = self._operation(version, name)
        responses: dict[str, Any] = described.at(operation)[1]["responses"]
        status = str(answer.status)
        if status not in responses:
            yield Difference("status", f"one of {', '.join(responses)}", status)
            return
        place, response = described.at((*operation, "responses", status))
        contents: dict[str, Any] = response.get("content", {})
        if not contents:
            if answer.body:
                yield Difference("body", "nothing", excerpt(answer.body))
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
            yield Difference("body", "JSON", excerpt(answer.body))
            return
        yield from _invalid(
            described, (*place, "content", media_type, "schema"), f"what {name} answers", body
        )

    def _operation(self, version: str, name: str) -> tuple[Document, Place]:
        """In the document of this version, else in that of another of the provider."""
        for one in (version, *self._names):
            known = document(self._names[one]) if one in self._names else None
            if known is not None and name in _operations(known):
                return known, _operations(known)[name]
        raise KeyError(name)


@cache
def _operations(known: Document) -> Mapping[str, Place]:
    """Where the operations of a document are, by their ids."""
    return {
        item[method]["operationId"]: ("paths", path, method)
        for path, item in known.content["paths"].items()
        for method in METHODS
        if method in item
    }


def _invalid(known: Document, place: Place, expected: str, body: Any) -> Iterator[Difference]:
    try:
        errors = list(islice(known.validator(place).iter_errors(body), _MOST))
        for error in errors:
            path = ".".join(str(part) for part in error.instance_path)
            message = without_secrets(error.message[:_LOOKED_AT])
            told = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
            yield Difference(path or "body", expected, told)
        if not errors:  # a document that does not close an object names all the same what it holds
            for further in unknown_fields(known, known.at(place)[1], body)[:_MOST]:
                yield Difference(".".join(further), "nothing", "a further member")
    except (ValueError, RecursionError):  # nested deeper than any document says
        yield Difference("body", expected, shown(body))
