"""Every switch of the account: what is served without it, and what with each other reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from mockserver.core.transitions import Policy
from mockserver.providers.idt.assumptions import OPTIONS
from mockserver.settings import BadSettings
from tests.control.caller import drive
from tests.idt.support import (
    ALL_LATER,
    DEAR,
    FEW_IN_USA,
    NONE_IN_USA,
    PLENTY,
    Idt,
    error,
    errors_of,
    example,
)
from tests.support import NOON, Server, body_of

JENNY, BOUSE, PARIS = "17078675309", "19288516549", "01133975182372"
DEFAULT_GROUP, OTHER_GROUP = 10897, 268476
TWO_WRONG = {"order_items": [{"did_group_id": "x", "quantity": 0}]}
ORDER = {"order_items": [{"did_group_id": PLENTY, "quantity": 1}]}
NO_GROUP = {"order_items": [{"did_group_id": 1, "quantity": 1}]}


def status(method: str, target: str, **request: Any) -> Callable[[Idt], Any]:
    """What one request is answered with: its status alone."""
    return lambda idt: idt.call(method, target, **request).status


def codes(method: str, target: str, **request: Any) -> Callable[[Idt], Any]:
    """The codes of a refusal, in their order."""
    return lambda idt: [entry["code"] for entry in errors_of(idt.call(method, target, **request))]


def created(idt: Idt) -> Any:
    return status("POST", "/orders", json=ORDER)(idt), status("POST", "/trunk_groups", json={"name": "x"})(
        idt
    )


def not_offered(idt: Idt) -> Any:
    places = ("PL&toll_free=true", "US&region_code=US-XX", "XX")
    return [
        *(idt.call("GET", f"/coverage/did_groups?country_iso={place}").status for place in places),
        idt.call("POST", "/orders", json=NO_GROUP).status,
    ]


def missing_in_path(idt: Idt) -> Any:
    calls = (
        ("DELETE", "/numbers/1"),
        ("POST", "/numbers/1/cnam"),
        ("DELETE", "/numbers/1/cnam"),
        ("GET", "/coverage/countries/XX/regions"),
        ("GET", "/trunk_groups/1"),
        ("PUT", "/trunk_groups/1"),
        ("DELETE", "/trunk_groups/1"),
    )
    answers = [idt.call(method, target).status for method, target in calls]
    # 404 with code 1003 is documented and no matter of taste.
    assert idt.call("GET", "/orders/x").status == idt.call("GET", "/nothing").status == 404
    return set(answers)


def missing_in_body(idt: Idt) -> Any:
    bodies = (
        {"trunk_group_id": 1, "numbers": [JENNY]},
        {"trunk_group_id": None, "numbers": ["1"]},
        {"trunk_group_id": 1, "numbers": ["1"]},
    )
    return {idt.call("PUT", "/set_trunk_group", json=body).status for body in bodies}


def cnam_refused(idt: Idt) -> Any:
    return (
        idt.call("POST", f"/numbers/{BOUSE}/cnam", json={"name": "x"}).status,
        idt.call("DELETE", f"/numbers/{PARIS}/cnam").status,
    )


def without_feature(idt: Idt) -> Any:
    idt.world.options["idt"]["dids_enabled"] = False
    return codes("POST", "/orders", body=b"x")(idt)


def cost_of_three(idt: Idt) -> Any:
    """Cost in the refusal, and what is charged, of three numbers at 3.00 a month on the tenth of 31 days."""
    idt.world.clock.set(now=NOON.replace(day=10))
    order_id = idt.order(PLENTY, 3)
    idt.pass_time(2)
    assert idt.item(order_id)["fulfilled"] == {"quantity": 3}
    charged = idt.world.ledger("idt").opening - idt.world.ledger("idt").balance
    idt.world.ledger("idt").set_balance(Decimal("0.31"))
    item = {"did_group_id": PLENTY, "quantity": 3}
    (refusal,) = errors_of(idt.call("POST", "/orders", json={"order_items": [item]}))
    return str(charged), refusal["detail"]


def preview(*fields: str) -> Callable[[Idt], Any]:
    def look(idt: Idt) -> Any:
        before = idt.state()
        order = idt.place({"did_group_id": PLENTY, "quantity": 1}, preview=True)
        assert idt.state() == before
        assert order["order_items"][0]["status"] == "Preview"
        return [order[field] for field in fields]

    return look


def preview_ids(idt: Idt) -> Any:
    order = idt.place({"did_group_id": PLENTY, "quantity": 1}, preview=True)
    ids = order["id"], order["order_items"][0]["id"]
    assert idt.call("GET", f"/orders/{ids[0]}").status == 404
    return [type(one).__name__ for one in ids]


def first_statuses(idt: Idt) -> Any:
    order = idt.place({"did_group_id": PLENTY, "quantity": 1})
    seen = [order["order_items"][0]["status"]]
    for _ in range(3):
        seen.append(idt.item(order["id"])["status"])
        idt.pass_time(1)
    return seen


def order_status(group_id: int) -> Callable[[Idt], Any]:
    def look(idt: Idt) -> Any:
        order_id = idt.order(group_id, 1)
        idt.pass_time(2)
        order = idt.get(f"/orders/{order_id}")["order"]
        listed = idt.get(f"/orders?filter_by_status={order['status'].lower()}")["orders"]
        assert order_id in [row["id"] for row in listed]
        return order["status"]

    return look


def canceled_statuses(idt: Idt) -> Any:
    """Of orders that ended without a number, and of one that got some."""
    waiting = idt.order(ALL_LATER, 1)
    idt.pass_time(2)
    idt.world.fire(f"idt.backorders/{waiting}", "canceled")
    dear = [idt.order(DEAR, 3) for _ in range(3)]
    few = idt.order(FEW_IN_USA, 5)
    idt.world.ledger("idt").set_balance(Decimal("740.00"))
    idt.pass_time(2)
    ids = [waiting, idt.order(NONE_IN_USA, 1), dear[2], few]
    idt.pass_time(2)
    return [idt.get(f"/orders/{order_id}")["order"]["status"] for order_id in ids]


def page_sizes(idt: Idt) -> Any:
    page = idt.get("/orders")["meta"]["page_size"]
    return (
        page,
        idt.call("GET", "/orders?page_size=51").status,
        idt.call("GET", "/numbers?page_size=50").status,
    )


def after_a_day(idt: Idt) -> Any:
    idt.call("DELETE", f"/numbers/{PARIS}")
    idt.world.advance(by=timedelta(days=1, seconds=1))
    return idt.get("/numbers")["meta"]["total"]


def cnam_without_funds(idt: Idt) -> Any:
    idt.world.ledger("idt").set_balance(Decimal("0.09"))
    return idt.call("POST", f"/numbers/{JENNY}/cnam", json={"name": "x"}).status


def cnam_fees(idt: Idt) -> Any:
    """Fees after a request, after it is through, and after another that is rejected."""

    def fees() -> int:
        lines = idt.world.ledger("idt").lines
        assert {(line.kind, line.amount, line.subject) for line in lines} <= {
            ("cnam", Decimal("-0.1"), f"idt.numbers/{JENNY}")
        }
        return len(lines)

    seen = []
    for outcome in ("", "rejected"):
        idt.world.policies.chosen["idt.cnam"] = Policy("after", timedelta(seconds=5), outcome)
        assert idt.call("POST", f"/numbers/{JENNY}/cnam", json={"name": "x"}).status == 204
        seen.append(fees())
        idt.pass_time(5)
        seen.append(fees())
    return seen


def updated(idt: Idt) -> Any:
    group = body_of(idt.call("PUT", f"/trunk_groups/{OTHER_GROUP}", json={"name": "Call center"}))
    default = body_of(idt.call("PUT", f"/trunk_groups/{DEFAULT_GROUP}", json={"name": "Head office"}))
    assert default["trunk_group"]["is_default"] is True
    shown = group["trunk_group"]
    return shown["ring_type"], shown["pop"], shown["is_default"], len(shown["switches"])


def sold_out(idt: Idt) -> Any:
    groups = idt.get("/coverage/did_groups?country_iso=US&region_code=US-WI")["did_groups"]
    return {group["id"]: group["quantity"] for group in groups}.get(NONE_IN_USA)


def browsed(idt: Idt) -> Any:
    groups = idt.get("/coverage/did_groups?country_iso=GB")["did_groups"]
    (london,) = (group for group in groups if group["name"] == "LONDON")
    assert london["quantity"] == 800
    return len(idt.get(f"/coverage/did_groups/{london['id']}/browse_numbers")["numbers"])


class Case(NamedTuple):
    look: Callable[[Idt], Any]
    default: Any
    others: dict[Any, Any]


COUNTRIES = ("GET", "/coverage/countries")
COST = "Insufficient Funds (cost: {}, account balance: 0.31)"
CASES: dict[str, Case] = {
    "dids_enabled": Case(status(*COUNTRIES), 200, {False: 403}),
    "access_withdrawn": Case(status(*COUNTRIES), 200, {True: 403}),
    "quota": Case(status(*COUNTRIES), 200, {0: 429, 1: 200}),
    "quota_used": Case(status(*COUNTRIES), 200, {5: 200}),  # says nothing without a quota
    "create_status": Case(created, (200, 200), {201: (201, 201)}),
    "status_1000": Case(status("POST", "/orders", body=b"x"), 422, {400: 400}),
    "status_3000": Case(
        lambda idt: (without_feature(idt), idt.call("POST", "/orders", json=ORDER).status)[1], 403, {422: 422}
    ),
    "status_not_offered": Case(not_offered, [422] * 4, {404: [404] * 4}),
    "missing_in_path": Case(missing_in_path, {404}, {422: {422}}),
    "missing_in_body": Case(missing_in_body, {422}, {404: {404}}),
    "status_4006": Case(status("DELETE", f"/trunk_groups/{DEFAULT_GROUP}"), 422, {403: 403, 409: 409}),
    "status_cnam": Case(cnam_refused, (422, 422), {403: (403, 403), 409: (409, 409)}),
    "several_errors": Case(codes("POST", "/orders", json=TWO_WRONG), [1002, 1002], {False: [1002]}),
    "feature_first": Case(without_feature, [1000], {True: [3000]}),
    "cnam_state_first": Case(codes("POST", f"/numbers/{PARIS}/cnam", json={}), [1001], {True: [4007]}),
    "list_sold_out": Case(sold_out, None, {True: 0}),
    "browse_rows": Case(browsed, 100, {1: 1, 1000: 800}),
    "proration": Case(cost_of_three, ("9.00", COST.format("9.00")), {"month": ("6.39", COST.format("6.39"))}),
    "preview_status": Case(preview("status"), ["Preview"], {"Created": ["Created"]}),
    "preview_ids": Case(preview_ids, ["NoneType", "NoneType"], {True: ["str", "int"]}),
    "show_received": Case(
        first_statuses,
        ["Processing", "Processing", "Processing", "Fulfilled – Complete"],
        {True: ["Received", "Received", "Processing", "Fulfilled – Complete"]},
    ),
    "backordered_status": Case(order_status(ALL_LATER), "Processing", {"Backordered": "Backordered"}),
    "canceled_status": Case(
        canceled_statuses, ["Complete"] * 4, {"Canceled": ["Canceled", "Canceled", "Canceled", "Complete"]}
    ),
    "page_size_limit": Case(page_sizes, (100, 200, 200), {50: (50, 422, 200)}),
    "numbers_total": Case(
        lambda idt: idt.get("/numbers?filter_by_country_name=peru")["meta"]["total"], 1, {"account": 7}
    ),
    "removed_days": Case(after_a_day, 7, {1: 6, 0: 6, 10**9: 7}),
    "cnam_checks_funds": Case(cnam_without_funds, 422, {False: 204}),
    "cnam_fee_at": Case(cnam_fees, [1, 1, 2, 2], {"completion": [0, 1, 1, 1]}),
    "trunk_group_update": Case(
        updated, ("sequential", "US", False, 2), {"reset": ("simultaneous", "US", False, 0)}
    ),
}
READINGS = [(name, value) for name, case in CASES.items() for value in (None, *case.others)]


def test_every_switch_has_a_case_and_every_choice_a_reading() -> None:
    assert list(CASES) == list(OPTIONS)
    for name, rule in OPTIONS.items():
        assert {*CASES[name].others} >= {*rule.choices} - {rule.default}


@pytest.mark.parametrize(("name", "value"), READINGS, ids=[f"{name}={value}" for name, value in READINGS])
def test_switch_is_honoured(idt: Idt, name: str, value: Any) -> None:
    case = CASES[name]
    if value is not None:
        rule = OPTIONS[name]
        idt.world.options["idt"][name] = rule.read(value)
    assert case.look(idt) == (case.default if value is None else case.others[value])


@pytest.mark.parametrize("name", OPTIONS)
def test_about_says_where_the_reference_leaves_it_open(name: str) -> None:
    about = OPTIONS[name].about
    assert about.endswith(".")
    assert "§" in about or "errors.yaml" in about


def test_switches_change_through_the_control_api_and_go_back_at_reset(idt: Idt) -> None:
    def put(content: bytes) -> int:
        headers = {"content-type": "application/json"}
        return drive(idt.server, "PUT", "/_mock/options", "", content, headers).status

    assert put(b'{"idt": {"create_status": 201, "proration": "month", "page_size_limit": 5}}') == 200
    assert idt.call("POST", "/orders", json=ORDER).status == 201
    assert idt.call("GET", "/orders?page_size=6").status == 422
    assert put(b'{"idt": {"create_status": 202}}') == 422
    assert put(b'{"idt": {"status_4006": 404}}') == 422
    drive(idt.server, "POST", "/_mock/reset", "", b"", {})
    assert idt.call("POST", "/orders", json=ORDER).status == 200


def test_switches_of_new_accounts_are_settings() -> None:
    idt = Idt(Server(options="idt.create_status=201, idt.quota=3, idt.proration=month, idt.show_received=on"))
    placed = idt.call("POST", "/orders", json=ORDER)
    assert (placed.status, body_of(placed)["order"]["order_items"][0]["status"]) == (201, "Received")
    assert [idt.call("GET", "/orders").status for _ in range(3)] == [200, 200, 429]
    other = {"x-api-key": "sandbox-a", "x-api-secret": "secret-a"}  # has its own allotment
    target = "/idt/v1/dids/coverage/countries"
    statuses = [idt.server.request("GET", target, headers=other).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    with pytest.raises(BadSettings, match=r"idt\.create_status=202 must be one of 200, 201"):
        Server(options="idt.create_status=202")


def test_prorated_cost_is_that_of_the_documented_example(idt: Idt) -> None:
    idt.world.options["idt"]["proration"] = "month"
    idt.world.clock.set(now=NOON.replace(day=10))
    idt.world.ledger("idt").set_balance(Decimal("0.31"))
    response = idt.call("POST", "/orders", json=example("create_order.request.by_quantity"))
    documented = example("error.422.insufficient_funds")
    assert (response.status, errors_of(response)) == (422, documented["errors"])


@pytest.mark.parametrize(("day", "balance"), [(1, "997.00"), (31, "999.90")])
def test_prorated_month_counts_today(idt: Idt, day: int, balance: str) -> None:
    idt.world.options["idt"]["proration"] = "month"
    idt.world.clock.set(now=NOON.replace(day=day))
    idt.order(PLENTY, 1)
    idt.pass_time(2)
    assert idt.world.ledger("idt").balance == Decimal(balance)


def test_page_size_over_the_limit_is_told_with_what_else_is_wrong(idt: Idt) -> None:
    idt.world.options["idt"]["page_size_limit"] = 10
    response = idt.call("GET", "/numbers?page=0&page_size=11&order_by_number=up")
    assert (response.status, errors_of(response)) == (
        422,
        [
            error(1002, "Order by number must be asc or desc", "order_by_number"),
            error(1002, "Page must be a positive integer", "page"),
            error(1002, "Page size must not be greater than 10", "page_size"),
        ],
    )


def test_withdrawn_access_is_refused_like_wrong_credentials_and_uses_no_quota(idt: Idt) -> None:
    idt.world.options["idt"].update(access_withdrawn=True, quota=5)
    for method, target in (("GET", "/orders"), ("POST", "/orders"), ("GET", "/nothing")):
        response = idt.call(method, target)
        assert (response.status, errors_of(response)) == (403, [error(2000, "Access denied")])
    assert idt.world.options["idt"]["quota_used"] == 0


def test_refusal_of_many_errors_stays_small(idt: Idt) -> None:
    body = {"trunk_group_id": 1, "numbers": ["x"] * 1000}
    problems = errors_of(idt.call("PUT", "/set_trunk_group", json=body))
    assert [problem["code"] for problem in problems] == [4005, *[4001] * 99]
    body = {"name": "x", "switches": [{"ip": "x", "port": 1}] * 1000}
    assert len(errors_of(idt.call("POST", "/trunk_groups", json=body))) == 100
