"""A server that differs from what is claimed is found out, whatever it is that differs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import pytest

from tests.support import Server
from tests.verify.serving import Change, Sent, new_server, serving, verify


def on(pattern: str, change: Callable[[Sent], Sent], method: str = "GET") -> Change:
    """A change of the answers to some requests."""

    def changed(sent_method: str, target: str, sent: Sent) -> Sent:
        fits = sent_method == method and re.search(pattern, target) is not None
        return change(sent) if fits else sent

    return changed


def status(code: int) -> Callable[[Sent], Sent]:
    return lambda sent: sent._replace(status=code)


def header(name: str, value: str | None) -> Callable[[Sent], Sent]:
    def change(sent: Sent) -> Sent:
        kept = {one: held for one, held in sent.headers.items() if one != name}
        return sent._replace(headers=kept if value is None else {**kept, name: value})

    return change


def body(change: Callable[[Any], Any]) -> Callable[[Sent], Sent]:
    """The JSON as `change` leaves it; it changes it in place, or gives another."""

    def changed(sent: Sent) -> Sent:
        content = orjson.loads(sent.body)
        other = change(content)
        told = orjson.dumps(content if other is None else other)
        return sent._replace(body=told, headers={**sent.headers, "content-length": str(len(told))})

    return changed


def text(old: bytes, new: bytes) -> Callable[[Sent], Sent]:
    def changed(sent: Sent) -> Sent:
        assert old in sent.body
        told = sent.body.replace(old, new)
        return sent._replace(body=told, headers={**sent.headers, "content-length": str(len(told))})

    return changed


def without(path: str) -> Callable[[Sent], Sent]:
    """The last member of a dotted path taken away."""

    def change(content: Any) -> None:
        *parents, last = path.split(".")
        for name in parents:
            content = content[int(name) if name.isdecimal() else name]
        del content[last]

    return body(change)


def backwards(name: str) -> Callable[[Sent], Sent]:
    return body(lambda content: content[name].reverse())


def last_first(path: str) -> Callable[[Sent], Sent]:
    """The members of an object in another order."""

    def change(content: Any) -> None:
        for name in path.split("."):
            content = content[int(name) if name.isdecimal() else name]
        first = next(iter(content))
        content[first] = content.pop(first)

    return body(change)


class Drift(NamedTuple):
    """What is changed, which probes are run, and what must be told: the probe, and part of a difference."""

    provider: str
    change: Change
    claim: str
    probe: str
    path: str
    found: str
    writes: bool = False


REFUSED_FILTER = r"/v3/countries\?filter\[nothing\]"
DRIFTS = {
    "status": Drift(
        "didww",
        on(REFUSED_FILTER, status(422)),
        "didww.2026-04-16.refusal.countries*",
        "didww.2026-04-16.refusal.countries.filter_not_allowed",
        "status",
        "422",
    ),
    "code": Drift(
        "didww",
        on(REFUSED_FILTER, text(b'"102"', b'"105"')),
        "didww.2026-04-16.refusal.countries*",
        "didww.2026-04-16.refusal.countries.filter_not_allowed",
        "errors.0.code",
        '"105"',
    ),
    "text": Drift(
        "didww",
        on(REFUSED_FILTER, text(b"is not allowed.", b"is unknown.")),
        "didww.2026-04-16.refusal.countries*",
        "didww.2026-04-16.refusal.countries.filter_not_allowed",
        "errors.0.detail",
        "is unknown.",
    ),
    "content type": Drift(
        "didww",
        on(r"/v3/countries$", header("content-type", "application/json")),
        "didww.countries.list",
        "didww.2026-04-16.countries.list",
        "header content-type",
        "application/json",
    ),
    "lost header": Drift(
        "didww",
        on(r"/v3/countries$", header("x-frame-options", None)),
        "didww.headers",
        "didww.headers",
        "header x-frame-options",
        "nothing",
    ),
    "etag": Drift(
        "didww",
        on(r"/v3/countries$", header("etag", 'W/"0"')),
        "didww.headers",
        "didww.headers",
        "header etag",
        'W/"0"',
    ),
    "further header": Drift(
        "didww",
        on(r"/v3/countries$", header("location", "/")),
        "didww.headers",
        "didww.headers",
        "header location",
        '"/"',
    ),
    "missing member": Drift(
        "didww",
        on(r"/v3/countries$", without("data.3.attributes.iso")),
        "didww.countries.list",
        "didww.2026-04-16.countries.list",
        "data.3.attributes.iso",
        "nothing",
    ),
    "further member": Drift(
        "didww",
        on(r"/v3/balance$", body(lambda one: one["data"]["attributes"].update(debt="0.0"))),
        "didww.balances.*",
        "didww.2026-04-16.balances.show",
        "data.attributes.debt",
        '"0.0"',
    ),
    "order of members": Drift(
        "didww",
        on(r"/v3/balance$", last_first("data.attributes")),
        "didww.balances.*",
        "didww.2026-04-16.balances.show",
        "data.attributes",
        "total_balance",
    ),
    "order of rows": Drift(
        "didww",
        on(r"/v3/countries\?sort=name$", backwards("data")),
        "didww.sort.*",
        "didww.countries.order",
        "data",
        "Zimbabwe",
    ),
    "order of amounts": Drift(
        "didww",
        on(r"/v3/orders\?sort=-amount$", backwards("data")),
        "didww.sort.orders.amount",
        "didww.2026-04-16.orders.sort.amount",
        "data",
        "[",
    ),
    "filter without effect": Drift(
        "didww",
        on(
            r"filter\[iso\]",
            body(lambda one: one["data"].append(one["data"][0] | {"attributes": {"iso": "X"}})),
        ),
        "didww.filter.countries.iso",
        "didww.2026-04-16.countries.filter.iso",
        "data.1.attributes.iso",
        '"X"',
    ),
    "filter that finds nothing": Drift(
        "didww",
        on(r"filter\[country.id\]", body(lambda one: one["data"].clear())),
        "didww.filter.regions.country.id",
        "didww.2026-04-16.regions.filter.country.id",
        "data",
        "0",
    ),
    "kind of value": Drift(
        "didww",
        on(r"/v3/did_groups$", text(b'"is_metered":false', b'"is_metered":"no"')),
        "didww.did_groups.list",
        "didww.2026-04-16.did_groups.list",
        "data.0.attributes.is_metered",
        '"no"',
    ),
    "meta": Drift(
        "didww",
        on(r"/v3/dids$", without("meta.total_records")),
        "didww.dids.list",
        "didww.2026-04-16.dids.list",
        "meta",
        "api_version",
    ),
    "links": Drift(
        "didww",
        on(r"page\[size\]=4$", text(b"page%5Bsize%5D=4", b"page[size]=4")),
        "didww.engine.page*",
        "",
        "its query",
        "page[size]=4",
    ),
    "included": Drift(
        "didww",
        on(r"/v3/regions\?include=country$", without("data.0.relationships.country.data")),
        "didww.include.regions.country",
        "didww.2026-04-16.regions.include.country",
        "data.0.relationships.country.data",
        "nothing",
    ),
    "status of an order": Drift(
        "didww",
        on(r"/v3/orders$", text(b'"pending"', b'"new"'), "POST"),
        "didww.orders.create",
        "didww.main_job",
        "data.attributes.status",
        '"new"',
        writes=True,
    ),
    "created status": Drift(
        "didww",
        on(r"/v3/voice_in_trunks$", status(200), "POST"),
        "didww.engine.create_*",
        "",
        "status",
        "200",
        writes=True,
    ),
    "idt code": Drift(
        "idt",
        on(r"/orders/000-000-0000", text(b'"code":1003', b'"code":1004')),
        "idt.refusal.get_order.*",
        "idt.refusal.get_order.order_unknown",
        "errors.0.code",
        "1004",
    ),
    "idt title": Drift(
        "idt",
        on(r"/nothing_of_this_name", text(b"Resource Not Found", b"Not Found")),
        "idt.error.1003",
        "idt.endpoint_unknown",
        "errors.0.title",
        '"Not Found"',
    ),
    "idt status": Drift(
        "idt",
        on(r"/nothing_of_this_name", status(400)),
        "idt.error.1003",
        "idt.endpoint_unknown",
        "status",
        "400",
    ),
    "idt order of rows": Drift(
        "idt", on(r"/orders$", backwards("orders")), "idt.get_orders", "idt.orders.order", "orders", "2020-"
    ),
    "idt missing member": Drift(
        "idt",
        on(r"/trunk_groups$", without("trunk_groups.0.pop")),
        "idt.get_trunk_groups",
        "idt.trunk_groups.order",
        "trunk_groups.0.pop",
        "nothing",
    ),
    "idt schema": Drift(
        "idt",
        on(r"/browse_numbers$", body(lambda one: {"numbers": "none"})),
        "idt.browse_*",
        "idt.read.browse_available_numbers",
        "",
        "none",
    ),
    "idt further member": Drift(
        "idt",
        on(r"/trunk_groups$", body(lambda one: one["trunk_groups"][0].update(colour="red"))),
        "idt.get_trunk_groups",
        "idt.trunk_groups.order",
        "trunk_groups.0.colour",
        "red",
    ),
    "idt kind of value": Drift(
        "idt",
        on(r"/orders$", body(lambda one: one["orders"][0]["ordered"].update(quantity="1"))),
        "idt.get_orders",
        "idt.orders.order",
        "orders.0.ordered.quantity",
        '"1"',
    ),
    "idt moved": Drift(
        "idt",
        on(
            r"/orders$",
            lambda sent: sent._replace(status=308, headers={**sent.headers, "location": "/v2/orders"}),
        ),
        "idt.get_orders",
        "idt.orders.order",
        "status",
        "308 to /v2/orders",
    ),
    "idt order at once": Drift(
        "idt",
        on(r"/orders$", text(b'"Created"', b'"Complete"'), "POST"),
        "idt.create_order",
        "idt.main_job",
        "order.status",
        '"Complete"',
        writes=True,
    ),
    "idt nothing removed": Drift(
        "idt",
        on(r"/numbers/\d+$", text(b'"removed"', b'"active"'), "DELETE"),
        "idt.delete_number",
        "idt.main_job",
        "status",
        '"active"',
        writes=True,
    ),
    "didlogic envelope": Drift(
        "didlogic",
        on(r"/v1/sms/0", body(lambda one: {"errors": ["Not found"]})),
        "didlogic.error.not_found",
        "didlogic.refusal.get_sms.not_found",
        "error",
        "nothing",
    ),
    "didlogic amount": Drift(
        "didlogic",
        on(r"/v1/balance$", body(lambda one: {"balance": "35.22"})),
        "didlogic.get_balance",
        "didlogic.balance.value",
        "balance",
        '"35.22"',
    ),
    "didlogic further member": Drift(
        "didlogic",
        on(r"/v1/sipaccounts$", body(lambda one: one["sipaccounts"][0].update(colour="red"))),
        "didlogic.list_sipaccounts",
        "didlogic.read.v1.list_sipaccounts",
        "sipaccounts.0.colour",
        "a further member",
    ),
    "didlogic lost member": Drift(
        "didlogic",
        on(r"/v1/sipaccounts$", without("sipaccounts.0.callerid")),
        "didlogic.list_sipaccounts",
        "didlogic.read.v1.list_sipaccounts",
        "sipaccounts.0",
        "callerid",
    ),
    "didlogic kind of value": Drift(
        "didlogic",
        on(r"/v2/numbers/countries$", body(lambda one: one["countries"][0].update(name=7))),
        "didlogic.*countries",
        "",
        "countries.0.name",
        "7",
    ),
    "didlogic csv": Drift(
        "didlogic",
        on(r"/v1/transactions$", header("content-type", "text/plain")),
        "didlogic.list_transactions",
        "didlogic.transactions.csv",
        "header content-type",
        "text/plain",
    ),
    "didlogic purchase": Drift(
        "didlogic",
        on(r"/v2/numbers/purchase$", without("purchase.errors"), "POST"),
        "didlogic.purchase_numbers",
        "didlogic.main_job",
        "purchase",
        "errors",
        writes=True,
    ),
}


@pytest.fixture(scope="module")
def server() -> Server:
    """For the runs that only read."""
    return new_server()


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS)
def test_planted_drift_is_found(drift: Drift, server: Server) -> None:
    writes = ["--allow-writes"] if drift.writes else []
    with serving(new_server() if drift.writes else server, drift.change) as address:
        result = verify(
            drift.provider,
            f"{address}/{drift.provider}",
            *("--claim", drift.claim, "--format", "json", *writes),
            code=2,
        )
    differing = {
        probe["id"]: probe["differences"]
        for probe in json.loads(result.stdout)["probes"]
        if probe["outcome"] == "differs"
    }
    if drift.probe:
        assert drift.probe in differing, differing
    told = differing[drift.probe] if drift.probe else [one for found in differing.values() for one in found]
    fitting = [one for one in told if drift.path in one["path"] and drift.found in one["found"] + one["path"]]
    assert fitting, told


def test_other_probes_hold_beside_a_drift(server: Server) -> None:
    """A difference is told of the one probe that is about it."""
    with serving(server, on(r"/orders/000-000-0000", status(400))) as address:
        result = verify("idt", f"{address}/idt", "--format", "json", code=2)
    differing = [one["id"] for one in json.loads(result.stdout)["probes"] if one["outcome"] == "differs"]
    assert differing == ["idt.refusal.get_order.order_unknown", "idt.refusal.get_order.order_unknown.shape"]


def test_a_difference_is_told_with_its_request(server: Server) -> None:
    with serving(server, on(r"/v1/balance$", body(lambda one: {"balance": None}))) as address:
        result = verify("didlogic", f"{address}/didlogic", "--claim", "didlogic.balance.value", code=2)
    assert (
        "differs  didlogic.balance.value  (documented, v1)\n"
        "    GET /v1/balance\n"
        "      balance: expected <number>, found null\n"
    ) in result.stdout


def test_what_may_have_been_made_is_named() -> None:
    """Whether a POST without an answer was carried out is not known."""

    def break_off(sent: Sent) -> Sent:
        return sent._replace(headers={**sent.headers, "content-length": str(len(sent.body) + 1)})

    with serving(new_server(), on(r"/trunk_groups$", break_off, "POST")) as address:
        result = verify(
            "idt",
            f"{address}/idt",
            *("--claim", "idt.trunk_group.life", "--allow-writes", "--timeout", "0.3", "--format", "json"),
            code=1,
        )
    report = json.loads(result.stdout)
    lost = "POST /v1/dids/trunk_groups may have been carried out: no answer within 0.3 seconds"
    assert report["left_behind"] == [lost, lost]  # the one that other probes need, and the probe's own
