"""Every documented filter, sort key and include works, every other is refused: `queries.yaml` says which."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest

from tests.didww.account import Account, did_item
from tests.didww.contract import VERSIONS, assert_refused, known_in, read
from tests.didww.filtering import Row, declared, everything, filter_values, remember_groups
from tests.didww.forms import assert_document, members, shape_of

TYPES = [kind for kind in read("queries.yaml") if kind != "balance"]
EACH = [
    (kind, version) for version in VERSIONS for kind in TYPES if known_in(read("queries.yaml")[kind], version)
]


def every(part: str) -> list[Any]:
    return [
        pytest.param(kind, name, version, id=f"{kind}-{name}-{version}")
        for kind, version in EACH
        for name in declared(kind, part, version)
    ]


@pytest.fixture
def stocked(account: Account) -> Account:
    """An account with two reservations, DIDs of three groups in every state, and orders in every status."""
    one, other = account.group(5), account.group(5, skip=1)
    account.set_funds(10_000)
    account.order(did_item(one["skus"][0], qty=2), external_reference_id="crm-1")
    account.advance(seconds=30)
    account.order(did_item(other["skus"][-1], qty=1, billing_cycles_count=3), external_reference_id="crm-2")
    account.advance(seconds=30)
    waiting = next(row for row in account.groups if row["meta"]["needs_registration"] and row["skus"])
    account.order(did_item(waiting["skus"][0], qty=1))
    account.advance(seconds=30)
    (*_, terminated, described, _) = account.get("/dids").data
    for did, change in ((terminated, {"terminated": True}), (described, {"description": "front desk"})):
        body = {"data": {"type": "dids", "id": did["id"], "attributes": change}}
        assert account.patch(f"/dids/{did['id']}", body).status == 200
    states = [
        [row["attributes"][name] for name in ("blocked", "terminated", "awaiting_registration")]
        for row in account.get("/dids").data[-3:]
    ]
    assert states == [[True, True, False], [False, False, False], [True, False, True]]
    canceled = account.order(did_item(one["skus"][0], qty=1)).data
    assert account.delete(f"/orders/{canceled['id']}").status == 204
    account.advance(seconds=1)
    account.order(did_item(one["skus"][0], qty=1))
    account.reserve(account.available(one)[0], description="b")
    account.advance(seconds=1)
    account.reserve(account.available(other)[0], description="a")
    link_voice(account)
    order_exports(account)
    return account


def order_exports(account: Account) -> None:
    """Exports of both kinds, one done, one being worked on, one just ordered; two with a reference."""
    spans = {"from": "2026-02-01 00:00:00", "to": "2026-02-28 23:59:59"}
    for kind, reference in (("cdr_out", "b-2"), ("cdr_in", None), ("cdr_in", "a 1")):
        wanted = {"export_type": kind, "filters": spans, "external_reference_id": reference}
        answer = account.post("/exports", {"data": {"type": "exports", "attributes": wanted}})
        assert answer.status == 201, answer.raw
        account.advance(seconds=1)
    statuses = [row["attributes"]["status"] for row in account.get("/exports").data]
    assert statuses == ["completed", "completed", "processing"]
    data = {"type": "exports", "attributes": {"export_type": "cdr_in", "filters": spans}}
    assert account.post("/exports", {"data": data}).status == 201


def link_voice(account: Account) -> None:
    """Numbers that are routed and have channels, an outbound trunk with emergency numbers, a used up pool."""
    one, other, *_ = account.get("/dids?filter[country.id]=" + account.group(5)["country"]["id"]).data
    trunk, group = account.get("/voice_in_trunks").data[0], account.get("/voice_in_trunk_groups").data[0]
    standard, extended, _ = account.get("/capacity_pools").data
    caller = account.get("/voice_out_trunks").data[0]
    for record, name, linked in (
        (one, "voice_in_trunk", trunk),
        (one, "capacity_pool", standard),
        (other, "voice_in_trunk_group", group),
        (caller, "emergency_dids", [one]),
    ):
        rows = linked if isinstance(linked, list) else [linked]
        links = [{"type": row["type"], "id": row["id"]} for row in rows]
        linkage = {name: {"data": links if isinstance(linked, list) else links[0]}}
        data = {"type": record["type"], "id": record["id"], "relationships": linkage}
        answer = account.patch(f"/{record['type']}/{record['id']}", {"data": data})
        assert answer.status == 200, answer.raw
    least = {"total_channels_count": extended["attributes"]["assigned_channels_count"]}
    data = {"type": "capacity_pools", "id": extended["id"], "attributes": least}
    assert account.patch(f"/capacity_pools/{extended['id']}", {"data": data}).status == 200


# --- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name", "version"), every("filters"))
def test_filter_leaves_the_rows_that_match_and_no_other(
    kind: str, name: str, version: str, stocked: Account
) -> None:
    account = stocked.as_of(version)
    rows = everything(account, kind)
    assert rows
    if kind in ("dids", "available_dids"):
        remember_groups(account, kind, rows)
    size = "&page[size]=1000" if read("queries.yaml")[kind]["paginated"] else ""
    tried = filter_values(account, kind, name, rows)
    for value, rule in tried.items():
        answer = account.get(f"/{kind}?filter[{name}]={quoted(value)}{size}")
        assert answer.status == 200, (value, answer.raw)
        left = answer.data
        if kind == "available_dids":  # a capped sample: nothing in it may break the rule
            remember_groups(account, kind, left)
            assert all(rule(row) for row in left), value
            assert answer.body["meta"]["total_count"] >= len(left)
            assert bool(left) is any(map(rule, rows)) or left, value
        else:
            assert [row["id"] for row in left] == [row["id"] for row in rows if rule(row)], value


@pytest.mark.parametrize(("kind", "version"), EACH)
def test_several_filters_must_all_hold(kind: str, version: str, stocked: Account) -> None:
    account = stocked.as_of(version)
    (first, second, *_) = everything(account, kind)
    both = f"/{kind}?filter[id]={first['id']}"
    assert [row["id"] for row in account.get(both).data] == [first["id"]]
    plain = [name for name in declared(kind, "filters", version) if name in second["attributes"]]
    if not plain:
        return
    name = plain[0]
    odd = [row for row in everything(account, kind) if row["attributes"][name] != first["attributes"][name]]
    for other in odd[:1]:
        value = other["attributes"][name]
        text = str(value).lower() if isinstance(value, bool) else quoted(str(value or ""))
        assert account.get(f"{both}&filter[{name}]={text}").data == []


@pytest.mark.parametrize(("kind", "version"), EACH)
def test_filter_is_refused_when_it_is_not_documented(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    known = {*read("queries.yaml")[kind]["filters"]}
    later = {name for name in known if not known_in(read("queries.yaml")[kind]["filters"][name], version)}
    shape = shape_of(kind)
    assert shape is not None
    names = ["bogus", "Name", "created_at_gt", *members(shape["attributes"], version)]
    names += [*members(shape["relationships"], version), *(name for name in later if "." not in name)]
    for name in names:
        if name in known - later:
            continue
        answer = account.get(f"/{kind}?filter[{name}]=1")
        assert_refused(answer, "filter_not_allowed", name=name)


# --- sorting -------------------------------------------------------------------------------------


def collated(text: str) -> str:
    """As DIDWW sorts names: spaces, punctuation, accents and case do not count (recorded)."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isalnum()).casefold()


def sort_value(row: Row, name: str, included: dict[tuple[str, str], Row]) -> Any:
    relation, dot, field = name.partition(".")
    if dot:
        link = row["relationships"][relation]["data"]
        return collated(included[link["type"], link["id"]]["attributes"][field])
    attributes = row["attributes"]
    value = attributes[name] if name in attributes else attributes[{"expire_at": "expires_at"}[name]]
    if name == "amount":
        return Decimal(value)
    if name in ("number", "prefix", "reference", "status", "cli_format", "cli_prefix", "renew_date"):
        return value
    if name.endswith("_at"):
        return value
    if name in ("setup_price", "monthly_price", "metered_rate"):
        return Decimal(value)
    return collated(value) if isinstance(value, str) else value


@pytest.mark.parametrize(("kind", "name", "version"), every("sorts"))
def test_sort_orders_the_list_both_ways(kind: str, name: str, version: str, stocked: Account) -> None:
    account = stocked.as_of(version)
    size = "&page[size]=1000" if read("queries.yaml")[kind]["paginated"] else ""
    relation, dot, _ = name.partition(".")
    include = f"&include={relation}" if dot else ""
    narrow = ""
    if kind == "available_dids":
        narrow = f"&filter[did_group.id]={account.group(12)['id']}"
    seen = {}
    for sign in ("", "-"):
        answer = account.get(f"/{kind}?sort={sign}{name}{size}{include}{narrow}")
        assert answer.status == 200, answer.raw
        included = {(row["type"], row["id"]): row for row in answer.body.get("included", [])}
        values = [sort_value(row, name, included) for row in answer.data]
        filled = [value for value in values if value is not None]
        assert filled == sorted(filled, reverse=bool(sign)), f"{sign}{name}"
        edge = values[: len(values) - len(filled)], values[len(filled) :]
        assert any(all(value is None for value in side) for side in edge), (
            "records without a value lie together"
        )
        seen[sign] = [row["id"] for row in answer.data]
    if kind != "available_dids":
        assert sorted(seen[""]) == sorted(seen["-"])


@pytest.mark.parametrize(("kind", "version"), EACH)
def test_sort_is_refused_when_it_is_not_documented(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    shape = shape_of(kind)
    assert shape is not None
    names = ["bogus", "id", *members(shape["attributes"], version), *members(shape["relationships"], version)]
    for name in names:
        if name in declared(kind, "sorts", version):
            continue
        for sign in ("", "-"):
            answer = account.get(f"/{kind}?sort={sign}{name}")
            assert_refused(answer, "sort_not_allowed", name=name, type=kind)


@pytest.mark.parametrize("kind", ["countries", "regions", "cities", "did_group_types"])
def test_places_are_listed_by_name_when_nothing_is_asked(kind: str, account: Account) -> None:
    """Recorded."""
    names = [collated(row["attributes"]["name"]) for row in account.get(f"/{kind}").data]
    assert names == sorted(names)


def test_dids_and_orders_are_listed_oldest_first_when_nothing_is_asked(stocked: Account) -> None:
    """Recorded for DIDs."""
    for kind in ("dids", "orders"):
        created = [row["attributes"]["created_at"] for row in stocked.get(f"/{kind}").data]
        assert created == sorted(created)
        assert len(set(created)) > 1


# --- includes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name", "version"), every("includes"))
def test_include_brings_every_linked_record_once(
    kind: str, name: str, version: str, stocked: Account
) -> None:
    account = stocked.as_of(version)
    shape = shape_of(kind)
    assert shape is not None
    facts = members(shape["relationships"], version)[name]
    target = facts.get("one") or facts.get("many")
    was = shape["relationships"].get("address_requirement", {}).get("was")
    answer = account.get(f"/{kind}?include={name}")
    assert answer.status == 200, answer.raw
    assert_document(answer.body, version)
    for row in answer.data:
        for relation, found in row["relationships"].items():
            assert ("data" in found) is (relation == name)
    for row in answer.body.get("included", []):
        assert row["type"] == (target if name != was else "requirements")
    if kind != "available_dids" or name != "nanpa_prefix":  # a sample; few countries have them
        assert answer.body["included"], "the account shows none"
    one = answer.data[0]
    shown = account.get(f"/{kind}/{one['id']}?include={name}")
    assert_document(shown.body, version)
    assert shown.data == one


@pytest.mark.parametrize(("kind", "version"), EACH)
def test_nested_includes_are_served(kind: str, version: str, stocked: Account) -> None:
    account = stocked.as_of(version)
    for path in read("queries.yaml")[kind]["nested_includes_seen"]:
        answer = account.get(f"/{kind}?include={path}")
        assert answer.status == 200, (path, answer.raw)
        assert_document(answer.body, version)


@pytest.mark.parametrize(("kind", "version"), [*EACH, *(("balance", version) for version in VERSIONS)])
def test_include_is_refused_when_it_is_not_documented(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    wire = "balances" if kind == "balance" else kind
    shape = shape_of(wire)
    assert shape is not None
    later = [name for name in shape["relationships"] if name not in members(shape["relationships"], version)]
    for name in ["bogus", "id", "*", *members(shape["attributes"], version), *later]:
        answer = account.get(f"/{kind}?include={name}")
        assert_refused(answer, "include_not_allowed", name=name, type=wire)


# --- fields --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "version"), EACH)
def test_every_field_can_be_asked_for_alone(kind: str, version: str, stocked: Account) -> None:
    account = stocked.as_of(version)
    shape = shape_of(kind)
    assert shape is not None
    full = account.get(f"/{kind}?filter[id]={everything(account, kind)[0]['id']}").data[0]
    if not read("queries.yaml")[kind].get("shown", True):
        assert account.get(f"/{kind}?fields[{kind}]=").status == 400
        return
    for name in members(shape["attributes"], version):
        row = account.get(f"/{kind}/{full['id']}?fields[{kind}]={name}").data
        assert row["attributes"] == {name: full["attributes"][name]}
        assert "relationships" not in row
    for name in members(shape["relationships"], version):
        row = account.get(f"/{kind}/{full['id']}?fields[{kind}]={name}").data
        assert list(row["relationships"]) == [name]
        assert "attributes" not in row
    answer = account.get(f"/{kind}?fields[{kind}]=bogus")
    assert_refused(answer, "field_not_allowed", name="bogus", type=kind)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in TYPES if read("queries.yaml")[kind]["paginated"]])
def test_pages_cover_the_list_once_in_order(kind: str, stocked: Account) -> None:
    total = stocked.get(f"/{kind}?page[size]=1").body["meta"]["total_records"]
    size = max(1, total // 3)
    whole = [row["id"] for row in stocked.all(f"/{kind}?page[size]={min(1000, max(1, total))}")]
    assert len(whole) == len(set(whole)) == total
    assert [row["id"] for row in stocked.all(f"/{kind}?page[size]={size}")] == whole
    beyond = stocked.get(f"/{kind}?page[size]={size}&page[number]=99999")
    assert (beyond.status, beyond.data) == (200, [])


@pytest.mark.parametrize("kind", TYPES)
def test_default_page_has_the_documented_size(kind: str, account: Account) -> None:
    facts = read("queries.yaml")[kind]
    body = account.get(f"/{kind}").body
    if not facts["paginated"]:
        assert "links" not in body
        return
    size = facts["default_page_size"]
    assert len(body["data"]) == min(size, body["meta"]["total_records"])
    assert body["links"]["first"].endswith(f"?page%5Bnumber%5D=1&page%5Bsize%5D={size}")


def quoted(value: str) -> str:
    """A filter value as a query holds it."""
    from urllib.parse import quote

    return quote(value, safe=",")
