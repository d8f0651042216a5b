"""Requests that schemathesis makes up from an OpenAPI document, answered in this process and judged by it.

How many: few, as `few` says, since making them up is slow; `MOCKSERVER_FUZZ=200` asks for so many of each.
"""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Callable, Collection, Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support import Server

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_HOST = "http://127.0.0.1"
# What the environment asks for; 0 for a quick run.
ASKED = int(os.environ.get("MOCKSERVER_FUZZ", "0"))


def few(examples: int) -> settings:
    """So many examples of each operation, or as many as the environment asks for."""
    return settings(
        max_examples=ASKED or examples, suppress_health_check=list(HealthCheck), deadline=None, database=None
    )


class Fuzzer:
    """The operations of one document, to be tried on one provider of a server.

    headers  the credentials that every request gets, whatever is made up for it
    known    values that exist, by the name of a parameter or of a field in a body: made-up ones seldom do
    """

    def __init__(
        self,
        document: dict[str, Any],
        server: Server,
        prefix: str,
        headers: Mapping[str, str],
        known: Mapping[str, list[Any]],
    ) -> None:
        self._server = server
        self._address = _HOST + prefix
        self._headers = headers
        self._known = known
        self._schema = schemathesis.openapi.from_dict(copy.deepcopy(document))  # it adds links
        self._operations: dict[str, Any] = {}
        for found in self._schema.get_all_operations():
            operation = found.ok()
            self._operations[operation.definition.raw["operationId"]] = operation

    def cases(self, operation: str, *, valid: bool) -> st.SearchStrategy[Case]:
        """Requests of one operation: as its schemas ask for, or with something in them that they forbid."""
        mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
        cases = self._operations[operation].as_strategy(generation_mode=mode)
        return st.builds(self._with_known, cases, st.randoms(use_true_random=False))

    def _with_known(self, case: Case, chance: Any) -> Case:
        """Most of the values that name something put in place of made-up ones."""
        for place in (case.path_parameters, case.query):
            for name in place or ():
                if name in self._known and chance.random() < 0.7:
                    place[name] = chance.choice(self._known[name])
        self._settle(case, chance)
        return case

    def _settle(self, case: Case, chance: Any) -> None:
        """Put values that exist into the body."""
        case.body = self._put(case.body, chance)

    def _put(self, node: Any, chance: Any) -> Any:
        if isinstance(node, list):
            return [self._put(item, chance) for item in node]
        if not isinstance(node, dict):
            return node
        made = {}
        for name, value in node.items():
            known = self._known.get(name)
            if known is None or chance.random() > 0.7:
                made[name] = self._put(value, chance)
            else:
                made[name] = [chance.choice(known)] if isinstance(value, list) else chance.choice(known)
        return made

    @property
    def operations(self) -> list[str]:
        """The names of all operations."""
        return list(self._operations)

    def judge(self, case: Case) -> int:
        """Send a request; the answer's status. AssertionError when it is not what the document says."""
        response = self._answer(case)
        case.validate_response(response, checks=CHECKS)
        return int(response.status_code)

    def machine(self, begin: Callable[[], object], stays: Collection[str] = ()) -> Any:
        """A state machine that goes along the document's links from one operation to the next.

        begin  is called before each way
        stays  deletions after which the record can still be read
        """
        fuzzer = self

        class Machine(self._schema.as_state_machine()):  # type: ignore[misc]
            def setup(self) -> None:
                begin()
                self.gone: set[str] = set()

            def before_call(self, case: Case) -> None:
                fuzzer._settle(case, random.Random(0))

            def call(self, case: Case, **kwargs: Any) -> schemathesis.Response:
                return fuzzer._answer(case)

            def validate_response(self, response: Any, case: Case, *_: Any, **kwargs: Any) -> None:
                case.validate_response(response, checks=CHECKS)
                place = case.formatted_path
                if response.status_code >= 300:
                    return
                if case.method == "DELETE":
                    name = case.operation.definition.raw["operationId"]
                    self.gone |= set() if name in stays or "/relationships/" in place else {place}
                elif case.method == "GET":
                    assert place not in self.gone, f"{place} was deleted and is read"
                else:
                    self.gone.discard(place)

        return Machine

    def _answer(self, case: Case) -> schemathesis.Response:
        arguments = case.as_transport_kwargs(base_url=self._address)
        sent = requests.Request(
            arguments["method"],
            arguments["url"],
            headers=arguments.get("headers"),
            params=arguments.get("params"),
            json=arguments.get("json"),
            data=arguments.get("data"),
            files=arguments.get("files"),
        ).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        headers = {name: str(value) for name, value in sent.headers.items()}
        answer = self._server.request(
            str(sent.method), sent.path_url or "", headers={**headers, **self._headers}, body=body
        )
        return schemathesis.Response(
            status_code=answer.status,
            headers={name.lower(): [value] for name, value in answer.headers},
            content=answer.body,
            request=sent,
            elapsed=0.0,
            verify=False,
        )
