"""The journal as an HTTP Archive (HAR 1.2), for browsers and other viewers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mockserver.control.call import Call, instant
from mockserver.core.journal import Exchange


def export_har(call: Call) -> dict[str, Any]:
    """Every exchange that is kept, oldest first; credentials are masked and long bodies cut."""
    creator = {"name": "mockserver", "version": call.server.version}
    entries = [_entry(exchange, call.base_url) for exchange in call.world.journal]
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(exchange: Exchange, base_url: str) -> dict[str, Any]:
    wait = round(1000 * exchange.seconds, 3)
    return {
        "startedDateTime": instant(exchange.at),
        "time": wait,
        "request": _request(exchange, base_url),
        "response": _answer(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": 0},
        "_operation": exchange.operation,
        "_fault": exchange.fault,
    }


def _request(exchange: Exchange, base_url: str) -> dict[str, Any]:
    host = exchange.headers.get("host")
    scheme = base_url.partition("://")[0]
    query = f"?{exchange.query}" if exchange.query else ""
    shown: dict[str, Any] = {
        "method": exchange.method,
        "url": (f"{scheme}://{host}" if host else base_url) + exchange.path + query,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in exchange.headers.items()],
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(exchange.query, keep_blank_values=True, errors="replace")
        ],
        "headersSize": -1,
        "bodySize": exchange.body_size,
    }
    if exchange.body:
        kind = exchange.headers.get("content-type", "application/octet-stream")
        shown["postData"] = {"mimeType": kind, "text": exchange.body.decode("utf-8", "replace")}
    return shown


def _answer(exchange: Exchange) -> dict[str, Any]:
    names = {name.lower(): value for name, value in exchange.answer_headers}
    return {
        "status": exchange.status,
        "statusText": _phrase(exchange.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in exchange.answer_headers],
        "content": {
            "size": exchange.answer_size,
            "mimeType": names.get("content-type", ""),
            "text": exchange.answer.decode("utf-8", "replace"),
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": exchange.answer_size,
    }


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # a cut connection, or a status that only a fault makes
        return ""
