"""The OpenAPI documents of DIDWW: recorded exchanges fit them, and so does every read of the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from contracts.build_didww import document
from contracts.build_didww_answers import Exchange, exchanges, matches
from contracts.checking import Document, Judge, operations, resolve
from contracts.didww_tables import VERSIONS, of_version
from tests.didww.account import Account, Answer
from tests.support import Server

NEW = "2026-04-16"
RECORDED = ("2022-05-10", NEW)  # the versions that there are recordings of
NOBODY = "00000000-0000-4000-8000-000000000000"
SERVER = Server(rate_limits=False, journal_entries=0)


def content_of(whole: Document, place: Document) -> Any:
    """The schema of a response or a request body, None for one without content."""
    content = resolve(whole, place).get("content")
    return None if not content else next(iter(content.values()))["schema"]


def described(version: str, exchange: Exchange) -> Document:
    """The operation of a recorded request; files have a longer path than the records beside them."""
    found = {
        path: operation
        for method, path, operation in operations(document(version))
        if method == exchange.method.lower() and matches(path, exchange.path)
    }
    return found[max(found, key=len)]


@pytest.mark.parametrize("version", RECORDED)
def test_recorded_answers_and_requests_fit(version: str) -> None:
    whole = document(version)
    placed: list[tuple[Exchange, Any, Any]] = []
    for exchange in exchanges(version):
        if not exchange.genuine:
            continue
        operation = described(version, exchange)
        assert str(exchange.status) in operation["responses"], exchange.entry["file"]
        if exchange.answer is not None:
            schema = content_of(whole, operation["responses"][str(exchange.status)])
            placed.append((exchange, schema, exchange.answer))
        if exchange.request is not None and exchange.status < 300:
            placed.append((exchange, content_of(whole, operation["requestBody"]), exchange.request))
    judge = Judge(whole, [schema for _, schema, _ in placed])
    wrong = {
        exchange.entry["file"]: messages
        for exchange, schema, value in placed
        if (messages := judge.messages(schema, value))
    }
    assert wrong == {}
    assert len(placed) > 130


@pytest.mark.parametrize("version", RECORDED)
def test_most_operations_show_a_recorded_answer(version: str) -> None:
    shown = [
        operation["operationId"]
        for _, _, operation in operations(document(version))
        for status in ("200", "201")
        for place in operation["responses"].get(status, {}).get("content", {}).values()
        if "examples" in place
    ]
    assert len(shown) >= 55


# --- the server -------------------------------------------------------------------------------------------


class Reader:
    """An account whose answers are checked; `seen` holds the paths of operations that were answered."""

    def __init__(self, version: str) -> None:
        self.whole = document(version)
        self.account = Account(SERVER, f"documents-{version}", version)
        self.paths = {
            path: operation for method, path, operation in operations(self.whole) if method == "get"
        }
        schemas = [content_of(self.whole, one["responses"]["200"]) for one in self.paths.values()]
        self.judge = Judge(self.whole, schemas)
        self.seen: set[str] = set()

    def get(self, template: str, identifier: str = "", query: str = "") -> Answer:
        answer = self.account.get(template.removeprefix("/v3").replace("{id}", identifier) + query)
        assert answer.status == 200, (template, query, answer.raw[:300])
        schema = content_of(self.whole, self.paths[template]["responses"]["200"])
        assert self.judge.messages(schema, answer.body) == [], (template, query)
        self.seen.add(template)
        return answer


@pytest.mark.parametrize("version", VERSIONS)
def test_every_read_of_the_server_fits(version: str) -> None:
    reader, tables = Reader(version), of_version(version)
    for kind in tables.lists:
        includes = ",".join(tables.includes[kind])
        rows = reader.get(f"/v3/{kind}", query="?page[size]=30").body["data"]
        if includes:
            reader.get(f"/v3/{kind}", query=f"?page[size]=30&include={includes}")
        for row in rows[:2] if tables.lists[kind]["shown"] else ():
            reader.get(f"/v3/{kind}/{{id}}", row["id"])
            reader.get(f"/v3/{kind}/{{id}}", row["id"], f"?include={includes}" if includes else "")
            for name in tables.types[kind]["relationships"]:
                reader.get(f"/v3/{kind}/{{id}}/{name}", row["id"])
                reader.get(f"/v3/{kind}/{{id}}/relationships/{name}", row["id"])
    reader.get("/v3/balance")
    # Records that a new account has none of or that the version does not list, and files.
    unread = {path.split("/")[2] for path in reader.paths.keys() - reader.seen}
    unlisted = {"proofs", "permanent_supporting_documents"} if version < NEW else set()
    exports = "cdr_exports" if version == "2021-04-19" else "exports"
    assert unread == {exports, "did_reservations"} | unlisted


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_without_fields_have_every_attribute_that_is_described(version: str) -> None:
    """The schemas require none, since `fields` may leave any out."""
    reader, tables = Reader(version), of_version(version)
    for kind in tables.lists:
        for row in reader.get(f"/v3/{kind}", query="?page[size]=5").body["data"]:
            assert list(row.get("attributes", {})) == list(tables.types[kind]["attributes"])
            shown = [
                name for name, about in tables.types[kind]["relationships"].items() if not about.get("hidden")
            ]
            assert list(row.get("relationships", {})) == shown, kind


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_of_every_type_that_comes_along_are_parameters(version: str) -> None:
    reader, tables = Reader(version), of_version(version)
    came: set[tuple[str, str]] = set()
    for kind, known in tables.includes.items():
        paths = ",".join([*known, *tables.nested.get(kind, ())])
        parameters = reader.paths[f"/v3/{kind}"]["parameters"] if paths and kind in tables.lists else []
        names = {resolve(reader.whole, one)["name"] for one in parameters}
        answer = reader.get(f"/v3/{kind}", query=f"?page[size]=30&include={paths}") if names else None
        for row in answer.body.get("included", ()) if answer else ():
            came.add((kind, row["type"]))
            assert f"fields[{row['type']}]" in names, (kind, row["type"])
    assert len(came) > 30


# --- versions ---------------------------------------------------------------------------------------------


def routed(account: Account, method: str, path: str) -> bool:
    """Whether the server knows method and path, whatever it answers."""
    named = path.removeprefix("/v3").replace("{id}", NOBODY).replace("{file}", NOBODY)
    answer = account.send(method.upper(), named)
    assert answer.status not in (500, 501), (method, path)
    return "didww.error.unrouted" not in answer.headers["x-mock-evidence"]


def places(version: str) -> Iterator[tuple[str, str]]:
    for method, path, _ in operations(document(version)):
        yield method, path


@pytest.mark.parametrize("version", VERSIONS)
def test_operations_of_a_version_are_routed_and_those_of_others_are_not(version: str) -> None:
    account = Account(SERVER, f"routes-{version}", version)
    described = set(places(version))
    assert [one for one in described if not routed(account, *one)] == []
    files = {
        ("get", f"/v3/{kind}/{{file}}.csv{end}") for kind, end in (("exports", ".gz"), ("cdr_exports", ""))
    }
    others = {place for each in VERSIONS for place in places(each)} - described - files
    assert [one for one in others if routed(account, *one)] == []
