"""The OpenAPI documents of DIDWW API v3, one for each version, made from the tables in `contracts/didww`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from contracts.build_didww_answers import MEDIA_TYPE, Answers, Exchange, exchanges, fits, matches, shortened
from contracts.build_didww_bodies import Bodies
from contracts.build_didww_queries import Queries
from contracts.build_didww_relations import Relations
from contracts.build_didww_schemas import Schemas, closed
from contracts.build_didww_words import JSON, Words, an, reference, sentence
from contracts.checking import Judge, operations
from contracts.didww_tables import NEWEST, VERSIONS, Tables, of_version

_ABOUT = (
    "Buying and running phone numbers (DIDs) with DIDWW. A JSON:API 1.0 interface as jsonapi-resources 0.9 "
    "gives it: what its documents and recordings leave open is what that framework does. Every PATCH may be "
    "sent as PUT. Members that are not listed in a request are refused; members that an answer lacks were "
    "left out by `fields`. The addresses of relationships and of related records are known from the links in "
    "every answer; what they answer is assumed (`x-evidence`)."
)
_BAD = {
    "list": "BadList",
    "show": "BadRead",
    "delete": "BadDelete",
    "create": "BadCreate",
    "update": "BadUpdate",
}
_WITHOUT_ETAG = ("orders",)


def documents() -> dict[str, JSON]:
    """A document for each of VERSIONS."""
    return {f"didww/{version}/openapi.json": document(version) for version in VERSIONS}


@cache
def document(version: str) -> JSON:
    """The document of one version, made once; not to be changed."""
    return _Builder(of_version(version)).document()


class _Builder:
    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.words = Words(tables)
        self.schemas = Schemas(tables, self.words)
        self.bodies = Bodies(tables, self.words, self.schemas)
        self.queries = Queries(tables, self.words)
        self.answers = Answers(tables, self.schemas)
        self._names = {(row["type"], row["verb"]): name for name, row in tables.operations.items()}

    def document(self) -> JSON:
        paths: JSON = {}
        for path, method, operation in self._operations():
            paths.setdefault(path, {})[method] = operation
        made = {
            "openapi": "3.1.0",
            "info": {"title": "DIDWW API v3", "version": self.tables.version, "description": _ABOUT},
            "servers": [
                {"url": "https://api.didww.com", "description": "The provider, live"},
                {"url": "https://sandbox-api.didww.com", "description": "The provider's sandbox"},
                {"url": "/didww", "description": "The mockserver that this document was fetched from"},
            ],
            "tags": self.words.tags(),
            "security": [{"apiKey": []}],
            "paths": paths,
            "components": {
                "securitySchemes": {
                    "apiKey": {
                        "type": "apiKey",
                        "in": "header",
                        "name": "Api-Key",
                        "description": "The key of the account",
                    }
                },
                "parameters": dict(sorted(self.queries.made.items())),
                "headers": self.answers.headers,
                "responses": self.answers.responses,
                "examples": dict(sorted(self.answers.examples.items())),
                "schemas": dict(sorted(self.schemas.made.items())),
            },
        }
        _show_recorded(made, self.tables.version)
        used = {tag for _, _, operation in operations(made) for tag in operation["tags"]}
        made["tags"] = [tag for tag in self.words.tags() if tag["name"] in used]
        return made

    def _operations(self) -> Iterator[tuple[str, str, JSON]]:
        for name, row in self.tables.operations.items():
            yield f"/v3{row['path']}", row["method"].lower(), self._operation(name, row)
        yield self._download()
        yield from Relations(
            self.tables, self.words, self.schemas, self.bodies, self.queries, self.answers
        ).all()

    def _operation(self, name: str, row: JSON) -> JSON:
        kind, verb, words = row["type"], row["verb"], self.words
        one, many = words.one(kind), words.many(kind)
        summary = {
            "list": f"List {many}",
            "show": f"Get {'the balance' if kind == 'balances' else an(one)}",
            "create": f"Create {an(one)}",
            "update": f"Change {an(one)}",
            "delete": f"Delete {an(one)}",
        }[verb]
        parameters = [reference("Version", "parameters")]
        if "{id}" in row["path"]:
            parameters.append(reference("Id", "parameters"))
        if verb == "list":
            parameters += self.queries.of_list(kind)
        elif verb != "delete":
            parameters += self.queries.of_record(kind)
        if verb in ("list", "show") and kind not in _WITHOUT_ETAG:
            parameters.append(reference("IfNoneMatch", "parameters"))
        described: JSON = {
            "operationId": name,
            "summary": summary,
            "description": sentence(words.about(kind), words.note(row["newest"]), self._pages(kind, verb)),
            "tags": [words.tag(kind)],
            "parameters": parameters,
        }
        if kind == "public_keys":
            described["security"] = []
        if verb in ("create", "update"):
            described["requestBody"] = self._body(kind, row["method"])
        described["responses"] = {**self._success(kind, verb), **self._refusals(kind, row)}
        return described

    def _pages(self, kind: str, verb: str) -> str:
        if verb != "list":
            return ""
        return "" if self.tables.lists[kind]["paginated"] else "Not paged"

    def _body(self, kind: str, method: str) -> JSON:
        if kind == "encrypted_files":
            return {
                "required": True,
                "content": {"multipart/form-data": {"schema": reference(self.bodies.upload())}},
            }
        schema = reference(self.bodies.request(kind, method))
        return {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}

    def _success(self, kind: str, verb: str) -> JSON:
        if verb == "delete":
            return {"204": {"description": "Done"}}
        if kind == "encrypted_files" and verb == "create":
            return {"201": self._uploaded()}
        status = "201" if verb == "create" else "200"
        schema = self.schemas.listing(kind) if verb == "list" else self.schemas.document(kind)
        about = {"list": f"The {self.words.many(kind)}", "create": "Created", "update": "Changed"}.get(
            verb, f"The {self.words.one(kind)}"
        )
        answer = self.answers.success(status, about, schema, etag=kind not in _WITHOUT_ETAG)
        if verb in ("list", "create"):
            at = "$response.body#/data/0/id" if verb == "list" else "$response.body#/data/id"
            targets = ("show",) if verb == "list" else ("show", "update", "delete")
            links = {
                self._names[kind, target]: {
                    "operationId": self._names[kind, target],
                    "parameters": {"id": at},
                }
                for target in targets
                if (kind, target) in self._names
            }
            if links:
                answer["links"] = links
        return {status: answer}

    def _uploaded(self) -> JSON:
        """The answer to an upload: plain JSON, and up to 2022-05-10 nothing but ids."""
        schema = self.schemas.document("encrypted_files")
        if self.tables.version < NEWEST:
            ids: JSON = {"type": "array", "items": {"type": "string", "format": "uuid"}}
            schema = "EncryptedFileIds"
            self.schemas.made[schema] = closed({"ids": ids}, ["ids"])
        return {"description": "Taken in", "content": {"application/json": {"schema": reference(schema)}}}

    def _refusals(self, kind: str, row: JSON) -> JSON:
        verb: str = row["verb"]
        statuses = [_BAD[verb], "TooManyRequests"]
        statuses += ["Unauthorized"] if kind != "public_keys" else []
        upload = kind == "encrypted_files" and verb == "create"
        if not upload:
            statuses.append("NotAcceptable")
        if "{id}" in row["path"]:
            statuses.append("NotFound")
        if verb in ("create", "update", "delete"):
            statuses += ["Forbidden", "Unprocessable"]
        if verb in ("create", "update") and not upload:
            statuses.append("UnsupportedMediaType")
        if verb in ("list", "show") and kind not in _WITHOUT_ETAG:
            statuses.append("NotModified")
        situations = self.words.examples(row["newest"])
        refusals = self.answers.of(statuses, situations, self.words.statuses(row["newest"]))
        if upload and self.tables.version < NEWEST:
            texts: JSON = {"type": "array", "items": {"type": "string"}}
            self.schemas.made["UploadErrors"] = closed(
                {"errors": {"type": "object", "additionalProperties": texts}}, ["errors"]
            )
            said = {"application/json": {"schema": reference("UploadErrors")}}
            refusals["422"] = {
                "description": "The upload will not do, by the part it is about",
                "content": said,
            }
        return refusals

    def _download(self) -> tuple[str, str, JSON]:
        kind = "exports" if "exports" in self.tables.types else "cdr_exports"
        file = {
            "name": "file",
            "in": "path",
            "required": True,
            "description": "As in `url` of a completed export",
            "schema": {"type": "string", "minLength": 1},
        }
        binary: JSON = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        operation = {
            "operationId": "downloadExport",
            "summary": "Download the file of an export",
            "description": "Comma-separated values under a line of headings; with gzip if the name says so.",
            "tags": [self.words.tag(kind)],
            "parameters": [file],
            "responses": {
                "200": {"description": "The file", "content": binary},
                **self.answers.of(("Unauthorized", "NotFound", "TooManyRequests", "BadRead"), (), {}),
            },
        }
        suffix = ".csv.gz" if kind == "exports" else ".csv"
        return f"/v3/{kind}/{{file}}{suffix}", "get", operation


def _show_recorded(made: JSON, version: str) -> None:
    """Put the first recorded exchange of each operation that is valid into the document."""
    recorded = [one for one in exchanges(version) if one.genuine]
    found: list[tuple[JSON, JSON | None, Exchange]] = []
    for method, path, operation in operations(made):
        sent = operation.get("requestBody", {}).get("content", {}).get(MEDIA_TYPE)
        for one in recorded:
            if one.method.lower() != method or one.status >= 300 or one.answer is None:
                continue
            if matches(path, one.path) and str(one.status) in operation["responses"]:
                response = operation["responses"][str(one.status)]
                found.append((next(iter(response["content"].values())), sent, one))
    schemas = [place["schema"] for answer, sent, _ in found for place in (answer, sent) if place is not None]
    judge = Judge(made, schemas)
    for place, sent, one in found:
        answer = shortened(one.answer)
        if "examples" in place or not fits(answer) or not judge.is_valid(place["schema"], answer):
            continue
        place["examples"] = {"recorded": {"value": answer}}
        if sent is not None and one.request is not None and judge.is_valid(sent["schema"], one.request):
            sent["examples"] = {"recorded": {"value": one.request}}
