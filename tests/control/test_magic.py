"""Every magic value leads where it says."""

from __future__ import annotations

from typing import Any

from tests.control.caller import Caller
from tests.support import body_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDLOGIC = {"authorization": "Bearer demo-didlogic-token"}
DIDWW = {"api-key": "demo-didww-key", "content-type": "application/vnd.api+json"}


def magic(call: Caller, provider: str) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = call("GET", "/magic").json[provider]
    assert listed
    return listed


def test_groups_of_idt_lead_to_their_statuses(call: Caller) -> None:
    for value in magic(call, "idt"):
        call("POST", "/reset")
        call("PUT", "/clock", {"mode": "frozen"})
        if "Browse" in value["where"]:
            path = f"/idt/v1/dids/coverage/did_groups/{value['value']}/browse_numbers"
            answer = call.server.request("GET", path, headers=IDT)
            assert (answer.status, body_of(answer)["errors"][0]["code"]) == (422, 1002)
            continue
        quantity = int(value["where"].rpartition(" ")[2])
        item = {"did_group_id": int(value["value"]), "quantity": quantity}
        answer = call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json={"order_items": [item]})
        if value["leads_to"].startswith("422"):
            assert (answer.status, body_of(answer)["errors"][0]["code"]) == (422, 3001)
            continue
        path = f"/idt/v1/dids/orders/{body_of(answer)['order']['id']}"
        first, _, later = value["leads_to"].partition(", a minute later ")
        call("POST", "/clock/advance", {"seconds": 2})
        assert item_status(call, path) == first.removesuffix(", for good"), value
        call("POST", "/clock/advance", {"seconds": 60})
        assert item_status(call, path) == (later or first.removesuffix(", for good")), value


def item_status(call: Caller, path: str) -> Any:
    return body_of(call.server.request("GET", path, headers=IDT))["order"]["order_items"][0]["status"]


def test_values_of_didlogic_lead_to_their_outcomes(call: Caller) -> None:
    for value in magic(call, "didlogic"):
        call("POST", "/reset")
        given, where, leads_to = value["value"], value["where"], value["leads_to"].partition(":")[0]
        if "message" in where:
            body = {"source": "18565999999", "destination": given, "text": "Hello"}
            sent = post(call, "/didlogic/v1/sms", body)["sms"]
            call("POST", "/clock/advance", {"days": 4})
            assert get(call, f"/didlogic/v1/sms/{sent['id']}")["sms"]["status"] == leads_to
        elif "click2call" in where:
            made = post(call, "/didlogic/v1/click2call", {"a": "12025550142", "b": given})
            identifier = next(iter(made.values()))["id"] if "id" not in made else made["id"]
            call("POST", "/clock/advance", {"days": 1})
            assert f'"{leads_to}"' in text(call, f"/didlogic/v1/click2call/{identifier}")
        elif "risk check" in where:
            post(call, "/didlogic/v2/risk_checks", {"numbers": [given]})
            call("POST", "/clock/advance", {"days": 1})
            shown = text(call, f"/didlogic/v2/risk_checks?number={given}")
            assert '"status":"failed"' in shown if leads_to == "failed" else f'"{leads_to}":true' in shown
        else:
            assert where.startswith("part of a document's name")
            assert upload_and_review(call, given) == "rejected"


def upload_and_review(call: Caller, name: str) -> Any:
    boundary = "x1"
    fields = {"document[name]": f"a {name} one", "document[doc_type]": "personal_id"}
    fields |= {"document[identity_id]": "6756", "document[country]": "US"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    parts.append(
        f"--{boundary}\r\nContent-Disposition: form-data; "
        'name="document[files][frontside]"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        f"%PDF-1.4\r\n--{boundary}--\r\n"
    )
    headers = {**DIDLOGIC, "content-type": f"multipart/form-data; boundary={boundary}"}
    made = call.server.request("POST", "/didlogic/v2/documents", headers=headers, body="".join(parts))
    assert made.status == 200, made.body
    identifier = body_of(made)["document"]["id"]
    call("POST", "/clock/advance", {"days": 1})
    return get(call, f"/didlogic/v2/documents/{identifier}")["document"]["approvement_status"]


def post(call: Caller, path: str, body: Any) -> Any:
    headers = {**DIDLOGIC, "content-type": "application/json"}
    answer = call.server.request("POST", path, headers=headers, json=body)
    assert answer.status == 200, answer.body
    return body_of(answer)


def get(call: Caller, path: str) -> Any:
    return body_of(call.server.request("GET", path, headers=DIDLOGIC))


def text(call: Caller, path: str) -> str:
    return call.server.request("GET", path, headers=DIDLOGIC).body.decode()


def test_groups_of_didww_lead_to_their_outcomes(call: Caller) -> None:
    for value in magic(call, "didww"):
        call("POST", "/reset")
        call("PUT", "/clock", {"mode": "frozen"})
        group = value["value"]
        leads_to = value["leads_to"]
        if leads_to == "no single number can be picked":
            path = f"/didww/v3/available_dids?filter[did_group.id]={group}"
            assert body_of(call.server.request("GET", path, headers=DIDWW))["data"] == []
        elif leads_to.startswith("more than"):
            refused = buy(call, group, 1)
            assert (refused[0], refused[1]["errors"][0]["title"]) == (400, "Insufficient balance")
        elif leads_to.startswith("nothing in stock"):
            assert buy(call, group, 1, waits=False)[0] == 422
            order = buy(call, group, 1)[1]["data"]
            call("POST", "/clock/advance", {"minutes": 5})
            status = "Pending" if "nothing to come" in leads_to else "Completed"
            assert order_status(call, order["id"]) == status.lower()
        elif leads_to.startswith("three"):
            assert buy(call, group, 4, waits=False)[0] == 422
            assert buy(call, group, 3, waits=False)[0] == 201
        elif leads_to == "the last ten numbers":
            assert buy(call, group, 11, waits=False)[0] == 422
            assert buy(call, group, 10, waits=False)[0] == 201
        else:
            assert leads_to == "numbers wait until an address is verified"
            order = buy(call, group, 1)[1]["data"]
            call("POST", "/clock/advance", {"minutes": 5})
            path = f"/didww/v3/dids?filter[order.id]={order['id']}"
            did = body_of(call.server.request("GET", path, headers=DIDWW))["data"][0]
            assert did["attributes"]["awaiting_registration"] is True


def buy(call: Caller, group: str, quantity: int, *, waits: bool = True) -> tuple[int, Any]:
    path = f"/didww/v3/did_groups/{group}?include=stock_keeping_units"
    sku = body_of(call.server.request("GET", path, headers=DIDWW))["included"][0]["id"]
    item = {"type": "did_order_items", "attributes": {"qty": quantity, "sku_id": sku}}
    attributes = {"allow_back_ordering": waits, "items": [item]}
    answer = call.server.request(
        "POST",
        "/didww/v3/orders",
        headers=DIDWW,
        json={"data": {"type": "orders", "attributes": attributes}},
    )
    return answer.status, body_of(answer)


def order_status(call: Caller, identifier: str) -> Any:
    path = f"/didww/v3/orders/{identifier}"
    return body_of(call.server.request("GET", path, headers=DIDWW))["data"]["attributes"]["status"]
