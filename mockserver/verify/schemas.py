"""Whether an answer is one that the OpenAPI document describes. The documents are read when first needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.core.data import load_contract
from mockserver.verify.asking import Answer
from mockserver.verify.values import Difference, shown

_MOST = 5  # violations of one answer that are told


class Documents:
    """The OpenAPI documents of a provider's versions, `{"v1": "idt/openapi.json"}`."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._documents: dict[str, dict[str, Any]] = {}
        self._operations: dict[tuple[str, str], dict[str, Any]] = {}
        self._validators: dict[tuple[str, str, int, str], Any] = {}

    def violations(self, version: str, operation: str, answer: Answer) -> Iterator[Difference]:
        """What is wrong with an answer to an operation; nothing when it is as described."""
        version = self._version_with(version, operation)
        described = self._operations[version, operation].get("responses", {})
        response = self._resolved(version, described.get(str(answer.status)) or described.get("default"))
        if response is None:
            yield Difference("status", f"one of {', '.join(described)}", str(answer.status))
            return
        contents: dict[str, Any] = response.get("content", {})
        if not contents:
            if answer.body:
                yield Difference("body", "nothing", shown(answer.body[:300].decode("utf-8", "replace")))
            return
        media_type = (answer.header("content-type") or "").partition(";")[0].strip().lower()
        if media_type not in contents:
            yield Difference("header content-type", " or ".join(contents), media_type or "nothing")
            return
        if not media_type.endswith("json"):
            return
        try:
            body = answer.json()
        except ValueError:
            yield Difference("body", "JSON", shown(answer.body[:300].decode("utf-8", "replace")))
            return
        yield from self._invalid(version, operation, answer.status, media_type, contents, body)

    def _invalid(
        self, version: str, operation: str, status: int, media_type: str, contents: Any, body: Any
    ) -> Iterator[Difference]:
        key = (version, operation, status, media_type)
        if key not in self._validators:
            import jsonschema_rs

            self._validators[key] = jsonschema_rs.Draft202012Validator(
                {
                    "components": self._document(version).get("components", {}),
                    "allOf": [contents[media_type].get("schema", True)],
                }
            )
        try:
            for number, error in enumerate(self._validators[key].iter_errors(body)):
                if number == _MOST:
                    break
                path = ".".join(str(part) for part in error.instance_path)
                message = error.message if len(error.message) < 300 else f"{error.message[:300]}…"
                yield Difference(path or "body", f"what {operation} answers", message)
        except (ValueError, RecursionError):  # nested deeper than any document says
            yield Difference("body", f"what {operation} answers", shown(body))

    def _version_with(self, version: str, name: str) -> str:
        """The version whose document has an operation: this one, else another of the provider."""
        for one in (version, *self._names):
            self._document(one)
            if (one, name) in self._operations:
                return one
        raise KeyError(name)

    def _resolved(self, version: str, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            at: Any = self._document(version)
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def _document(self, version: str) -> dict[str, Any]:
        if version not in self._documents:
            self._documents[version] = load_contract(self._names[version])
            for item in self._documents[version]["paths"].values():
                for operation in item.values():
                    if isinstance(operation, dict) and "operationId" in operation:
                        self._operations[version, operation["operationId"]] = operation
        return self._documents[version]
