"""Requests by the names of an OpenAPI document, each answer judged by it; what its paths and links tie up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.checking import Document, Judge, operations, resolve
from tests.support import Server

MEDIA_TYPE = "application/vnd.api+json"
FORM = "application/x-www-form-urlencoded"
PLACEHOLDERS = {"integer": "1", "string": "00000000-0000-4000-8000-000000000000"}


@dataclass(frozen=True)
class Answer:
    """Status and the JSON of the body; None for none or another kind."""

    status: int
    body: Any


class Api:
    """The operations of one document, asked of a server.

    credentials  headers that open the account; `wrong` ones open nothing
    headers      what every request has
    """

    def __init__(
        self,
        document: Document,
        server: Server,
        prefix: str,
        credentials: Mapping[str, str],
        wrong: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.document = document
        self.wrong = wrong
        self._credentials = credentials
        self._headers = headers or {}
        self._server = server
        self._prefix = prefix
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for method, path, operation in operations(document)
        }

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.document, [schema for _, schema in self._schemas()])

    def _schemas(self) -> Iterator[tuple[str, Any]]:
        for _, _, operation in self.operations.values():
            for response in operation["responses"].values():
                for kind, place in resolve(self.document, response).get("content", {}).items():
                    if "schema" in place:
                        yield kind, place["schema"]

    def ask(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        credentials: Mapping[str, str] | None = None,
        query: str = "",
    ) -> Answer:
        """One request; path parameters that are not given get a made-up value. AssertionError when the
        answer's status, type or body is none that the document has for the operation."""
        method, path, operation = self.operations[name]
        for parameter in self._in_path(operation):
            known = (parameters or {}).get(parameter["name"], _made_up(parameter["schema"]))
            path = path.replace(f"{{{parameter['name']}}}", str(known))
        sent = {**self._headers, **(self._credentials if credentials is None else credentials)}
        content: bytes | None = None
        if "requestBody" in operation:
            sent["content-type"], content = self._content(operation, body)
        answer = self._server.request(
            method.upper(), f"{self._prefix}{path}{query}", headers=sent, body=content
        )
        where = f"{method.upper()} {path}: {answer.status} {answer.body[:300]!r}"
        assert str(answer.status) in operation["responses"], where
        response = resolve(self.document, operation["responses"][str(answer.status)])
        places = response.get("content", {})
        if not places:
            return Answer(answer.status, None)
        headers_of = {key.lower(): value for key, value in answer.headers}
        kind = headers_of["content-type"].partition(";")[0]
        assert kind in places, where
        if "json" not in kind:
            return Answer(answer.status, None)
        found = json.loads(answer.body)
        assert self._judge.messages(places[kind]["schema"], found) == [], where
        return Answer(answer.status, found)

    def _in_path(self, operation: Document) -> Iterator[Document]:
        for parameter in operation["parameters"]:
            found = resolve(self.document, parameter)
            if found["in"] == "path":
                yield found

    @staticmethod
    def _content(operation: Document, body: Any) -> tuple[str, bytes]:
        """The type that the document names first and a body of it; bytes are sent as a form."""
        kinds = list(operation["requestBody"]["content"])
        if isinstance(body, bytes):
            return FORM, body
        kind = next((kind for kind in kinds if "json" in kind), kinds[0])
        return kind, json.dumps({} if body is None else body).encode()

    # --- what belongs together ------------------------------------------------------------------

    def below(self, name: str) -> list[str]:
        """Reads, updates and deletions of the record that a creation makes, by the shape of their paths."""
        _, path, _ = self.operations[name]
        return [
            other
            for other, (method, place, _) in self.operations.items()
            if place.startswith(f"{path}/{{") and "}/relationships/" not in place and method != "post"
            if place.count("/") == path.count("/") + 1 or method == "get"
        ]

    def links(self) -> Iterator[tuple[str, str, str, Document]]:
        """(operation, status, operation that it leads to, parameters) of every link."""
        for name, (_, _, operation) in self.operations.items():
            for status, response in operation["responses"].items():
                for link in resolve(self.document, response).get("links", {}).values():
                    yield name, status, link["operationId"], link["parameters"]

    def key_of(self, name: str, answer: Any) -> dict[str, Any]:
        """The path parameters of what an answer to a creation is about: by its links, or by name."""
        _, path, operation = self.operations[name]
        for _, status, _, parameters in (link for link in self.links() if link[0] == name):
            if status in operation["responses"]:
                return {parameter: pointed(answer, place) for parameter, place in parameters.items()}
        wanted = next(
            place[len(path) + 2 :].partition("}")[0]
            for _, place, _ in self.operations.values()
            if place.startswith(f"{path}/{{")
        )
        (record,) = answer.values()
        return {wanted: record[wanted]}


def pointed(answer: Any, expression: str) -> Any:
    """What `$response.body#/data/0/id` names."""
    found = answer
    for part in expression.removeprefix("$response.body#/").split("/"):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def _made_up(schema: Document) -> str:
    kind = schema.get("type", "string")
    return PLACEHOLDERS[kind if isinstance(kind, str) else kind[0]]
