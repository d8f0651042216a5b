"""The OpenAPI document of our own control API, made from the table that the server routes by."""

from __future__ import annotations

from typing import Any

from mockserver.control.openapi import document
from mockserver.control.operations import OPERATIONS
from mockserver.version import VERSION

_ADDRESS = "http://127.0.0.1:8080"  # of a server that was started without any settings


def documents() -> dict[str, dict[str, Any]]:
    """One document. A server gives it with its own address: `GET /_mock/openapi.json`."""
    return {"control/openapi.json": document(OPERATIONS, VERSION, _ADDRESS)}
