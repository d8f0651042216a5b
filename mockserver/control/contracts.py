"""The OpenAPI documents of the providers and of this API, for code generators, validators and people."""

from __future__ import annotations

from typing import Any

from mockserver.conformance import documents
from mockserver.control.call import Call, unknown
from mockserver.http.gateway import CONTROL_PREFIX


def list_contracts(call: Call) -> dict[str, Any]:
    """Every document with its provider, or "control", and the version that it describes."""
    return {"contracts": [_listed(name) for name in documents.names()]}


def show_contract(call: Call) -> dict[str, Any]:
    """A document, the address that the caller reaches its provider at first among its servers."""
    name = "/".join(call.values[part] for part in ("provider", "version", "file") if part in call.values)
    document = documents.document(name)
    if document is None:
        raise unknown("contract", name, documents.names())
    provider = call.server.providers.get(name.partition("/")[0])
    prefix = "" if provider is None or _own_host(call.base_url, provider.hosts) else provider.prefix
    return documents.addressed(document.content, call.base_url + prefix)


def _listed(name: str) -> dict[str, str]:
    document = documents.document(name)
    assert document is not None
    info = document.content["info"]
    return {
        "provider": name.partition("/")[0],
        "version": info["version"],
        "path": f"{CONTROL_PREFIX}/contracts/{name}",
        "title": info["title"],
    }


def _own_host(base_url: str, hosts: frozenset[str]) -> bool:
    """Whether the caller came to the provider's own host, where its paths have no prefix."""
    return base_url.partition("://")[2].partition(":")[0].lower() in hosts
