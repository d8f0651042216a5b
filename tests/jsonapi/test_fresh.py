"""Encoded bytes are kept beside rows and worlds; no change may ever be hidden by that."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.providers.didww.rows import Did
from tests.support import Server, body_of

TYPE = "application/vnd.api+json"
DID = "/didww/v3/dids/9df99644-f1a5-4a3c-99a4-559d758eb96b"


def ask(server: Server, target: str, *, key: str = "demo-didww-key", **headers: str) -> Any:
    return body_of(server.request("GET", target, headers={"api-key": key, **headers}))


def describe(server: Server, text: str, *, key: str = "demo-didww-key") -> int:
    data = {"type": "dids", "id": DID.rpartition("/")[2], "attributes": {"description": text}}
    headers = {"api-key": key, "content-type": TYPE}
    return server.request("PATCH", DID, headers=headers, json={"data": data}).status


def descriptions(body: Any) -> list[str]:
    return [row["attributes"]["description"] for row in body["data"]]


def test_list_and_record_show_a_change_at_once(server: Server) -> None:
    before = ask(server, "/didww/v3/dids")
    assert ask(server, "/didww/v3/dids") == before
    assert ask(server, DID)["data"]["attributes"]["description"] == "something"
    assert describe(server, "front desk") == 200
    assert "front desk" in descriptions(ask(server, "/didww/v3/dids"))
    assert ask(server, DID)["data"]["attributes"]["description"] == "front desk"
    assert "front desk" in descriptions(ask(server, "/didww/v3/dids?sort=number"))


def test_refused_change_leaves_what_was_kept(server: Server) -> None:
    before = ask(server, "/didww/v3/dids")
    data = {"type": "dids", "id": DID.rpartition("/")[2], "attributes": {"description": "x", "bogus": 1}}
    headers = {"api-key": "demo-didww-key", "content-type": TYPE}
    assert server.request("PATCH", DID, headers=headers, json={"data": data}).status == 400
    assert ask(server, "/didww/v3/dids") == before


def test_sandboxes_do_not_see_each_others_changes(server: Server) -> None:
    assert ask(server, "/didww/v3/dids") == ask(server, "/didww/v3/dids", key="sandbox-a")
    assert describe(server, "mine", key="sandbox-a") == 200
    assert "mine" in descriptions(ask(server, "/didww/v3/dids", key="sandbox-a"))
    assert "mine" not in descriptions(ask(server, "/didww/v3/dids"))
    assert "mine" not in descriptions(ask(server, "/didww/v3/dids", key="sandbox-b"))
    assert ask(server, DID)["data"]["attributes"]["description"] == "something"


def test_reset_puts_back_what_is_listed(server: Server) -> None:
    before = ask(server, "/didww/v3/dids")
    describe(server, "gone soon")
    assert ask(server, "/didww/v3/dids") != before
    server.world().reset()
    assert ask(server, "/didww/v3/dids") == before


def test_links_follow_the_address_of_the_caller(server: Server) -> None:
    for target in ("/didww/v3/dids?page[size]=2", DID, "/didww/v3/countries"):
        for host in ("one.example", "two.example:81", "one.example"):
            text = orjson.dumps(ask(server, target, host=host)).decode()
            assert f"http://{host}/didww/v3/" in text
            assert text.count("http://") == text.count(f"http://{host}/didww/v3/")
    by_host = orjson.dumps(ask(server, "/v3/dids", host="api.didww.com")).decode()
    assert by_host.count("http://") == by_host.count("http://api.didww.com/v3/")


def test_versions_do_not_share_what_was_kept(server: Server) -> None:
    for _ in range(2):
        new = ask(server, DID, **{"x-didww-api-version": "2026-04-16"})
        old = ask(server, DID, **{"x-didww-api-version": "2022-05-10"})
        assert (new["meta"], old["meta"]) == ({"api_version": "2026-04-16"}, {"api_version": "2022-05-10"})
        assert "emergency_enabled" in new["data"]["attributes"]
        assert "emergency_enabled" not in old["data"]["attributes"]


def test_stock_in_the_meta_of_a_group_is_that_of_now(server: Server) -> None:
    groups = "/didww/v3/did_groups?filter[is_available]=true&include=stock_keeping_units&page[size]=5"
    found = ask(server, groups)
    group = next(row for row in found["data"] if row["meta"]["available_dids_enabled"])
    sku = group["relationships"]["stock_keeping_units"]["data"][0]["id"]
    items = [{"type": "did_order_items", "attributes": {"sku_id": sku, "qty": 1}}]
    body = {"data": {"type": "orders", "attributes": {"items": items}}}
    headers = {"api-key": "demo-didww-key", "content-type": TYPE}
    assert server.request("POST", "/didww/v3/orders", headers=headers, json=body).status == 201
    after = next(row for row in ask(server, groups)["data"] if row["id"] == group["id"])
    assert after["meta"]["total_count"] == group["meta"]["total_count"] - 1
    assert ask(server, f"/didww/v3/did_groups/{group['id']}")["data"]["meta"] == after["meta"]


def test_what_is_kept_is_bounded(server: Server) -> None:
    world = server.world()
    for size in range(1, 40):
        ask(server, f"/didww/v3/countries?foo={size}", host=f"h{size}.example")
    assert len(world.derived) <= 9
    row = world.table(Did)["9df99644-f1a5-4a3c-99a4-559d758eb96b"]
    for number in range(40):
        ask(server, DID, host=f"h{number}.example")
    assert len(row.wire) <= 8


def test_ignored_parameters_are_named(server: Server) -> None:
    for target, names in (
        ("/didww/v3/countries?foo=bar&limit=1&page[size]=2", "foo, limit, page"),
        ("/didww/v3/dids?page[offset]=3", "page[offset]"),
        (f"{DID}?sort=name&include=", "sort"),
    ):
        for _ in range(2):
            answer = server.request("GET", target, headers={"api-key": "demo-didww-key"})
            assert answer.status == 200
            assert dict(answer.headers)["X-Mock-Ignored"] == names
