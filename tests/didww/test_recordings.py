"""Every recorded exchange again, against this server: same status, names, order, kinds and links.

Ids, times and amounts are another account's. A recorded id is used where the seed has it, and then the facts
of the catalogue must agree too; else the first record of our own list takes its place.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.didww.account import BASE, MEDIA_TYPE, Account, Answer, did_item
from tests.didww.contract import ROOT, assert_refused, pairs, read, yaml
from tests.didww.forms import UUID, assert_document, members, shape_of

RECORDED_BASE = "https://sandbox-api.didww.com/v3"
# What is the same whenever a record is the same: facts of the world, of the catalogue, of an old order.
# Numbers are not: ours come from ranges that no person has.
FIXED = {
    "countries": {"name", "prefix", "iso"},
    "regions": {"name", "iso"},
    "cities": {"name"},
    "did_group_types": {"name"},
    "did_groups": {"prefix", "is_metered", "area_name", "allow_additional_channels"},
    "stock_keeping_units": {"setup_price", "monthly_price", "channels_included_count"},
    "orders": {"amount", "status", "created_at", "description", "reference", "items"},
    "dids": {"created_at", "channels_included_count", "dedicated_channels_count"},
    "pops": {"name"},
    "voice_in_trunks": {"priority", "weight", "cli_format", "cli_prefix"},
    "voice_in_trunk_groups": {"created_at"},
    "voice_out_trunks": {"created_at", "dst_prefixes", "default_dst_action", "on_cli_mismatch_action"},
    "capacity_pools": {"name", "assigned_channels_count", "setup_price", "monthly_price", "metered_rate"},
    "qty_based_pricings": {"qty", "setup_price", "monthly_price"},
    "shared_capacity_groups": {"created_at"},
}

Interaction = dict[str, Any]
FETCHING = {"accept": None, "content-type": None}  # as the client fetches files


@cache
def load(file: str) -> list[Interaction]:
    raw = (ROOT / "recordings" / file).read_bytes()
    loaded: dict[str, Any] = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded["interactions"]  # type: ignore[no-any-return]


def cases() -> list[Any]:
    found: list[Any] = []
    for entry in read("recordings/index.yaml")["recordings"]:
        for version in entry["versions"]:
            name = entry["file"].removesuffix(".yaml").partition("/")[2]
            found.append(pytest.param(entry, version, id=f"{name}-{version}"))
    return found


@pytest.mark.parametrize(("entry", "version"), cases())
def test_answer_has_the_recorded_form(entry: dict[str, Any], version: str, account: Account) -> None:
    replay = Replay(account.as_of(version), entry)
    for interaction in load(entry["file"]):
        ours = replay.send(interaction["request"])
        if "instead" in entry:
            assert_refused(ours, entry["instead"])
            continue
        compare(interaction["response"], ours, entry, version)


class Replay:
    """Sends recorded requests with ids of ours in place of those that this account does not have."""

    def __init__(self, account: Account, entry: dict[str, Any]) -> None:
        self.account = account
        self.entry = entry
        self.query = entry.get("query", "")
        self.ids: dict[str, str] = {}
        needs = entry.get("needs", "nothing")
        if isinstance(needs, dict):
            account.world.options["didww"].update(needs.get("options", {}))
            self.stand_in = {}
            if "clock" in needs:
                account.world.advance(to=datetime.fromisoformat(needs["clock"]))
            if "made" in needs:
                (interaction,) = load(needs["made"])
                request = interaction["request"]
                if "filters" in needs:
                    document = json.loads(request["body"])
                    document["data"]["attributes"]["filters"] = needs["filters"]
                    request = {**request, "body": json.dumps(document)}
                made = Replay(account, {}).send(request).data
                self.stand_in = {made["type"]: made["id"]}
            for kind, query in needs.get("found", {}).items():
                self.stand_in[kind] = account.get(f"/{kind}?{query}").data[0]["id"]
            account.advance(seconds=needs.get("seconds", 0))
        elif needs == "one reservation":
            group = account.group()
            self.sku = group["skus"][0]["id"]
            reserved = account.reserve(account.available(group)[0], description="DIDWW").data
            self.stand_in = {"did_reservations": reserved["id"]}
        elif needs == "one completed order":
            self.stand_in = {"orders": account.buy()["id"]}
        elif needs in ("one DID", "thirteen DIDs"):
            group = account.group(7)
            one = did_item(group["skus"][0], qty=1)
            if needs == "thirteen DIDs":
                more = 13 - len(account.get("/dids").data) - 2
                if more > 0:
                    assert account.order(did_item(group["skus"][0], qty=more)).status == 201
                assert account.order(one).status == 201
                account.advance(seconds=60)
            assert account.order(one).status == 201
            account.advance(seconds=60)
            self.stand_in = {"dids": account.get("/dids").data[0]["id"]}
        else:
            assert needs == "nothing"
            self.stand_in = {}

    def send(self, request: dict[str, Any]) -> Answer:
        path = request["uri"].removeprefix(RECORDED_BASE)
        _, kind, *rest = path.split("/")
        if path.endswith(".csv.gz"):
            url = self.account.get(f"/exports/{self.stand_in['exports']}").data["attributes"]["url"]
            return self.account.send("GET", url.removeprefix(BASE), headers=FETCHING)
        if rest and self.account.get(f"/{kind}/{rest[0]}").status == 404:
            path = path.replace(rest[0], self._stand_in(kind, rest[0]))
        target = path + (f"?{self.query}" if self.query else "")
        if request["body"] is None:
            return self.account.send(request["method"], target)
        document = json.loads(request["body"])
        document["data"] |= self.entry.get("adds", {})
        for name in self.entry.get("drops", []):
            del document["data"][name]
        self._translate(document["data"], path.rpartition("/")[2])
        return self.account.send(request["method"], target, json=document)

    def _stand_in(self, kind: str, recorded: str) -> str:
        if kind in self.stand_in:
            return self.stand_in[kind]
        if recorded not in self.ids:
            rows = self.account.get(f"/{kind}?page[size]=1").data
            self.ids[recorded] = rows[0]["id"] if rows else recorded
        return self.ids[recorded]

    def _translate(self, data: dict[str, Any], addressed: str) -> None:
        """Put ids of ours into a recorded body."""
        if "id" in data:
            data["id"] = addressed
        offered = {sku["id"]: group for group in self.account.groups for sku in group["skus"]}
        for number, item in enumerate(data.get("attributes", {}).get("items", [])):
            sent = item["attributes"]
            if "sku_id" not in sent:
                continue
            group = offered.get(sent["sku_id"])
            if group is None:
                group = self.account.group(2, skip=number)
                sent["sku_id"] = group["skus"][0]["id"]
            if "available_did_id" in sent and self._on_sale(sent["available_did_id"]) != group["id"]:
                sent["available_did_id"] = self.account.available(group)[0]["id"]
            if "did_reservation_id" in sent:
                sent["did_reservation_id"] = self.stand_in["did_reservations"]
                sent["sku_id"] = self.sku
        for name, linkage in data.get("relationships", {}).items():
            named = linkage["data"] if isinstance(linkage["data"], list) else [linkage["data"]]
            for place, link in enumerate(filter(None, named)):
                if name != "available_did":
                    self._relink(link, place)
                elif self._on_sale(link["id"]) is None:
                    link["id"] = self.account.available(self.account.group())[0]["id"]

    def _relink(self, link: dict[str, str], place: int) -> None:
        """An id of ours in place of one that this account does not have; the next for the next place."""
        kind, recorded = link["type"], link["id"]
        if recorded in self.entry.get("keeps", []) or self.account.get(f"/{kind}/{recorded}").status == 200:
            return
        link["id"] = self.stand_in.get(kind) or self.account.get(f"/{kind}").data[place]["id"]

    def _on_sale(self, number_id: str) -> str | None:
        """The group of a number on sale, None when there is no such number."""
        answer = self.account.get(f"/available_dids/{number_id}/did_group")
        return answer.data["id"] if answer.status == 200 else None


# --- comparing -----------------------------------------------------------------------------------


def compare(recorded: dict[str, Any], ours: Answer, entry: dict[str, Any], version: str) -> None:
    assert ours.status == recorded["status"]["code"], ours.raw.decode()
    text = recorded["body"]["string"]
    if isinstance(text, bytes):
        compare_file(recorded, ours)
        return
    if not text:
        assert (
            ours.raw == b""
        )  # genuine answers of this kind carry no content type, the trimmed recordings do
        return
    assert ours.headers["content-type"] == MEDIA_TYPE
    then = json.loads(text)
    if "errors" in then:
        placeholder = "<id>"
        assert pairs(re.sub(UUID, placeholder, ours.raw.decode()).encode()) == pairs(
            re.sub(UUID, placeholder, text).encode()
        )
        return
    now = ours.body
    assert_document(now, version)
    compare_top(then, now, entry)
    first_then, first_now = _first(then), _first(now)
    if first_then is not None and first_now is not None:
        compare_resource(first_then, first_now, entry, version, primary=True)
    if isinstance(then["data"], list):
        ours_by_id = {row["id"]: row for row in now["data"]}
        for row in then["data"]:
            if row["id"] in ours_by_id:
                compare_resource(row, ours_by_id[row["id"]], entry, version, primary=True)
    compare_included(then.get("included", []), now, entry, version)


def compare_file(recorded: dict[str, Any], ours: Answer) -> None:
    """A file of calls: how it is sent and packed, its header line, the form of its values."""
    for name, (value,) in recorded["headers"].items():
        assert re.sub(UUID, "<id>", ours.headers[name.lower()]) == re.sub(UUID, "<id>", value)
    then, now = (gzip.decompress(raw).decode().split("\n") for raw in (recorded["body"]["string"], ours.raw))
    assert now[0] == then[0]
    assert now[-1] == then[-1] == "", "every line is ended by a line feed"
    assert len(now) > 2
    row_then, row_now = next(csv.reader(then[1:])), next(csv.reader(now[1:]))
    for header, value_then, value_now in zip(next(csv.reader(now)), row_then, row_now, strict=True):
        if value_then and value_now and header not in ("Source", "Destination", "Response"):
            assert re.sub(r"[0-9]+", "0", value_now) == re.sub(r"[0-9]+", "0", value_then) or (
                header == "Disconnect Initiator"
            )


def compare_top(then: dict[str, Any], now: dict[str, Any], entry: dict[str, Any]) -> None:
    """Members of the document, of its meta (the version was added to all versions later) and of its links."""
    was = entry.get("was", {})
    if "links" in entry.get("trimmed", []):
        now = {name: value for name, value in now.items() if name != "links"}
    meta_then = [name for name in then.get("meta", {}) if name != "api_version"]
    assert [name for name in now["meta"] if name != "api_version"] == meta_then
    assert ("links" in now) is ("links" in then)
    assert isinstance(now["data"], list) is isinstance(then["data"], list)
    if "links" not in then:
        return
    if now["data"] and not entry.get("longer"):
        assert list(now["links"]) == list(then["links"])
    for name, link in then["links"].items():
        if name in now["links"]:
            assert link_form(now["links"][name], name, {}) == link_form(link, name, was)


def link_form(link: str, name: str, was: dict[str, str]) -> list[Any]:
    """A page link with what depends on the account taken out: the host, and the number of the last page."""
    parts = urlsplit(link)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for old, new in was.items():
        query = [(key, re.sub(rf"\b{old}\b", new, value)) for key, value in query]
    if name == "last":
        query = [(key, "<last>" if key == "page[number]" else value) for key, value in query]
    assert link.partition("?")[2] == parts.query
    assert "[" not in parts.query, "brackets are percent-encoded"
    return [parts.path.partition("/v3")[2], *query]


def compare_resource(
    then: dict[str, Any], now: dict[str, Any], entry: dict[str, Any], version: str, *, primary: bool
) -> None:
    """Names, order and kinds of one resource object; values too where it is the same fixed record."""
    kind = then["type"]
    assert now["type"] == kind
    shape = shape_of(kind)
    if shape is None:
        return
    gone = shape.get("gone", [])
    for part in ("attributes", "relationships", "meta"):
        table = members(shape.get(part, {}), version)
        # Some hand-edited recordings kept a name that the version has changed.
        former = {facts["was"]: name for name, facts in shape.get(part, {}).items() if "was" in facts}
        recorded = {
            name if name in table else former.get(name, name): value
            for name, value in then.get(part, {}).items()
            if f"{part}.{name}" not in gone
        }
        names = list(recorded)
        assert set(names) <= set(now.get(part, {})), f"{kind}.{part}: recorded, but not answered"
        if f"{kind}.{part}" not in entry.get("older", []):
            ordered = [name for name in now.get(part, {}) if name in names]
            assert ordered == names, f"{kind}.{part}"
        for name in names:
            if part == "relationships":
                if primary:
                    compare_linkage(recorded[name], now[part][name], f"{kind}.{name}")
            else:
                compare_value(recorded[name], now[part][name], table[name], f"{kind}.{name}")
    if then["id"] == now["id"]:
        for name in FIXED.get(kind, set()) & then.get("attributes", {}).keys():
            assert now["attributes"][name] == then["attributes"][name], f"{kind}.{name}"


def compare_value(then: Any, now: Any, facts: dict[str, Any], where: str) -> None:
    """Same type of JSON value; null only where the shape allows it."""
    if then is None or now is None:
        assert facts["kind"].endswith("?") or (then is None and now is None), where
        return
    assert type(then) is type(now), where
    if facts["kind"] == "object" and then["type"] == now["type"]:
        # Recordings before 2021-12-15 lack what came later.
        names = [name for name in now["attributes"] if name in then["attributes"]]
        assert names == list(then["attributes"]), where
        for name in names:
            about = read("shapes.yaml")["objects"][then["type"]][name]
            compare_value(then["attributes"][name], now["attributes"][name], about, f"{where}.{name}")
    if facts["kind"] == "items":
        for item_then, item_now in zip(then, now, strict=False):
            if item_then["type"] == item_now["type"]:
                assert list(item_then["attributes"]) == list(item_now["attributes"]), where


def compare_linkage(then: dict[str, Any], now: dict[str, Any], where: str) -> None:
    assert ("data" in now) is ("data" in then), where
    if "data" in then:
        linkage_then, linkage_now = then["data"], now["data"]
        assert isinstance(linkage_then, list) is isinstance(linkage_now, list), where
        if linkage_then and linkage_now:
            one_then = linkage_then[0] if isinstance(linkage_then, list) else linkage_then
            one_now = linkage_now[0] if isinstance(linkage_now, list) else linkage_now
            assert list(one_then) == list(one_now)
            assert one_then["type"] == one_now["type"]


def compare_included(
    then: list[dict[str, Any]], now: dict[str, Any], entry: dict[str, Any], version: str
) -> None:
    """Types in the order of the recording. A type may be missing where our record has no such relation."""
    ours = now.get("included", [])
    order_then = list(dict.fromkeys(row["type"] for row in then))
    order_now = list(dict.fromkeys(row["type"] for row in ours))
    assert set(order_now) <= set(order_then) | unseen_types(now, order_then), order_now
    common_now = [kind for kind in order_now if kind in order_then]
    assert common_now == [kind for kind in order_then if kind in order_now]
    for kind in common_now:
        row_then = next(row for row in then if row["type"] == kind)
        same = [row for row in ours if row["type"] == kind and row["id"] == row_then["id"]]
        row_now = same[0] if same else next(row for row in ours if row["type"] == kind)
        compare_resource(row_then, row_now, entry, version, primary=False)


def unseen_types(now: dict[str, Any], seen: list[str]) -> set[str]:
    """Types that the recording asked for and found null, while our record has them."""
    first = _first(now) or {}
    linked: set[str] = set()
    for relation in first.get("relationships", {}).values():
        if isinstance(relation.get("data"), dict):
            linked.add(relation["data"]["type"])
        elif relation.get("data"):
            linked.add(relation["data"][0]["type"])
    return linked - set(seen)


def _first(body: dict[str, Any]) -> dict[str, Any] | None:
    if isinstance(body["data"], list):
        return body["data"][0] if body["data"] else None
    return body["data"]  # type: ignore[no-any-return]


# --- what the recordings say beyond their form ---------------------------------------------------


def test_did_group_types_are_the_six_recorded_ones(account: Account) -> None:
    """All six, with DIDWW's own ids, by name."""
    text = load("v3.0.0/did_group_types/list.yaml")[0]["response"]["body"]["string"]
    assert account.get("/did_group_types").data == json.loads(text)["data"]


def test_countries_have_their_recorded_ids_and_attributes(account: Account) -> None:
    """A country that both have is the same record."""
    text = load("v3.0.0/countries/list.yaml")[0]["response"]["body"]["string"]
    recorded = {row["attributes"]["iso"]: row for row in json.loads(text)["data"]}
    ours = {row["attributes"]["iso"]: row for row in account.get("/countries").data}
    common = sorted(recorded.keys() & ours.keys())
    assert len(common) >= 40
    assert [(ours[iso]["id"], ours[iso]["attributes"]) for iso in common] == [
        (recorded[iso]["id"], recorded[iso]["attributes"]) for iso in common
    ]


def test_amount_is_the_sum_of_quantity_times_setup_and_month_when_recorded() -> None:
    """The rule that the purchases of test_buying rest on, proven on DIDWW's own figures."""
    text = load("v3.0.0/orders/create.yaml")[0]["response"]["body"]["string"]
    attributes = json.loads(text)["data"]["attributes"]
    total = sum(
        item["attributes"]["qty"] * (Decimal(item["attributes"]["nrc"]) + Decimal(item["attributes"]["mrc"]))
        for item in attributes["items"]
    )
    assert Decimal(attributes["amount"]) == total == Decimal("5.98")


@pytest.mark.parametrize("name", ["create", "create_available_did", "create_reservation"])
def test_recorded_order_costs_what_it_cost_then(name: str, account: Account) -> None:
    """The recorded SKUs are in the seed at their recorded prices."""
    (interaction,) = load(f"v3.0.0/orders/{name}.yaml")
    items = json.loads(interaction["request"]["body"])["data"]["attributes"]["items"]
    recorded = json.loads(interaction["response"]["body"]["string"])["data"]["attributes"]
    known = {sku["id"] for group in account.groups for sku in group["skus"]}
    assert {item["attributes"]["sku_id"] for item in items} <= known
    plain = [did_item(item["attributes"]["sku_id"], qty=item["attributes"].get("qty", 1)) for item in items]
    ours = account.order(*plain).data["attributes"]
    assert ours["amount"] == recorded["amount"]
    for item_then, item_now in zip(recorded["items"], ours["items"], strict=True):
        assert item_now == item_then


def test_items_come_back_in_reverse_when_an_order_has_two(account: Account) -> None:
    """Recorded: sent quantities 2 and 1, returned 1 and 2."""
    one, other = account.group(2), account.group(2, skip=1)
    placed = account.order(did_item(one["skus"][0], qty=2), did_item(other["skus"][0], qty=1)).data
    items = placed["attributes"]["items"]
    assert [item["attributes"]["qty"] for item in items] == [1, 2]
    assert [item["attributes"]["did_group_id"] for item in items] == [other["id"], one["id"]]


def test_available_dids_are_ten_of_many_when_nothing_narrows_them(account: Account) -> None:
    """Recorded: ten rows of 260747."""
    body = account.get("/available_dids").body
    assert len(body["data"]) == 10
    assert body["meta"]["total_count"] >= 1000


def test_every_shape_follows_the_recording_that_it_names() -> None:
    """The contract against itself: shapes.yaml has the order of the recordings."""
    for kind, shape in read("shapes.yaml")["types"].items():
        for interaction in load(shape["order"] + ".yaml"):
            version = "2022-05-10" if shape["order"].startswith("v2") else "2026-04-16"
            body = json.loads(interaction["response"]["body"]["string"])
            rows = body["data"] if isinstance(body["data"], list) else [body["data"]]
            row = next(row for row in [*rows, *body.get("included", [])] if row["type"] == kind)
            for part in ("attributes", "relationships", "meta"):
                gone = shape.get("gone", [])
                recorded = [name for name in row.get(part, {}) if f"{part}.{name}" not in gone]
                ours = [name for name in members(shape.get(part, {}), version) if name in recorded]
                assert ours == recorded, (kind, part)


def test_every_recording_has_its_place_in_the_index() -> None:
    indexes = ("recordings/index.yaml", "recordings/regulation.yaml")
    listed = {entry["file"] for index in indexes for entry in read(index)["recordings"]}
    folder = ROOT / "recordings"
    assert listed == {path.relative_to(folder).as_posix() for path in folder.rglob("*/*.yaml")}
