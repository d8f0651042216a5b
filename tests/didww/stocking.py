"""An account with a record of every kind in every state, for tests that only read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockserver.providers.didww.regulation_rows import EmergencyCallingService, EmergencyRequirement
from mockserver.providers.didww.voice_rows import CapacityPool, VoiceOutTrunk
from tests.didww.account import Account, did_item

Row = dict[str, Any]


def stock(account: Account) -> Account:
    """Reservations, DIDs of three groups in every state, orders in every status, links of every kind."""
    one, other = account.group(5), account.group(5, skip=1)
    account.set_funds("10000")
    account.order(did_item(one["skus"][0], qty=2), external_reference_id="crm-1")
    account.advance(seconds=30)
    account.order(did_item(other["skus"][-1], qty=1, billing_cycles_count=3), external_reference_id="crm-2")
    account.advance(seconds=30)
    waiting = next(row for row in account.groups if row["meta"]["needs_registration"] and row["skus"])
    account.order(did_item(waiting["skus"][0], qty=1))
    account.advance(seconds=30)
    (*_, terminated, described, _) = account.get("/dids").data
    for did, change in ((terminated, {"terminated": True}), (described, {"description": "front desk"})):
        patch(account, did, attributes=change)
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
    _link_voice(account)
    _order_exports(account)
    _differ(account)
    return account


def _order_exports(account: Account) -> None:
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


def _link_voice(account: Account) -> None:
    """Numbers that are routed and have channels, an outbound trunk with emergency numbers, a used up pool."""
    one, other, *_ = account.get("/dids?filter[country.id]=" + account.group(5)["country"]["id"]).data
    trunk, group = account.get("/voice_in_trunks").data[0], account.get("/voice_in_trunk_groups").data[0]
    standard, extended, _ = account.get("/capacity_pools").data
    caller, other_caller, *_ = account.get("/voice_out_trunks").data
    patch(account, one, voice_in_trunk=trunk)
    patch(account, one, {"dedicated_channels_count": 1}, capacity_pool=standard)
    patch(account, other, voice_in_trunk_group=group)
    patch(account, caller, emergency_dids=[one])
    least = {"total_channels_count": extended["attributes"]["assigned_channels_count"]}
    patch(account, extended, attributes=least)
    patch(account, other_caller, attributes={"allow_any_did_as_cli": True})


def _differ(account: Account) -> None:
    """What all records of the seed have alike and no request changes, one record has otherwise."""
    world = account.world
    trunk, *_ = world.table(VoiceOutTrunk)
    world.table(VoiceOutTrunk).put(replace(trunk, threshold_reached=True))
    pool, *_ = world.table(CapacityPool)
    world.table(CapacityPool).put(replace(pool, renew_day=5))
    mobile = account.get("/did_group_types?filter[name]=Mobile").data[0]["id"]
    key = "5c0ffee5-0000-4000-8000-000000000000"
    requirement, *_ = world.table(EmergencyRequirement)
    service, *_ = world.table(EmergencyCallingService)
    assert mobile not in (requirement.did_group_type_id, service.did_group_type_id)
    world.table(EmergencyRequirement).put(replace(requirement, id=key, did_group_type_id=mobile))
    made = {"id": key, "did_group_type_id": mobile, "created_at": world.clock.now()}
    world.table(EmergencyCallingService).put(replace(service, **made))
    world.commit()


def patch(account: Account, record: Row, attributes: dict[str, Any] | None = None, **linked: Any) -> None:
    """Change a record, which must work; `linked`: relationship to a record or a list of them."""
    relationships = {
        name: {"data": [_name(row) for row in rows] if isinstance(rows, list) else _name(rows)}
        for name, rows in linked.items()
    }
    data = {**_name(record), "attributes": attributes or {}, "relationships": relationships}
    answer = account.patch(f"/{record['type']}/{record['id']}", {"data": data})
    assert answer.status == 200, answer.raw


def _name(record: Row) -> dict[str, str]:
    return {"type": record["type"], "id": record["id"]}
