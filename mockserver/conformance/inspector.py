"""The requests in a journal held against the documents, when somebody looks and never before."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from mockserver.conformance import documents
from mockserver.conformance.problems import Problem
from mockserver.conformance.requests import Sent, check_request, with_fate
from mockserver.core.journal import Exchange
from mockserver.core.messages import Request
from mockserver.core.provider import Provider
from mockserver.core.world import World

log = logging.getLogger("mockserver")

MOST_AT_LAST = 100  # requests of a sandbox that is reset or dropped; some 60 microseconds each


class Inspector:
    """Judges what clients sent. Keeps nothing: what it finds is counted in the sandbox's coverage."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    def problems(self, world: World, exchange: Exchange) -> list[Problem]:
        """How a request is not as its document says, with the fate that its answer shows. Never raises."""
        provider = self._providers.get(exchange.provider)
        if provider is None:
            return []
        path = exchange.path
        if path.startswith(f"{provider.prefix}/"):
            path = path.removeprefix(provider.prefix)
        method = "GET" if exchange.method == "HEAD" else exchange.method
        headers = dict(exchange.headers)
        request = Request(method, path, exchange.query, headers, exchange.body)
        try:
            described = provider.described(request, world)
            document = None if described is None else documents.document(described.document)
            if described is None or document is None:
                return []
            body = exchange.body if exchange.whole else None
            sent = Sent(described.method or method, described.segments, exchange.query, headers, body)
            found = check_request(document, sent)
        except Exception:
            log.exception("%s: request %d cannot be judged", exchange.provider, exchange.number)
            return []
        if exchange.fault:  # its answer shows nothing
            return found
        return [with_fate(problem, exchange.status, exchange.answer) for problem in found]

    def look(self, world: World) -> None:
        """Judge what came since the last look, and count what is wrong with it."""
        self._look(world, world.journal.judged)

    def last_look(self, world: World) -> None:
        """The same before a journal is emptied. A reset must not take long: only the newest are judged."""
        self._look(world, max(world.journal.judged, world.journal.count - MOST_AT_LAST))

    def _look(self, world: World, after: int) -> None:
        journal, coverage = world.journal, world.coverage
        exchanges = list(journal.after(after))
        came = journal.count - journal.judged
        journal.judged = journal.count
        coverage.unchecked += came - len(exchanges)
        for exchange in exchanges:
            for problem in self.problems(world, exchange):
                key = (
                    "request",
                    exchange.provider,
                    exchange.operation,
                    problem.kind,
                    problem.problem,
                    problem.fate,
                )
                coverage.count_request(key, world.name, exchange.number)
