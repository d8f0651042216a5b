"""Links lead where they say, at the address that the caller used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.didww.account import BASE, Account, did_item
from tests.didww.contract import VERSIONS, assert_refused
from tests.didww.forms import assert_document, assert_resource, members, shape_of
from tests.support import Server

KINDS = ("countries", "regions", "cities", "did_groups", "available_dids", "did_reservations", "dids")
KINDS += ("voice_in_trunks", "voice_in_trunk_groups", "voice_out_trunks")
KINDS += ("capacity_pools", "shared_capacity_groups", "nanpa_prefixes")
RELATED = [
    (kind, name, version)
    for version in VERSIONS
    for kind in KINDS
    for name in members(shape_of(kind)["relationships"], version)  # type: ignore[index]
]


@pytest.mark.parametrize(("kind", "name", "version"), RELATED)
def test_relationship_links_lead_to_what_include_shows(
    kind: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    if kind == "did_reservations":
        account.reserve(account.available(account.group())[0])
    if kind == "dids":
        account.buy()
    body = account.get(f"/{kind}?include={name}").body
    row = body["data"][-1]
    links = row["relationships"][name]["links"]
    linkage = row["relationships"][name]["data"]

    related = account.get(links["related"].removeprefix(BASE))
    assert related.status == 200
    if linkage is None:
        assert related.data is None
    else:
        assert_document(related.body, version)
        many = isinstance(linkage, list)
        included = {resource["id"]: resource for resource in body.get("included", [])}
        for found in related.data if many else [related.data]:
            assert found == included[found["id"]]
        wanted = {link["id"] for link in linkage} if many else {linkage["id"]}
        assert {found["id"] for found in (related.data if many else [related.data])} == wanted

    shown = account.get(links["self"].removeprefix(BASE))
    assert shown.status == 200
    assert list(shown.body) == ["data", "links", "meta"]
    assert shown.body["links"] == links
    if isinstance(linkage, list):
        assert sorted(shown.data, key=json.dumps) == sorted(linkage, key=json.dumps)
    else:
        assert shown.data == linkage


def test_relationships_of_an_unknown_record_are_not_found(account: Account) -> None:
    for path in ("/did_groups/nothing/country", "/did_groups/nothing/relationships/country"):
        assert_refused(account.get(path), "not_found", id="nothing")


def ask(server: Server, path: str, headers: dict[str, str]) -> Any:
    given = {"api-key": "demo-didww-key", **headers}
    answer = server.request("GET", path, headers=given)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


@pytest.mark.parametrize(
    ("path", "headers", "base"),
    [
        ("/didww/v3", {"host": "mock.test:9000"}, "http://mock.test:9000/didww/v3"),
        ("/v3", {"host": "api.didww.com"}, "http://api.didww.com/v3"),
        ("/v3", {"host": "sandbox-api.didww.com:8080"}, "http://sandbox-api.didww.com:8080/v3"),
        (
            "/didww/v3",
            {"host": "inner:1", "x-forwarded-host": "mock.test", "x-forwarded-proto": "https"},
            "https://mock.test/didww/v3",
        ),
        ("/didww/v3", {"host": "a b<script>"}, "http://127.0.0.1/didww/v3"),
    ],
)
def test_links_follow_the_caller(
    path: str, headers: dict[str, str], base: str, shared_server: Server
) -> None:
    groups = ask(shared_server, f"{path}/did_groups?page[size]=2&include=country", headers)
    for row in [*groups["data"], *groups["included"]]:
        assert_resource(row, base=base)
    for link in groups["links"].values():
        assert link.startswith(f"{base}/did_groups?")


def test_one_row_reads_right_for_two_callers_in_turn(shared_server: Server) -> None:
    """Encoded rows are kept; each caller still gets links of his own."""
    for _ in range(3):
        for host in ("one.test", "two.test"):
            body = ask(shared_server, "/didww/v3/did_groups?page[size]=1", {"host": host})
            assert_resource(body["data"][0], base=f"http://{host}/didww/v3")


def test_page_links_keep_the_query_in_alphabetical_order(account: Account) -> None:
    """Recorded."""
    account.order(did_item(account.group(9)["skus"][0], qty=9))
    query = "sort=-number&page[size]=2&include=order&page[number]=2&filter[blocked]=false&foo=bar"
    links = account.get(f"/dids?{query}").body["links"]
    assert list(links) == ["first", "prev", "next", "last"]
    start = f"{BASE}/dids?filter%5Bblocked%5D=false&include=order&"
    expected = f"{start}page%5Bnumber%5D=3&page%5Bsize%5D=2&sort=-number"
    assert links["next"] == expected
    assert links["first"] == links["prev"] == expected.replace("%5D=3", "%5D=1")
