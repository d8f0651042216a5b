"""Operations on relationships of DIDWW's records: what is related, and the linkage itself."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.build_didww_answers import MEDIA_TYPE, Answers
from contracts.build_didww_bodies import Bodies
from contracts.build_didww_queries import Queries
from contracts.build_didww_schemas import Schemas
from contracts.build_didww_words import JSON, Words, an, camel, component, reference, sentence
from contracts.didww_tables import Tables

_KNOWN = "Known from the links of every record; what it answers is assumed"
_READING = ("BadRead", "Unauthorized", "NotFound", "NotAcceptable", "TooManyRequests")
_CHANGES = {
    "post": ("add", "Add to the {what} of {one}"),
    "patch": ("replace", "Replace the {what} of {one}"),
    "delete": ("remove", "Take away the {what} of {one}"),
}


class Relations:
    """The operations of all types of one version."""

    def __init__(
        self,
        tables: Tables,
        words: Words,
        schemas: Schemas,
        bodies: Bodies,
        queries: Queries,
        answers: Answers,
    ) -> None:
        self._tables = tables
        self._words = words
        self._schemas = schemas
        self._bodies = bodies
        self._queries = queries
        self._answers = answers

    def all(self) -> Iterator[tuple[str, str, JSON]]:
        """(path, method, operation) of everything about relationships."""
        served = dict.fromkeys(row["type"] for row in self._tables.operations.values())
        for kind in served:
            updated = any(
                row["type"] == kind and row["verb"] == "update" for row in self._tables.operations.values()
            )
            links = self._bodies.links(kind, "PATCH") if updated else {}
            for name, about in self._tables.types[kind]["relationships"].items():
                start = f"/v3/{kind}/{{id}}"
                yield f"{start}/{name}", "get", self._related(kind, name, about)
                path = f"{start}/relationships/{name}"
                yield path, "get", self._linkage(kind, name, about)
                if name in links:
                    for method in ("post", "patch", "delete") if "many" in about else ("patch", "delete"):
                        yield path, method, self._change(kind, name, about, method)

    def _described(self, name: str, summary: str, kind: str, more: str = "") -> JSON:
        return {
            "operationId": name,
            "summary": summary,
            "description": sentence(more, _KNOWN),
            "tags": [self._words.tag(kind)],
            "parameters": [reference("Version", "parameters"), reference("Id", "parameters")],
            "x-evidence": "assumed",
        }

    def _related(self, kind: str, name: str, about: JSON) -> JSON:
        what, one = name.replace("_", " "), an(self._words.one(kind))
        described = self._described(f"get{component(kind)}{camel(name)}", f"Get the {what} of {one}", kind)
        if "one_of" in about:
            schema = self._schemas.any_document(about["one_of"])
        elif "many" in about:
            schema = self._schemas.listing(about["many"])
            described["parameters"] += self._queries.of_list(about["many"])
        else:
            schema = self._schemas.document(about["one"], empty=True)
            described["parameters"] += self._queries.of_record(about["one"])
        reading = ("BadList" if "many" in about else "BadRead", *_READING[1:])
        described["responses"] = {
            "200": self._answers.success("200", f"The {what}; null where there is none", schema),
            **self._answers.of(reading, (), {}),
        }
        if "many" in about:
            described["responses"]["200"]["description"] = f"The {what}"
        return described

    def _linkage(self, kind: str, name: str, about: JSON) -> JSON:
        what, one = name.replace("_", " "), an(self._words.one(kind))
        described = self._described(
            f"get{component(kind)}{camel(name)}Linkage",
            f"Get the linkage to the {what} of {one}",
            kind,
            "Type and id of what the relationship leads to",
        )
        schema = self._schemas.linkage_document(about)
        described["responses"] = {
            "200": self._answers.success("200", "The linkage", schema),
            **self._answers.of(_READING, (), {}),
        }
        return described

    def _change(self, kind: str, name: str, about: JSON, method: str) -> JSON:
        what, one = name.replace("_", " "), an(self._words.one(kind))
        verb, summary = _CHANGES[method]
        described = self._described(
            f"{verb}{component(kind)}{camel(name)}Linkage", summary.format(what=what, one=one), kind
        )
        if "many" in about or method != "delete":
            schema = reference(self._schemas.linkage_request(about))
            described["requestBody"] = {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}
        statuses = ["BadLinkage", "Unauthorized", "Forbidden", "NotFound", "NotAcceptable", "Unprocessable"]
        statuses += ["TooManyRequests"] if method == "delete" else ["UnsupportedMediaType", "TooManyRequests"]
        described["responses"] = {
            "204": {"description": "Done"},
            **self._answers.of(statuses, (), {}),
        }
        return described
