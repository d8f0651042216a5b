"""The OpenAPI documents: which there are, one of them, and the operation that a request is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from mockserver.core.data import data_root, load_contract

if TYPE_CHECKING:
    import jsonschema_rs

JSON = dict[str, Any]

FILE = "openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_URI = "mock:/"  # of a document in the registry of its validators
_MOST_COMPILED = 5000
_MOST_PASSED = 1000


@cache
def names() -> tuple[str, ...]:
    """The documents that there are, by their paths below `contracts/`: "didlogic/v2/openapi.json"."""
    root = data_root() / "contracts"
    found = [*root.glob(f"*/{FILE}"), *root.glob(f"*/*/{FILE}")]
    return tuple(sorted(path.relative_to(root).as_posix() for path in found))


@cache
def document(name: str) -> Document | None:
    """One of them, read at the first call and kept; None for a name that is not among `names`."""
    return Document(name, load_contract(name)) if name in names() else None


def addressed(content: Mapping[str, Any], address: str) -> JSON:
    """A document with a server at `address`, a provider's base URL, as the first of its servers.

    A path that the provider's own addresses have is appended: the document's paths continue it.
    """
    servers = [server for server in content.get("servers", ()) if "://" in server["url"]]
    start = urlsplit(servers[0]["url"]).path.rstrip("/") if servers else ""
    own = {"url": address + start, "description": "The mockserver that this document was fetched from"}
    return {**content, "servers": [own, *servers]}


class Found(NamedTuple):
    """An operation of a document, its place there, and the values in the path by name."""

    operation: Operation
    values: Mapping[str, str]


class Document:
    """One document. Validators are compiled at first use and kept."""

    def __init__(self, name: str, content: JSON) -> None:
        self.name = name
        self.content = content
        self._validators: dict[tuple[str, ...], jsonschema_rs.Draft202012Validator] = {}

    def find(self, method: str, segments: tuple[str, ...]) -> Found | None:
        """The operation for a method and a decoded path; a literal segment wins over a parameter.

        A parameter may have an ending: `{file}.csv`.
        """
        for operation in self._by_length.get((method.lower(), len(segments)), ()):
            values: dict[str, str] = {}
            for part, given in zip(operation.segments, segments, strict=True):
                if part.startswith("{"):
                    name, _, ending = part[1:].partition("}")
                    if not given.endswith(ending):
                        break
                    values[name] = given[: len(given) - len(ending)]
                elif part != given:
                    break
            else:
                return Found(operation, values)
        return None

    def methods(self, segments: tuple[str, ...]) -> list[str]:
        """The methods that a path takes; none for a path that is not described."""
        return [method.upper() for method in METHODS if self.find(method, segments) is not None]

    @cached_property
    def _by_length(self) -> Mapping[tuple[str, int], list[Operation]]:
        known: dict[tuple[str, int], list[Operation]] = {}
        for path, item in self.content["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = Operation(self, path, method)
                    known.setdefault((method, len(operation.segments)), []).append(operation)
        for operations in known.values():
            operations.sort(key=_generality)
        return known

    def at(self, place: tuple[str, ...]) -> tuple[tuple[str, ...], Any]:
        """What stands at a place, references followed, with the place where it really stands."""
        node: Any = self.content
        for part in place:
            node = node[int(part)] if isinstance(node, list) else node[part]
        while isinstance(node, dict) and isinstance(node.get("$ref"), str) and len(node) == 1:
            place = tuple(
                part.replace("~1", "/").replace("~0", "~")
                for part in node["$ref"].removeprefix("#/").split("/")
            )
            return self.at(place)
        return place, node

    def resolve(self, schema: Any) -> Any:
        """A schema, or the one that it refers to."""
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            place = schema["$ref"].removeprefix("#/").split("/")
            schema = self.at(tuple(part.replace("~1", "/").replace("~0", "~") for part in place))[1]
        return schema

    def validator(self, place: tuple[str, ...]) -> jsonschema_rs.Draft202012Validator:
        """For the schema at a place of the document."""
        found = self._validators.get(place)
        if found is None:
            import jsonschema_rs

            pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)
            reference = {"$ref": f"{_URI}{self.name}#{quote(pointer, safe='/~')}"}
            found = jsonschema_rs.Draft202012Validator(
                reference, registry=self._registry, validate_formats=True, ignore_unknown_formats=True
            )
            if len(self._validators) < _MOST_COMPILED:
                self._validators[place] = found
        return found

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        import jsonschema_rs

        return jsonschema_rs.Registry([(f"{_URI}{self.name}", self.content)], draft=jsonschema_rs.Draft202012)


def _generality(operation: Operation) -> list[int]:
    """What an operation is sorted by: a literal segment before `{file}.csv`, and that before `{id}`."""
    return [part.startswith("{") + part.endswith("}") for part in operation.segments]


class Parameter(NamedTuple):
    """A parameter as an operation declares it. `schema` is resolved, `place` where it stands."""

    name: str
    where: str
    required: bool
    schema: Any
    place: tuple[str, ...]
    style: str
    explode: bool


class Operation:
    """One operation of a document, and what of it is worked out once."""

    def __init__(self, document: Document, path: str, method: str) -> None:
        self.document = document
        self.path = path
        self.method = method.upper()
        self.segments = tuple(part for part in path.split("/") if part)
        self.place = ("paths", path, method)
        self.content: JSON = document.content["paths"][path][method]
        self.name: str = self.content.get("operationId", "")
        self._answers: dict[int, Answer | None] = {}

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Of the path and of the operation; the latter win."""
        places = [("paths", self.path, "parameters"), (*self.place, "parameters")]
        found: dict[tuple[str, str], Parameter] = {}
        for parameter in (one for place in places for one in self._parameters_at(place)):
            found[parameter.where, parameter.name] = parameter
        return tuple(found.values())

    def _parameters_at(self, place: tuple[str, ...]) -> Iterator[Parameter]:
        try:
            count = len(self.document.at(place)[1] or ())
        except KeyError:
            return
        for number in range(count):
            at, node = self.document.at((*place, str(number)))
            where = node["in"]
            style = node.get("style", "form" if where in ("query", "cookie") else "simple")
            yield Parameter(
                name=node["name"].lower() if where == "header" else node["name"],
                where=where,
                required=bool(node.get("required", False)),
                schema=self.document.resolve(node.get("schema", {})),
                place=(*at, "schema"),
                style=style,
                explode=bool(node.get("explode", style == "form")),
            )

    @cached_property
    def schemes(self) -> tuple[tuple[JSON, ...], ...]:
        """The security schemes: one of these groups must be there whole. Empty when none is needed."""
        needs = self.content.get("security", self.document.content.get("security")) or ()
        known = self.document.content.get("components", {}).get("securitySchemes", {})
        return tuple(tuple(known[name] for name in need if name in known) for need in needs)

    @cached_property
    def body(self) -> tuple[tuple[str, ...], JSON] | None:
        """The description of the request's body with its place; None when none is read."""
        if "requestBody" not in self.content:
            return None
        place, described = self.document.at((*self.place, "requestBody"))
        return place, described

    def answer(self, status: int) -> Answer | None:
        """The description of answers with a status; None when the document has none."""
        if status not in self._answers:
            responses = self.content["responses"]
            key = next(
                (one for one in (str(status), f"{status // 100}XX", "default") if one in responses), None
            )
            place = (*self.place, "responses", key or "")
            self._answers[status] = None if key is None else Answer(self.document, place)
        return self._answers[status]


class Header(NamedTuple):
    """A header of an answer by its lower-case name; `place` of its schema, None when it has none."""

    name: str
    required: bool
    schema: Any
    place: tuple[str, ...] | None


class Answer:
    """The description of an operation's answers with one status, worked out once.

    headers  what they carry
    content  the place of the body's schema by type in lower case, None where anything will do; empty when
             there is no body
    passed   bodies that were held against their schema and fit, by their hashes: most come more than once
    """

    def __init__(self, document: Document, place: tuple[str, ...]) -> None:
        place, described = document.at(place)
        headers = []
        for name in described.get("headers", {}):
            at, header = document.at((*place, "headers", name))
            of_schema = (*at, "schema") if "schema" in header else None
            required = bool(header.get("required", False))
            headers.append(Header(name.lower(), required, header.get("schema", {}), of_schema))
        self.headers = tuple(headers)
        self.content: dict[str, tuple[str, ...] | None] = {}
        for kind, content in described.get("content", {}).items():
            at = (*place, "content", kind, "schema")
            self.content[kind.lower()] = document.at(at)[0] if "schema" in content else None
        self.passed: set[int] = set()

    def remember(self, body: bytes) -> None:
        """That a body fits."""
        if len(self.passed) < _MOST_PASSED:
            self.passed.add(hash(body))
