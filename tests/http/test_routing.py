"""Routing: a tree of segments."""

from __future__ import annotations

import pytest

from mockserver.http.routing import Router


def make() -> Router[str]:
    router: Router[str] = Router()
    router.add("GET", "/v1/orders", "list")
    router.add("POST", "/v1/orders", "create")
    router.add("GET", "/v1/orders/{id}", "show")
    router.add("GET", "/v1/orders/latest", "latest")
    router.add("GET", "/v1/{kind}/{id}/items", "items")
    return router


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "v1/orders", ("list", (), {"GET", "POST"})),
        ("POST", "v1/orders", ("create", (), {"GET", "POST"})),
        ("DELETE", "v1/orders", (None, (), {"GET", "POST"})),
        ("GET", "v1/orders/7", ("show", ("7",), {"GET"})),
        ("GET", "v1/orders/latest", ("latest", (), {"GET"})),
        ("GET", "v1/orders/7/items", ("items", ("orders", "7"), {"GET"})),
        ("GET", "v1", (None, (), set())),
        ("GET", "v1/orders/7/items/8", (None, (), set())),
        ("GET", "", (None, (), set())),
    ],
)
def test_find(method: str, path: str, expected: tuple[str | None, tuple[str, ...], set[str]]) -> None:
    segments = tuple(part for part in path.split("/") if part)
    handler, values, methods = make().find(method, segments)
    assert (handler, values, set(methods)) == expected


def test_two_handlers_for_one_route_are_a_mistake() -> None:
    router = make()
    with pytest.raises(ValueError, match="two handlers"):
        router.add("GET", "/v1/orders/{other}", "again")
