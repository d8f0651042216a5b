"""A client for the control API out of the standard library: quick to import, one call a connection."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

import click

DEFAULT_SANDBOX = "default"


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
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, port, timeout=timeout)
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if content is not None else {}
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


def control(url: str, sandbox: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """A call about one sandbox whose refusal ends the command with the server's own words."""
    place = "" if sandbox == DEFAULT_SANDBOX else f"/sandboxes/{quote(sandbox, safe='')}"
    try:
        status, answer = ask(url, method, place + path, body)
    except Unreachable as error:
        raise click.ClickException(
            f"{error}; is the server running? Start it with `mockserver serve`"
        ) from None
    if status >= 400:
        hint = f" (did you mean {answer['did_you_mean']}?)" if "did_you_mean" in answer else ""
        raise click.ClickException(f"{answer.get('error', f'the server answered {status}')}{hint}")
    return answer
