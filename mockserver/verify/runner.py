"""Runs probes against a server: learns what they need, asks, compares, and puts back what was made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import orjson

from mockserver.verify.asking import Answer, NoAnswer, NotAsked
from mockserver.verify.expectations import differences
from mockserver.verify.placeholders import OWN_ETAG, Missing, Placeholders, Unlearnt
from mockserver.verify.probes import READS, Probe, Suite
from mockserver.verify.schemas import Documents
from mockserver.verify.values import Absent, Difference, at, excerpt

HELD, DIFFERS, SKIPPED, FAILED = "held", "differs", "skipped", "failed"
OUTCOMES = (HELD, DIFFERS, SKIPPED, FAILED)

Send = Callable[[str, str, str, Mapping[str, str], bytes | None], Answer]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one probe.

    outcome      held; differs; skipped: was not asked, for a reason; failed: could not be asked
    reason       of the last two
    differences  each with the request that it was found at
    requests     what was asked, for people: "GET /v1/dids/orders"
    """

    probe: Probe
    version: str
    outcome: str
    reason: str = ""
    differences: tuple[tuple[str, Difference], ...] = ()
    requests: tuple[str, ...] = ()
    seconds: float = 0.0

    def masked(
        self,
        text: Callable[[str], str],
        difference: Callable[[tuple[str, Difference]], tuple[str, Difference]],
    ) -> Result:
        """The same with its texts as these functions make them."""
        return replace(
            self,
            reason=text(self.reason),
            differences=tuple(map(difference, self.differences)),
            requests=tuple(map(text, self.requests)),
        )


@dataclass
class _Own:
    """What a probe knows while it runs."""

    values: dict[str, Any] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    base_path: str = ""
    version: str = ""


class Runner:
    """One run against one server.

    send         one request to it: method, path, query, headers, body; NoAnswer
    credentials  what `{key}` and `{secret}` stand for in the suite's headers
    run          a text that no other run has, a part of the names of what is made
    """

    def __init__(
        self,
        suite: Suite,
        send: Send,
        credentials: Mapping[str, str],
        *,
        allow_writes: bool = False,
        base_path: str = "",
        run: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.suite = suite
        self.allow_writes = allow_writes
        self.left_behind: list[str] = []  # what could not be removed again
        self._send = send
        self._credentials = credentials
        self._base_path = base_path
        self._sleep = sleep
        self._documents = Documents(dict(suite.facts.get("documents", {})))
        self._versions: dict[str, Placeholders] = {}
        self._run = run
        self._created: list[Mapping[str, Any]] = []
        self._ready: set[str] = set()

    # --- one probe -------------------------------------------------------------------------------

    def run(self, probe: Probe, version: str) -> Result:
        """Ask one probe. Never raises for what a server does."""
        started = time.monotonic()
        own = _Own(base_path=self._base_path, version=version)
        try:
            reason = self._obstacle(probe, version)
            if reason:
                return Result(probe, version, SKIPPED, reason)
            if self.allow_writes:
                self.set_up(version)
            found = self._steps(probe, own)
            outcome, reason = (DIFFERS if found else HELD), ""
        except Missing as error:
            found, outcome, reason = [], SKIPPED, str(error)
        except (NoAnswer, Unlearnt) as error:
            found, outcome, reason = [], FAILED, str(error)
        except KeyboardInterrupt:
            self._doubt(own)
            raise
        finally:
            self._undo(probe, own)
        seconds = time.monotonic() - started
        return Result(probe, version, outcome, reason, tuple(found), tuple(own.requests), seconds)

    def knock(self, version: str) -> Answer:
        """The answer to a first read; NoAnswer."""
        request = {"method": "GET", "path": self.suite.facts["first"]}
        return self._ask(request, _Own(version=version, base_path=self._base_path))

    def set_up(self, version: str) -> None:
        """Make every placeholder that is made, in order: some are there only to be members of others."""
        if version in self._ready:
            return
        self._ready.add(version)
        for name in self.placeholders(version).made():
            try:
                self.placeholders(version).value(name)
            except (Missing, Unlearnt):
                continue  # whoever needs it says so

    def finish(self) -> None:
        """Remove what was made, the newest first. What stays is in `left_behind`."""
        while self._created:
            self._remove(self._created.pop())

    def placeholders(self, version: str) -> Placeholders:
        """The placeholders as a version of the API sees them."""
        if version not in self._versions:

            def ask(request: Mapping[str, Any]) -> Answer:
                return self._ask(request, _Own(version=version, base_path=self._base_path))

            self._versions[version] = Placeholders(self.suite.placeholders, ask, self._run)
        return self._versions[version]

    def _obstacle(self, probe: Probe, version: str) -> str:
        if self.allow_writes:
            return ""
        if probe.writes:
            method = next(step["method"] for step in probe.steps if step["method"] not in READS)
            return f"sends {method}, and writes are not allowed"
        needed = self.placeholders(version).makes([dict(step) for step in probe.steps])
        if needed is not None:
            request = self.placeholders(version).request(needed)
            return f"needs a {request}, and writes are not allowed"
        return ""

    def _steps(self, probe: Probe, own: _Own) -> list[tuple[str, Difference]]:
        """The differences of the first step that has any: the later ones build on it."""
        for step in probe.steps:
            answer = self._until(step, own) if "until" in step else self._ask(step, own)
            expect = self._filled(step.get("expect", {}), own)
            found = [(own.requests[-1], one) for one in differences(expect, answer, _Context(self, own))]
            if found:
                return found
            for name, path in step.get("take", {}).items():
                try:
                    own.values[name] = at(answer.json(), path)
                except (Absent, ValueError):
                    raise Missing(f"{own.requests[-1]} has no {path} to take {{{name}}} from") from None
        return []

    def _until(self, step: Mapping[str, Any], own: _Own) -> Answer:
        """Ask until what is waited for is there, or the time is over."""
        deadline = time.monotonic() + step.get("within", 60)
        while True:
            answer = self._ask(step, own)
            waited = self._filled(step["until"], own)
            if not differences(waited, answer, _Context(self, own)) or time.monotonic() > deadline:
                return answer
            self._sleep(step.get("every", 2))

    # --- requests --------------------------------------------------------------------------------

    def _ask(self, request: Mapping[str, Any], own: _Own) -> Answer:
        fill = self.placeholders(own.version).fill
        method = request["method"]
        path = fill(request["path"], own.values, encoded=True)
        query = fill(request.get("query", ""), own.values, encoded=True)
        body, content_type = self._body(request, own)
        headers: dict[str, str | None] = {
            name: self._credential(value, own.version) for name, value in self.suite.facts["headers"].items()
        }
        if content_type is not None:
            headers["Content-Type"] = content_type
        for name, value in self._filled(request.get("headers", {}), own).items():
            if value == OWN_ETAG:
                value = self._ask({"method": method, "path": path, "query": query}, own).header("etag")
            same = next((one for one in headers if one.lower() == name.lower()), name)
            headers[same] = None if value is None else self._credential(str(value), own.version)
        sent = {name: value for name, value in headers.items() if value is not None}
        own.requests.append(f"{method} {path}" + (f"?{query}" if query else ""))
        try:
            answer = self._send(method, path, query, sent, body)
        except NoAnswer as error:
            if method == "POST" and not isinstance(error, NotAsked):
                self.left_behind.append(f"{own.requests[-1]} may have been carried out: {error}")
            raise
        if method == "POST" and answer.status in (200, 201, 202):
            self._remember(path, answer, own.version)
        return answer

    def _body(self, request: Mapping[str, Any], own: _Own) -> tuple[bytes | None, str | None]:
        usual: str | None = self.suite.facts.get("content_type")
        if "raw_body" in request:
            return str(self._filled(request["raw_body"], own)).encode(), usual
        if "form" in request:
            form = self._filled(request["form"], own)
            return urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
        if "body" in request:
            return orjson.dumps(self._filled(request["body"], own)), usual
        return None, None

    def _filled(self, value: Any, own: _Own) -> Any:
        return self.placeholders(own.version).fill(value, own.values)

    def _credential(self, value: str, version: str) -> str:
        for name, secret in self._credentials.items():
            value = value.replace("{" + name + "}", secret)
        return value.replace("{version}", version)

    # --- putting back ----------------------------------------------------------------------------

    def _remember(self, path: str, answer: Answer, version: str) -> None:
        """Note how to remove what a POST made, if it made something."""
        for rule in self.suite.facts.get("created", ()):
            if rule["post"] != path:
                continue
            try:
                content = answer.json()
                rows = at(content, rule["list"]) if "list" in rule else [content]
                taken = [at(row, rule["take"]) for row in rows]
            except (Absent, TypeError, ValueError):
                self.left_behind.append(f"POST {path} answered {answer.status} and said not what it made")
                continue
            for one in taken:
                self._created.append({"rule": rule, "values": {"made": one}, "version": version})

    def _doubt(self, own: _Own) -> None:
        """Name what a probe that ends early may have made and nothing removes: an order, for one."""
        removed = {f"POST {rule['post']}" for rule in self.suite.facts.get("created", ())}
        self.left_behind += [
            f"{request} was asked before the end, and may have been carried out"
            for request in own.requests
            if request.startswith("POST ") and request not in removed
        ]

    def _remove(self, made: Mapping[str, Any]) -> None:
        own = _Own(values=made["values"], version=made["version"], base_path=self._base_path)
        self._put_back(made["rule"]["undo"], own)

    def _undo(self, probe: Probe, own: _Own) -> None:
        """What the probe says about putting back, as far as it came."""
        if not own.requests or not self.allow_writes:
            return
        for request in probe.undo:
            if all(name in own.values for name in request.get("needs", ())):
                self._put_back(request, own)

    def _put_back(self, request: Mapping[str, Any], own: _Own) -> None:
        try:
            answer = self._ask(request, own)
        except (NoAnswer, Missing, Unlearnt) as error:
            asked = own.requests[-1] if own.requests else f"{request['method']} {request['path']}"
            self.left_behind.append(f"{asked}: {error}")
            return
        if answer.status >= 300 and answer.status not in (404, 410):
            self.left_behind.append(f"{own.requests[-1]} answered {answer.told}: {excerpt(answer.body)}")


class _Context:
    """What expectations may ask for: see `expectations.Context`."""

    def __init__(self, runner: Runner, own: _Own) -> None:
        self._runner = runner
        self._own = own

    @property
    def base_path(self) -> str:
        return self._own.base_path

    @property
    def templates(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._runner.suite.facts.get("templates", {}).get(self._own.version, {})
        return found

    def ask_again(self, request: str) -> Answer:
        method, _, target = request.partition(" ")
        path, _, query = target.partition("?")
        return self._runner._ask({"method": method, "path": path, "query": query}, self._own)

    def violations(self, operation: str, answer: Answer) -> Iterable[Difference]:
        return self._runner._documents.violations(self._own.version, operation, answer)


def outcomes(
    runner: Runner, chosen: Iterable[tuple[Probe, str]], progress: Callable[[Result], None]
) -> Iterator[Result]:
    """The results of probes, one by one; what was made is removed at the end, whatever happens."""
    try:
        for probe, version in chosen:
            result = runner.run(probe, version)
            progress(result)
            yield result
    finally:
        runner.finish()
