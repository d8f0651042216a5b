"""The way to the control API: kept-open connections, and refusals in the API's own words."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlsplit

CONTROL = "/_mock"
_PATIENCE = 60.0  # seconds; a call that waits by its own wish gets that on top


class ServerGone(Exception):
    """No answer from the server."""


class ControlError(Exception):
    """The control API refused a call. The text is its own; `answer` is all it said."""

    def __init__(self, method: str, path: str, status: int, answer: Any) -> None:
        self.status = status
        self.answer: dict[str, Any] = answer if isinstance(answer, dict) else {}
        super().__init__(f"{method} {path} answered {status}: {_in_words(self.answer, answer)}")


class NotInTime(ControlError, AssertionError):
    """What was waited for did not happen."""


class Connection(Protocol):
    """Something that carries a request to the server and the answer back."""

    url: str
    patient: bool
    """Whether a call may take its time until what it began is through."""

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> tuple[int, bytes]:
        """Status and body of the answer; ServerGone when there is none."""

    def close(self) -> None:
        """Let go of whatever is held open."""


class HTTPConnections:
    """Connections to one server that are kept open and used again; one for each thread that is asking."""

    patient = True

    def __init__(self, url: str, ended: Callable[[], str] = str) -> None:
        """`ended` says how the server ended, or nothing: for errors when it does not answer any more."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not the address of a server, such as http://127.0.0.1:8080")
        self.url = url.rstrip("/")
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path.rstrip("/")
        self._tls = tls_context(parts.hostname) if parts.scheme == "https" else None
        self._ended = ended
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = Lock()

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> tuple[int, bytes]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        again = connection is not None  # the server may have closed a connection that was idle
        while True:
            connection = connection or self._connect()
            try:
                connection.timeout = timeout
                if connection.sock is not None:
                    connection.sock.settimeout(timeout)
                connection.request(method, self._path + target, body, dict(headers))
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                connection = None
                if again and not isinstance(error, TimeoutError):
                    again = False
                    continue
                reason = self._ended() or str(error) or type(error).__name__
                raise ServerGone(f"no answer from {self.url}: {reason}") from error
            except BaseException:
                connection.close()
                raise
            with self._lock:
                self._idle.append(connection)
            return response.status, content

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(self._host, self._port, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port)


class Control:
    """Calls to the control API: about the server, or about one sandbox when `place` names it."""

    def __init__(
        self, connection: Connection, place: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.connection = connection
        self.place = place
        self._headers = dict(headers or {})

    def of(self, place: str) -> Control:
        """The same API about another sandbox."""
        return Control(self.connection, place, self._headers)

    @property
    def url(self) -> str:
        return self.connection.url + CONTROL + self.place

    def ask(self, method: str, path: str, body: Any = None, *, wait: float = 0.0) -> tuple[int, Any]:
        """Status and JSON of an answer. `wait` is how many seconds the call itself may take."""
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        status, answer = self.connection.send(
            method, CONTROL + self.place + path, headers, content, _PATIENCE + wait
        )
        try:
            return status, json.loads(answer)
        except ValueError:
            raise ServerGone(f"what answers at {self.connection.url} is not a mockserver") from None

    def call(self, method: str, path: str, body: Any = None, *, wait: float = 0.0) -> Any:
        """The JSON of an answer below 400; ControlError otherwise."""
        status, answer = self.ask(method, path, body, wait=wait)
        if status >= 400:
            kind = NotInTime if status == 408 else ControlError
            raise kind(method, CONTROL + self.place + path, status, answer)
        return answer

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, *, wait: float = 0.0) -> Any:
        return self.call("POST", path, {} if body is None else body, wait=wait)

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)


def tls_context(host: str) -> ssl.SSLContext:
    """How to trust a server: anybody on this machine, elsewhere the authorities that Python knows.

    A server started with `--tls` makes its authority anew each time; `SSL_CERT_FILE` can name its file.
    """
    context = ssl.create_default_context()
    if host in ("localhost", "127.0.0.1", "::1"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _in_words(answer: Mapping[str, Any], raw: Any) -> str:
    """A refusal for a person: what is wrong, what was probably meant, what there is."""
    if "failures" in answer:
        return "; ".join(f"{one['provider']}: {one['reason']}" for one in answer["failures"])
    lines = [str(answer.get("error", raw))]
    fields = answer.get("fields") or {}
    if len(fields) > 1:
        lines += [f"  {name}: {reason}" for name, reason in fields.items()]
    if answer.get("did_you_mean"):
        lines.append(f"  did you mean {answer['did_you_mean']}?")
    elif answer.get("known"):
        known = answer["known"]
        lines.append(f"  there are {', '.join(known[:30])}{' ...' if len(known) > 30 else ''}")
    for near in answer.get("near", ()):
        request = near["request"]
        lines.append(
            f"  near: {request['method']} {request['path']} {request['status']}, "
            f"differs in {near['differs_in']}"
        )
    for one in answer.get("callbacks", ()):
        lines.append(f"  there is: {one['subject']} {one['event']} {one['state']} {one['reason']}".rstrip())
    return "\n".join(lines)
