"""A client for the control API out of the standard library: quick to import, one call a connection."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

import click

from mockserver.settings import variable

DEFAULT_SANDBOX = "default"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_MOST_KNOWN = 12
_PATIENCE = 60.0  # seconds


class Unreachable(Exception):
    """Nobody answers there, or what answers is no mockserver."""


def ask(
    url: str, method: str, path: str, body: Any = None, *, timeout: float = 10.0
) -> tuple[int, dict[str, Any]]:
    """One control call, `path` starting after `/_mock`. Status and JSON of the answer; Unreachable."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:  # an unclosed bracket, a port that is no number
        raise click.ClickException(f"{url!r} is not the address of a server: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.ClickException(
            f"{url!r} is not the address of a server; it looks like http://127.0.0.1:8080"
        )
    connection = _connection(parts.scheme, parts.hostname, port, timeout)
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if content is not None else {}
    token = variable("ADMIN_TOKEN")
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, f"{parts.path.rstrip('/')}/_mock{path}", content, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise Unreachable(f"no answer from {url}: {error or type(error).__name__}") from None
    except ValueError:
        raise Unreachable(f"what answers at {url} is not a mockserver") from None
    finally:
        connection.close()
    if not isinstance(answer, dict):
        raise Unreachable(f"what answers at {url} is not a mockserver")
    return response.status, answer


def control(
    url: str, sandbox: str, method: str, path: str, body: Any = None, *, accept: int = 0
) -> dict[str, Any]:
    """A call about one sandbox whose refusal ends the command with the server's own words.

    A status of 400 or more is a refusal, unless it is `accept`.
    """
    place = "" if sandbox == DEFAULT_SANDBOX else f"/sandboxes/{quote(sandbox, safe='')}"
    try:
        status, answer = ask(url, method, place + path, body, timeout=_PATIENCE)
    except Unreachable as error:
        raise click.ClickException(
            f"{error}; is the server running? Start it with `mockserver serve`"
        ) from None
    if status >= 400 and status != accept:
        raise click.ClickException(_refusal(status, answer))
    return answer


def _refusal(status: int, answer: dict[str, Any]) -> str:
    """What is wrong, each field that is, and what was meant or what there is."""
    text = str(answer.get("error", f"the server answered {status}"))
    if status == 401:
        return f"{text}: set MOCKSERVER_ADMIN_TOKEN to that of the server"
    fields = answer.get("fields") or {}
    if len(fields) > 1:
        text += "".join(f"\n  {name}: {reason}" for name, reason in fields.items())
    if "did_you_mean" in answer:
        return f"{text} (did you mean {answer['did_you_mean']}?)"
    if answer.get("known"):
        known = [str(one) for one in answer["known"]]
        more = ", ..." if len(known) > _MOST_KNOWN else ""
        return f"{text}; there are {', '.join(known[:_MOST_KNOWN])}{more}"
    return f"{text} ({answer['hint']})" if answer.get("hint") else text


def _connection(scheme: str, host: str, port: int | None, timeout: float) -> http.client.HTTPConnection:
    """A connection. On this machine any certificate will do; elsewhere one that this machine trusts.

    `SSL_CERT_FILE` can name the authority of a server that was started with --tls.
    """
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=timeout)
    import ssl

    context = ssl.create_default_context()
    if host in _LOCAL:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
