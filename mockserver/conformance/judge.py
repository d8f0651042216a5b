"""Answers held against the documents while they are served (`check_contracts`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from mockserver.conformance import documents
from mockserver.conformance.answers import check_answer
from mockserver.conformance.problems import Problem
from mockserver.core.messages import Request, Response
from mockserver.core.provider import Provider
from mockserver.core.world import World

log = logging.getLogger("mockserver")

HEADER = "X-Mock-Contract"
_LONGEST = 1000  # characters of the header


class Judge:
    """Asked about every answer but those that a fault spoilt."""

    def judge(
        self, provider: Provider, world: World | None, home: World, response: Response, request: Request
    ) -> str:
        """What of the answer is not as its document says, for a header; "" when nothing is.

        `world` is the sandbox that answered, None for refused credentials; it counts in `home`.
        """
        try:
            described = provider.described(request, world)
            document = None if described is None else documents.document(described.document)
            if described is None or document is None:
                return ""
            answer = (response.status, response.headers, response.body)
            operation, problems = check_answer(
                document, described.method or request.method, described.segments, *answer
            )
        except Exception:
            self.puzzled(provider, response)
            return ""
        if not problems:
            return ""
        operation = response.operation or operation
        for problem in problems:
            home.coverage.count(("violation", provider.name, operation, problem.kind, problem.problem))
        self.report(provider, operation, request, response, problems)
        return _printable("; ".join(map(str, problems)))[:_LONGEST]

    def puzzled(self, provider: Provider, response: Response) -> None:
        """A defect of ours while judging: told, and nothing the client should suffer from."""
        log.exception("%s %s: the answer cannot be judged", provider.name, response.operation)

    def report(
        self,
        provider: Provider,
        operation: str,
        request: Request,
        response: Response,
        problems: Sequence[Problem],
    ) -> None:
        """One line in the log for each problem; none of them shows a value."""
        for problem in problems:
            log.warning(
                "%s %s answered %d against its contract: %s",
                provider.name,
                operation or request.method,
                response.status,
                _printable(str(problem)),
            )


def _printable(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text)
