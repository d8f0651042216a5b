"""The OpenAPI documents: as the build makes them, sound, and about the operations that are served."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.build import build, builders, differing, main
from contracts.checking import faults, operations, resolve
from mockserver.app import build_providers
from mockserver.control import bodies
from mockserver.control.openapi import full_paths
from mockserver.control.operations import OPERATIONS as CONTROL
from mockserver.settings import Settings

BUILDERS = builders()
DOCUMENTS = build(BUILDERS.values())
# Files that answers link to, no part of an API.
FILES = ("/storage/",)
PROVIDERS = {provider.name: provider for provider in build_providers(Settings(log_format="off"))}


def test_committed_documents_are_what_the_build_gives() -> None:
    assert DOCUMENTS
    assert differing(DOCUMENTS) == []
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_sound(name: str) -> None:
    assert faults(DOCUMENTS[name]) == []


def current(documents: Mapping[str, Any]) -> list[Any]:
    """The documents of what is listed as routes: of dated versions the last one."""
    dated = sorted(name for name in documents if re.search(r"/\d{4}-\d\d-\d\d/", name))
    return [document for name, document in documents.items() if name not in dated[:-1]]


@pytest.mark.parametrize("provider", BUILDERS)
def test_documents_of_a_provider_describe_every_route_and_no_other(provider: str) -> None:
    described = {
        (method.upper(), path)
        for document in current(BUILDERS[provider]())
        for method, path, _ in operations(document)
    }
    served = (
        {(one.method, path) for one in CONTROL for path in full_paths(one)}
        if provider == "control"
        else {(route.method, route.path) for route in PROVIDERS[provider].routes()}
    )
    assert described == {one for one in served if not one[1].startswith(FILES)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_has_what_a_code_generator_needs(name: str) -> None:
    for method, path, operation in operations(DOCUMENTS[name]):
        assert operation["summary"] and operation["description"] and operation["tags"], (method, path)
        assert any(status < "300" for status in operation["responses"]), (method, path)
        assert any(status >= "400" for status in operation["responses"]), (method, path)
        for parameter in operation["parameters"]:
            assert "$ref" in parameter or (parameter["description"] and parameter["schema"]), (method, path)


def shown_examples() -> list[tuple[str, str, Any]]:
    """(schema, property, example) of the control API's document."""
    found = []
    for schema, described in DOCUMENTS["control/openapi.json"]["components"]["schemas"].items():
        for name, one in described.get("properties", {}).items():
            for way in one.get("anyOf", [one]):
                found += [(schema, name, example) for example in way.get("examples", ())]
    return found


def test_examples_of_the_control_api_are_taken() -> None:
    found = shown_examples()
    for schema, name, example in found:
        try:
            getattr(bodies, schema).model_validate({name: example})
        except ValidationError as error:  # the rest of the body is missing
            wrong = [one for one in error.errors() if one["loc"][:1] == (name,)]
            assert wrong == [], (schema, name, example)
    assert ("RequestWait", "timeout", "5s") in found


SENT = {
    "didww/2026-04-16": ("createEncryptedFile", {"encrypted_files[file]"}),
    "didww/2022-05-10": ("createEncryptedFile", {"encrypted_files[items][][file]"}),
    "didlogic/v2": ("create_document", {"document[files][frontside]", "document[files][backside]"}),
}
GIVEN = {
    "didww/2026-04-16": ("downloadExport", {"application/octet-stream"}),
    "didww/2022-05-10": ("downloadExport", {"application/octet-stream"}),
    "didlogic/v2": ("download_document_file", {"image/jpeg", "image/png", "application/pdf"}),
}


def named(document: Any, name: str) -> Any:
    return next(one for _, _, one in operations(document) if one["operationId"] == name)


@pytest.mark.parametrize("name", SENT)
def test_files_that_are_sent_are_bytes_to_a_code_generator(name: str) -> None:
    """`format: binary` alone tells a generator so: it then sends a part with a file name."""
    document, (operation, expected) = DOCUMENTS[f"{name}/openapi.json"], SENT[name]
    form = named(document, operation)["requestBody"]["content"]["multipart/form-data"]["schema"]
    parts = {part: one.get("items", one) for part, one in resolve(document, form)["properties"].items()}
    assert {part for part, one in parts.items() if one.get("format") == "binary"} == expected


@pytest.mark.parametrize("name", GIVEN)
def test_files_that_are_given_are_bytes_to_a_code_generator(name: str) -> None:
    operation, expected = GIVEN[name]
    content = named(DOCUMENTS[f"{name}/openapi.json"], operation)["responses"]["200"]["content"]
    assert content == {kind: {"schema": {"type": "string", "format": "binary"}} for kind in expected}


def _two_with_one_id(document: Any) -> None:
    described = [operation for _, _, operation in operations(document)]
    described[0]["operationId"] = described[1]["operationId"]


def _no_such_component(document: Any) -> None:
    _, _, operation = next(operations(document))
    operation["responses"]["200"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/No"
    }


def _parameter_that_is_not_in_the_path(document: Any) -> None:
    path = next(path for path in document["paths"] if "{" in path)
    document["paths"][path.replace("}", "_}")] = document["paths"].pop(path)


def _unknown_security(document: Any) -> None:
    document["security"] = [{"nothing": []}]


def _example_of_another_shape(document: Any) -> None:
    _, _, operation = next(operations(document))
    operation["responses"]["200"]["content"]["application/json"]["examples"] = {"x": {"value": 1}}


def _no_schema(document: Any) -> None:
    next(iter(document["components"]["schemas"].values()))["type"] = "text"


def _word_that_no_validator_reads(document: Any) -> None:
    next(iter(document["components"]["schemas"].values()))["properties"]["x"] = {"type": "number", "ge": 0}


def _link_to_nothing(document: Any) -> None:
    _, _, operation = next(operations(document))
    operation["responses"]["200"]["links"] = {"x": {"operationId": "nothing"}}


@pytest.mark.parametrize(
    "spoil",
    [
        _two_with_one_id,
        _no_such_component,
        _parameter_that_is_not_in_the_path,
        _unknown_security,
        _example_of_another_shape,
        _no_schema,
        _word_that_no_validator_reads,
        _link_to_nothing,
        lambda document: document.pop("info"),
    ],
)
def test_fault_in_a_document_is_found(spoil: Callable[[Any], None]) -> None:
    document = copy.deepcopy(DOCUMENTS["idt/openapi.json"])
    spoil(document)
    assert len(faults(document)) >= 1
