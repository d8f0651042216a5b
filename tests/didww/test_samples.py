"""The samples that DIDWW publishes work here as they stand."""

from __future__ import annotations

from tests.didww.account import Account
from tests.didww.contract import assert_refused, read
from tests.support import Server, body_of


def test_sample_of_get_dids_works(shared_server: Server) -> None:
    """The curl line of the documentation page, with the demo key; it names no version."""
    sample = read("samples/get_dids.yaml")
    for host, prefix in (("127.0.0.1:8080", "/didww"), ("api.didww.com", "")):
        headers = {**sample["headers"], "Api-Key": "demo-didww-key", "host": host}
        answer = shared_server.request("GET", f"{prefix}/v3{sample['path']}", headers=headers)
        assert answer.status == 200
        rows = {row["id"]: row for row in body_of(answer)["data"]}
        for wanted in sample["ids"]:
            attributes = rows[wanted]["attributes"]
            assert {name: attributes[name] for name in sample["attributes"]} == sample["attributes"]
            assert attributes["number"].startswith(sample["number"]["starts"])
            assert len(attributes["number"]) == sample["number"]["digits"]
            assert set(sample["relationships"]) <= rows[wanted]["relationships"].keys()


def test_sample_of_get_dids_is_refused_without_a_key(account: Account) -> None:
    answer = account.get("/dids", api_key=None)
    assert answer.status == read("samples/get_dids.yaml")["unauthorized"]
    assert_refused(answer, "unauthorized")


def test_every_id_of_the_sample_can_be_shown_with_its_includes(account: Account) -> None:
    old = account.as_of("2022-05-10")
    for wanted in read("samples/get_dids.yaml")["ids"]:
        answer = old.get(f"/dids/{wanted}?include=order,did_group.country,did_group.stock_keeping_units")
        assert answer.data["relationships"]["order"]["data"] is not None
        assert {row["type"] for row in answer.body["included"]} == {
            "orders",
            "did_groups",
            "countries",
            "stock_keeping_units",
        }
