"""Exports of calls: ordered, worked on, fetched, gone; what the file says."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from typing import Any

import pytest

from tests.didww.account import BASE, Account, Answer
from tests.didww.contract import NEW, OLD, assert_refused, read
from tests.support import Server

FEBRUARY = {"from": "2026-02-01 00:00:00", "to": "2026-03-01 00:00:00"}
FETCHING: dict[str, str | None] = {"accept": None}
CSV = read("exports.yaml")


def order(account: Account, kind: str = "cdr_in", filters: Any = None, **more: Any) -> dict[str, Any]:
    """An export that was accepted."""
    version = account.version or NEW
    attributes = {"filters": filters or (FEBRUARY if version >= NEW else {"year": "2026", "month": "02"})}
    path = "exports"
    if version < "2021-12-15":
        path = "cdr_exports"
    else:
        attributes["export_type"] = kind
    body = {"data": {"type": path, "attributes": {**attributes, **more}}}
    answer = account.post(f"/{path}", body)
    assert answer.status == 201, answer.raw
    return answer.data  # type: ignore[no-any-return]


def fetch(account: Account, export: dict[str, Any], **headers: str | None) -> Answer:
    """The file of an export that is completed."""
    url = account.get(f"/{export['type']}/{export['id']}").data["attributes"]["url"]
    return account.send("GET", url.removeprefix(BASE), headers={**FETCHING, **headers})


def rows_of(answer: Answer, *, packed: bool = True) -> list[dict[str, str]]:
    assert answer.status == 200, answer.raw
    text = (gzip.decompress(answer.raw) if packed else answer.raw).decode()
    assert "\r" not in text
    assert text.endswith("\n")
    return list(csv.DictReader(text.splitlines()))


def calls(account: Account, kind: str = "cdr_in", filters: Any = None) -> list[dict[str, str]]:
    export = order(account, kind, filters)
    account.advance(seconds=10)
    return rows_of(fetch(account, export))


def happen(account: Account, name: str, /, **fields: Any) -> dict[str, Any]:
    """Something happens to the account, as the control API brings it about."""
    happenings = account.server.gateway.providers["didww"].happenings()
    (happening,) = (one for one in happenings if one.name == name)
    given = {
        field: rule.read(fields[field]) if field in fields else rule.default
        for field, rule in happening.fields.items()
    }
    told = happening.happen(account.world, given)
    account.world.commit()
    return told


# --- life ------------------------------------------------------------------------------------------------


def test_export_is_pending_then_processed_then_completed(account: Account) -> None:
    export = order(account)
    assert export["attributes"] == {
        "status": "pending",
        "created_at": "2026-03-01T12:00:00.000Z",
        "url": None,
        "callback_url": None,
        "callback_method": None,
        "export_type": "cdr_in",
        "filters": FEBRUARY,
        "external_reference_id": None,
    }
    seen = []
    for _ in range(3):
        shown = account.get(f"/exports/{export['id']}").data["attributes"]
        seen.append((shown["status"], shown["url"] is None))
        account.advance(seconds=1)
    assert seen == [("pending", True), ("processing", True), ("completed", False)]


@pytest.mark.parametrize("version", ["2021-04-19", "2021-12-15", OLD])
def test_words_of_its_progress_have_a_capital_before_2026(version: str, account: Account) -> None:
    account = account.as_of(version)
    export = order(account)
    seen = []
    for _ in range(3):
        seen.append(account.get(f"/{export['type']}/{export['id']}").data["attributes"]["status"])
        account.advance(seconds=1)
    assert seen == ["Pending", "Processing", "Completed"]


def test_export_is_completed_at_once_when_the_policy_says_so(account: Account) -> None:
    from mockserver.core.transitions import Policy

    account.world.policies.chosen["didww.exports"] = Policy("immediate")
    export = order(account)
    account.get("/exports")
    assert account.get(f"/exports/{export['id']}").data["attributes"]["status"] == "completed"


def test_export_is_gone_a_month_after_it_was_completed(account: Account) -> None:
    """Documented."""
    export = order(account)
    account.advance(seconds=10)
    assert fetch(account, export).status == 200
    url = account.get(f"/exports/{export['id']}").data["attributes"]["url"].removeprefix(BASE)
    account.advance(days=31)
    assert_refused(account.get(f"/exports/{export['id']}"), "not_found", id=export["id"])
    assert account.get("/exports").data == []
    assert account.send("GET", url, headers=FETCHING).status == 404


def test_reference_can_be_changed_and_nothing_else_changes(account: Account) -> None:
    export = order(account, external_reference_id="monthly-cdr")
    body = {"type": "exports", "id": export["id"], "attributes": {"external_reference_id": "renamed"}}
    changed = account.patch(f"/exports/{export['id']}", {"data": body}).data
    assert changed["attributes"] == {**export["attributes"], "external_reference_id": "renamed"}


# --- the file --------------------------------------------------------------------------------------------


def test_file_is_sent_as_recorded(account: Account) -> None:
    export = order(account)
    account.advance(seconds=10)
    shown = account.get(f"/exports/{export['id']}").data["attributes"]["url"]
    name = shown.rpartition("/")[2]
    assert shown == f"{BASE}/exports/{name}"
    assert name.endswith(".csv.gz")
    assert export["id"] not in name, "the file has an id of its own (recorded)"
    answer = fetch(account, export)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.raw[:2] == b"\x1f\x8b"
    assert fetch(account, export).raw == answer.raw


def test_file_needs_a_key_and_the_right_one(account: Account) -> None:
    export = order(account)
    account.advance(seconds=10)
    for key in (None, "wrong", "sandbox-" + "x" * 80):
        assert_refused(fetch(account, export, **{"api-key": key}), "unauthorized")
    other = fetch(account, export, **{"api-key": "sandbox-somebody-else"})
    assert other.status == 404


@pytest.mark.parametrize(
    "name",
    ["00000000-0000-4000-8000-000000000000.csv.gz", "x.csv.gz", ".csv.gz", "x.csv", "x.csv.gz.gz"],
)
def test_file_that_is_not_there_is_not_found(name: str, account: Account) -> None:
    order(account)
    account.advance(seconds=10)  # the file of this one is there, under another name
    answer = account.send("GET", f"/exports/{name}", headers=FETCHING)
    assert answer.status == 404
    assert answer.body["errors"][0]["code"] == "404"


def test_file_of_an_export_that_is_pending_has_no_address(account: Account) -> None:
    export = order(account)
    assert account.send("GET", f"/exports/{export['id']}.csv.gz", headers=FETCHING).status == 404


def test_address_follows_the_caller(account: Account) -> None:
    export = order(account)
    account.advance(seconds=10)
    shown = account.send("GET", f"/exports/{export['id']}", headers={"host": "mock.example:1234"}).data
    assert shown["attributes"]["url"].startswith("http://mock.example:1234/didww/v3/exports/")


@pytest.mark.parametrize(
    ("kind", "version"),
    [(kind, version) for kind in CSV["columns"] for version in CSV["columns"][kind]],
)
def test_columns_are_those_of_the_version(kind: str, version: str, account: Account) -> None:
    export = order(account.as_of(version), kind)
    account.advance(seconds=10)
    rows = rows_of(fetch(account, export))
    assert len(rows) > 20
    assert list(rows[0]) == CSV["columns"][kind][version]
    for row in rows:
        for column, value in row.items():
            if column.startswith("Date/Time") and value:
                assert value[4] == value[7] == "-"
                assert len(value) == len("2026-02-01 00:00:00")
            if column.endswith(("(USD)", "(Points)")):
                assert len(value.partition(".")[2]) == 3  # recorded
    starts = [row["Date/Time Start (UTC)"] for row in rows]
    assert starts == sorted(starts)


def test_columns_stay_those_of_the_version_that_ordered(account: Account) -> None:
    export = order(account.as_of(OLD))
    account.advance(seconds=10)
    assert list(rows_of(fetch(account, export))[0]) == CSV["columns"]["cdr_in"][OLD]


def test_filters_decide_which_calls_are_told(account: Account) -> None:
    every = calls(account)
    number = every[0]["Destination DID"]
    only = calls(account, filters={**FEBRUARY, "did_number": number})
    assert only == [row for row in every if row["Destination DID"] == number]
    assert 0 < len(only) < len(every)
    middle = every[len(every) // 2]["Date/Time Start (UTC)"]
    early = calls(account, filters={"from": FEBRUARY["from"], "to": middle})
    late = calls(account, filters={"from": middle, "to": FEBRUARY["to"]})
    assert early + late == every, "from is inclusive, to is not"
    assert late[0]["Date/Time Start (UTC)"] == middle
    assert calls(account, filters={**FEBRUARY, "did_number": "123"}) == []


def test_trunk_filter_decides_which_outbound_calls_are_told(account: Account) -> None:
    every = calls(account, "cdr_out")
    trunk = account.get("/voice_out_trunks").data[0]
    only = calls(account, "cdr_out", {**FEBRUARY, "voice_out_trunk.id": trunk["id"]})
    assert only == [row for row in every if row["Voice OUT Trunk"] == trunk["attributes"]["name"]]
    assert 0 < len(only) < len(every)
    assert calls(account, "cdr_out", {**FEBRUARY, "voice_out_trunk.id": "x"}) == []


def test_day_narrows_outbound_calls_before_2026(account: Account) -> None:
    old = account.as_of(OLD)
    every = calls(old, "cdr_out")
    day = every[0]["Date/Time Start (UTC)"][8:10]
    only = calls(old, "cdr_out", {"year": "2026", "month": 2, "day": day})
    assert only == [row for row in every if row["Date/Time Start (UTC)"].startswith(f"2026-02-{day}")]
    assert 0 < len(only) < len(every)


def test_there_are_calls_whenever_the_server_is_started(account: Account) -> None:
    account.advance(days=3650)
    now = account.world.clock.now()
    span = {"from": f"{now:%Y-%m}-01 00:00:00", "to": f"{now:%Y-%m-%d %H:%M:%S}"}
    assert len(calls(account, filters=span)) in range(1, 29 * 5)


def test_calls_of_the_future_are_not_told(account: Account) -> None:
    """The month of an older version may not be over."""
    for row in calls(account.as_of(OLD), filters={"year": "2026", "month": "3"}):
        assert row["Date/Time Start (UTC)"] < "2026-03-01 12:00:00"
    assert calls(account.as_of(OLD), filters={"year": "2027", "month": "1"}) == []


# --- calls that happen -----------------------------------------------------------------------------------


def test_incoming_call_is_in_the_next_export(account: Account) -> None:
    did = account.get("/dids").data[0]
    trunk = account.get("/voice_in_trunks").data[0]
    link = {"voice_in_trunk": {"data": {"type": "voice_in_trunks", "id": trunk["id"]}}}
    body = {"data": {"type": "dids", "id": did["id"], "relationships": link}}
    assert account.patch(f"/dids/{did['id']}", body).status == 200
    before, funds = order(account), account.funds
    account.advance(seconds=10)
    number = did["attributes"]["number"]
    fields = {"from": "+12025550199", "name": "Ann, Lee", "duration": 61, "cost": "0.25"}
    happen(account, "incoming_call", to=number, at="2026-02-14T08:00:00Z", **fields)
    (row,) = calls(account, filters={**FEBRUARY, "from": "2026-02-14 08:00:00", "to": "2026-02-14 08:00:01"})
    assert {name: row[name] for name in row if name != "Call ID"} == {
        "Date/Time Start (UTC)": "2026-02-14 08:00:00",
        "Date/Time Connect (UTC)": "2026-02-14 08:00:05",
        "Date/Time End (UTC)": "2026-02-14 08:01:06",
        "Status": "Success",
        "Source": "12025550199",
        "Source Name": "Ann, Lee",
        "Destination DID": number,
        "Duration (sec)": "61",
        "Attempt": "1",
        "Disconnect Code": "200",
        "Response": "OK",
        "Disconnect Initiator": "Source",
        "Voice IN Trunk": trunk["attributes"]["name"],
        "Destination": f"sip:{number}@203.0.113.1",
        "Trunk Group": "",
        "Capacity Group": "",
        "Toll-free (USD)": "0.000",
        "PSTN (USD)": "0.000",
        "Metered (USD)": "0.250",
        "CNAM IN (USD)": "0.000",
        "Total (USD)": "0.250",
    }
    assert "Ann, Lee" not in {row["Source Name"] for row in rows_of(fetch(account, before))}, (
        "completed before"
    )
    line = account.world.ledger("didww").lines[-1]
    assert (line.kind, -line.amount) == ("call", funds - account.funds)
    assert funds - account.funds == 1 / 4


def test_outgoing_call_costs_and_counts_for_its_trunk(account: Account) -> None:
    trunk = account.get("/voice_out_trunks?filter[status]=active").data[0]
    spent = float(trunk["meta"]["spent_amount"])
    told = happen(account, "outgoing_call", trunk=trunk["id"], to="442079460123", duration=90, rate="0.5")
    assert told["charged"] == "1.0"
    account.advance(seconds=60)
    now = {"from": "2026-03-01 11:00:00", "to": "2026-03-01 12:00:01"}
    (row,) = [row for row in calls(account, "cdr_out", now) if row["Rate (USD)"] == "0.500"]
    assert (row["Destination Number"], row["Charged (USD)"]) == ("442079460123", "1.000")
    meta = account.get(f"/voice_out_trunks/{trunk['id']}").data["meta"]
    assert float(meta["spent_amount"]) == spent + 1


def test_call_that_nobody_answers_has_no_connect(account: Account) -> None:
    did = account.get("/dids").data[0]
    told = happen(account, "incoming_call", to=did["id"], duration=0)
    assert told["charged"] == "0.0"
    now = {"from": "2026-03-01 11:59:59", "to": "2026-03-01 12:00:01"}
    account.advance(seconds=5)
    (row,) = [
        row for row in calls(account, filters=now) if row["Destination DID"] == did["attributes"]["number"]
    ]
    assert (row["Status"], row["Date/Time Connect (UTC)"], row["Disconnect Code"]) == ("Failed", "", "486")


# --- versions --------------------------------------------------------------------------------------------


def test_first_versions_know_exports_of_inbound_calls_alone(account: Account) -> None:
    first = account.as_of("2021-04-19")
    export = order(first)
    assert export["type"] == "cdr_exports"
    assert list(export["attributes"]) == [
        "status",
        "created_at",
        "url",
        "callback_url",
        "callback_method",
        "filters",
    ]
    assert (export["attributes"]["status"], export["attributes"]["filters"]) == (
        "Pending",
        {"year": "2026", "month": "02"},
    )
    account.advance(seconds=10)
    url = first.get(f"/cdr_exports/{export['id']}").data["attributes"]["url"]
    assert url.startswith(f"{BASE}/cdr_exports/")
    assert url.endswith(".csv")
    rows = rows_of(fetch(first, export), packed=False)
    assert list(rows[0]) == CSV["columns"]["cdr_in"][OLD]
    out = order(account, "cdr_out")
    assert [row["id"] for row in first.get("/cdr_exports").data] == [export["id"]]
    assert [row["id"] for row in account.get("/exports").data] == [export["id"], out["id"]]
    assert first.get("/exports").status == 404
    assert account.get("/cdr_exports").status == 404


def test_filters_are_not_told_between_2021_12_15_and_2022_05_10(account: Account) -> None:
    """Documented."""
    for version in ("2021-12-15", OLD):
        export = order(account.as_of(version))
        assert "filters" not in export["attributes"]
        assert export["attributes"]["status"] == "Pending"
        shown = account.get(f"/exports/{export['id']}").data["attributes"]
        assert shown["filters"] == {"year": "2026", "month": "02"}


def test_callback_tells_where_the_file_is(account: Account) -> None:
    """Since 2026-04-16 (documented)."""
    hook = {"callback_url": "http://127.0.0.1:9/hook"}
    order(account, **hook, callback_method="post")
    order(account.as_of(OLD), **hook, callback_method="GET")
    order(account.as_of("2021-04-19"), **hook)
    account.advance(seconds=10)
    posted, got, first = account.world.outbox
    url = account.get("/exports").data[0]["attributes"]["url"]
    assert b"type=exports" in posted.body
    assert url.rpartition("/")[2].encode() in posted.body
    assert "type=exports" in got.url
    assert "csv" not in got.url
    assert b"type=cdr_exports" in first.body


def test_download_is_an_operation_of_its_own(make_server: Callable[..., Server]) -> None:
    server = make_server()
    names = {route.operation for route in server.gateway.providers["didww"].routes()}
    assert {"exports.list", "exports.show", "exports.create", "exports.update", "exports.download"} <= names
    assert "exports.unbuilt" not in names
