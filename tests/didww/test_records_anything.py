"""Random exports, history and prefixes in every version: never a 5xx, and nothing changes when refused."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.didww.account import BASE, Account, did_item
from tests.didww.contract import read
from tests.support import Server, state_of

VERSIONS = ("2021-04-19", "2021-12-15", "2022-05-10", "2026-04-16")
RANDOM = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@cache
def account() -> Account:
    """One account for all examples."""
    return Account(Server(rate_limits=False, journal_entries=0), "any-records")


instants = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat(" ", "seconds")),
    st.sampled_from(["2026-02-01 00:00:00", "2026-02-28 23:59:59", "2026-01-01 00:00:00", "", "x"]),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    instants,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
filters = st.one_of(
    values,
    st.fixed_dictionaries({"from": instants, "to": instants}, optional={"did_number": scalars}),
    st.fixed_dictionaries(
        {"year": st.sampled_from(["2026", 2026, "x", 0]), "month": st.sampled_from(["2", 1, 13, "x"])},
        optional={"day": scalars, "voice_out_trunk.id": scalars, "did_number": scalars},
    ),
)
exports = st.fixed_dictionaries(
    {"filters": filters},
    optional={
        "export_type": st.one_of(st.sampled_from(["cdr_in", "cdr_out"]), values),
        "callback_url": st.one_of(st.just("http://127.0.0.1:9/x"), values),
        "callback_method": st.one_of(st.sampled_from(["get", "POST"]), values),
        "external_reference_id": values,
        "status": values,
    },
)


def assert_served(answer: Any, before: Any) -> None:
    assert answer.status < 500, answer.raw[:300]
    if answer.status >= 400:
        assert state_of(account().world) == before


@RANDOM
@given(attributes=exports, version=st.sampled_from(VERSIONS))
def test_any_export_is_made_and_fetched_or_refused(attributes: dict[str, Any], version: str) -> None:
    asked = account().as_of(version)
    kind = "cdr_exports" if version == VERSIONS[0] else "exports"
    before = state_of(account().world)
    answer = asked.post(f"/{kind}", {"data": {"type": kind, "attributes": attributes}})
    assert_served(answer, before)
    if answer.status == 201:
        asked.advance(seconds=2)
        shown = asked.get(f"/{kind}/{answer.data['id']}").data["attributes"]
        assert shown["status"].lower() == "completed"
        file = asked.send("GET", shown["url"].removeprefix(BASE), headers={"accept": None})
        assert file.status == 200


@RANDOM
@given(
    kind=st.sampled_from(["did_history", "exports", "nanpa_prefixes", "did_groups", "available_dids"]),
    data=st.data(),
    version=st.sampled_from(VERSIONS),
)
def test_any_filter_is_answered(kind: str, data: st.DataObject, version: str) -> None:
    known = sorted(read("queries.yaml")[kind]["filters"])
    text = st.one_of(instants, st.text(max_size=12), st.sampled_from(["true", "555", "864555", ","]))
    chosen = data.draw(st.dictionaries(st.sampled_from(known), text, max_size=3))
    query = "&".join(f"filter[{name}]={quote(value, safe='')}" for name, value in chosen.items())
    before = state_of(account().world)
    assert_served(account().as_of(version).get(f"/{kind}?{query}"), before)


@RANDOM
@given(
    prefix=st.one_of(values, st.sampled_from(["eeed293b-f3d8-4ef8-91ef-1b077d174b3b"])),
    qty=st.one_of(values, st.integers(1, 3)),
    version=st.sampled_from(VERSIONS),
)
def test_any_prefix_in_an_order_is_answered(prefix: Any, qty: Any, version: str) -> None:
    asked = account().as_of(version)
    group = next(one for one in account().groups if one["attributes"]["area_name"] == "Greenville")
    before = state_of(account().world)
    answer = asked.order(did_item(group["skus"][0], qty=qty, nanpa_prefix_id=prefix))
    assert_served(answer, before)


@RANDOM
@given(tail=st.text(max_size=12), suffix=st.sampled_from([".csv", ".csv.gz", ".gz", ".csv.gz/"]))
def test_any_file_name_is_answered(tail: str, suffix: str) -> None:
    before = state_of(account().world)
    for folder in ("exports", "cdr_exports"):
        answer = account().send("GET", f"/{folder}/{quote(tail, safe='')}{suffix}", headers={"accept": None})
        assert_served(answer, before)
