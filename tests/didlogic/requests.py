"""One request that each operation carries out, and one for each refusal that the tables know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.didlogic.account import FORM, Account, form
from tests.didlogic.compliance import FIELDS, MULTIPART, changed, upload
from tests.support import body_of

SEEDED = "18565999999"
BRISTOL = "441172999999"


def nothing(account: Account) -> None:
    """What most requests need beforehand."""


@dataclass(frozen=True)
class Sent:
    """`path` with its parts filled in and its query; `fields` are the body, bracketed keys, or an upload.

    `{canada}` in the path is that country's id, `{made}` whatever `before` has made.
    """

    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Account], str | None] = nothing

    def prepare(self, account: Account) -> str:
        """Do what the request needs beforehand; the path to ask for."""
        made = self.before(account) or ""
        path = self.path
        if "{canada}" in path:
            path = path.replace("{canada}", str(account.country("CA")))
        return path.replace("{made}", made)

    def body(self) -> tuple[bytes | None, str | None]:
        if not self.fields:
            return None, None
        if any(name.startswith("document[files]") for name in self.fields):
            return upload(self.fields), MULTIPART
        return form(self.fields), FORM


def poor(account: Account) -> None:
    account.ledger.set_balance(Decimal(0))
    account.world.commit()


def owning(account: Account) -> None:
    account.buy("17806999999")


_IPS = "/v1/sipaccounts/12345/allowed_ips"
_DESTINATIONS = f"/v1/purchases/{BRISTOL}/destinations"
_SMS = {"source": SEEDED, "destination": "12025550142", "text": "Hello"}
_CALL = {"a": "12025550142", "b": "12025550143"}
_CANADA = "/v2/numbers/countries/{canada}"
_MESSAGE = "4f6d2c1e-9a57-4b0e-8c3d-5e1f7a2b9c04"


def call_id(account: Account) -> str:
    made = body_of(account.send("POST", "/v1/click2call", form(_CALL), FORM))
    return str(made["id"])


CARRIED_OUT: dict[str, Sent] = {
    "get_balance": Sent("/v1/balance"),
    "list_purchases": Sent("/v1/purchases?per_page=1"),
    "list_destinations": Sent(_DESTINATIONS),
    "create_destination": Sent(_DESTINATIONS, {"destination[destination]": "sip:1@pbx.example.com"}),
    "update_destination": Sent(f"{_DESTINATIONS}/1234455", {"destination[active]": "0"}),
    "delete_destination": Sent(f"{_DESTINATIONS}/1234455"),
    "list_calls": Sent("/v1/calls?type=incoming&from=2024-01-01&missed=0"),
    "list_transactions": Sent("/v1/transactions?type=month&start_date=2025-01-01&end_date=2025-12-31"),
    "list_sms": Sent("/v1/sms?page=1"),
    "send_sms": Sent("/v1/sms", _SMS),
    "get_sms": Sent(f"/v1/sms/{_MESSAGE}"),
    "list_sipaccounts": Sent("/v1/sipaccounts"),
    "get_sipaccount": Sent("/v1/sipaccounts/12345"),
    "create_sipaccount": Sent(
        "/v1/sipaccounts", {"sipaccount[password]": "long enough", "sipaccount[call_limit]": "60"}
    ),
    "update_sipaccount": Sent("/v1/sipaccounts/12345", {"sipaccount[label]": "Desk"}),
    "delete_sipaccount": Sent("/v1/sipaccounts/12345"),
    "list_allowed_ips": Sent(_IPS),
    "add_allowed_ip": Sent(_IPS, {"ip": "10.1.0.0/16"}),
    "delete_allowed_ip": Sent(f"{_IPS}?ip=1.2.3.4"),
    "asr_report": Sent("/v1/asr?from=2024-01-01&sip_account=12345"),
    "create_click2call": Sent("/v1/click2call", _CALL),
    "get_click2call": Sent("/v1/click2call/{made}", before=call_id),
    "list_countries": Sent("/v2/numbers/countries?sms_enabled=1"),
    "list_regions": Sent("/v2/numbers/countries/8669/regions"),
    "list_cities": Sent("/v2/numbers/countries/8669/cities"),
    "list_cities_in_region": Sent(f"{_CANADA}/regions/1/cities"),
    "list_city_dids": Sent(f"{_CANADA}/cities/118557/dids?per_page=3"),
    "list_locations": Sent("/v2/numbers/countries/8669/locations?prefix=1"),
    "search_numbers": Sent("/v2/numbers/search?country_name_contains=Canada&cheap_sorting=true&per_page=3"),
    "purchase_numbers": Sent(
        "/v2/numbers/purchase",
        {
            "did_numbers[]": ["17806999999", "15550000000"],
            "identities[][id]": ["6756"],
            "identities[][did_numbers][]": ["17806999999"],
        },
    ),
    "remove_numbers": Sent("/v2/buy/purchase", {"did_numbers[]": ["17806999999"]}, owning),
    "list_numbers": Sent("/v2/numbers"),
    "list_documents": Sent("/v2/documents?approvement_status=verified&identity_id=6756"),
    "create_document": Sent("/v2/documents", FIELDS),
    "get_document": Sent("/v2/documents/9001"),
    "update_document": Sent("/v2/documents/9001", {"document[name]": "Another name"}),
    "delete_document": Sent("/v2/documents/9001"),
    "download_document_file": Sent("/v2/documents/9001/files/frontside"),
    "list_document_countries": Sent("/v2/documents/countries?search=ger"),
    "list_identities": Sent("/v2/identities"),
    "create_identity": Sent("/v2/identities", {"identity[name]": "New tenant"}),
    "archive_identity": Sent("/v2/identities/6757"),
    "get_identity": Sent("/v2/identities/6756"),
    "update_identity": Sent("/v2/identities/6757", {"identity[name]": "Hamburg office"}),
    "request_risk_check": Sent("/v2/risk_checks", {"numbers[]": [SEEDED, "12025550198"]}),
    "list_risk_checks": Sent("/v2/risk_checks?status=completed"),
    "get_risk_check": Sent("/v2/risk_checks/501"),
}

# By operation, status and what the request is about; a refusal of the tables without a line here fails.
_STRANGE = "/v1/purchases/15550000000/destinations"
_NO_SIP = "/v1/sipaccounts/00000"
_NO_COUNTRY = "/v2/numbers/countries/1"
_COUNTRY = "/v2/numbers/countries/8669"
_MAYBE = "?sms_enabled=maybe"
REFUSED: list[tuple[str, int, str, Sent]] = [
    ("list_destinations", 404, "not_found", Sent(_STRANGE)),
    ("create_destination", 404, "not_found", Sent(_STRANGE, {"destination[destination]": "12345"})),
    ("create_destination", 422, "validation", Sent(_DESTINATIONS, {"destination[destination]": "no where"})),
    ("update_destination", 404, "not_found", Sent(f"{_DESTINATIONS}/1", {"destination[active]": "1"})),
    (
        "update_destination",
        422,
        "validation",
        Sent(f"{_DESTINATIONS}/1234455", {"destination[active]": "maybe"}),
    ),
    ("delete_destination", 404, "not_found", Sent(f"{_DESTINATIONS}/1")),
    ("list_calls", 422, "validation", Sent("/v1/calls?from=2026-02-30")),
    ("list_transactions", 422, "validation", Sent("/v1/transactions?type=gift")),
    ("send_sms", 422, "validation", Sent("/v1/sms", {**_SMS, "source": BRISTOL})),
    ("send_sms", 422, "low_balance", Sent("/v1/sms", _SMS, poor)),
    ("get_sms", 404, "not_found", Sent("/v1/sms/1")),
    ("get_sipaccount", 404, "not_found", Sent(_NO_SIP)),
    ("create_sipaccount", 422, "validation", Sent("/v1/sipaccounts", {"sipaccount[password]": "short"})),
    ("update_sipaccount", 404, "not_found", Sent(_NO_SIP, {"sipaccount[label]": "x"})),
    (
        "update_sipaccount",
        422,
        "validation",
        Sent("/v1/sipaccounts/12345", {"sipaccount[max_channels]": "-1"}),
    ),
    ("delete_sipaccount", 404, "not_found", Sent(_NO_SIP)),
    ("list_allowed_ips", 404, "not_found", Sent(f"{_NO_SIP}/allowed_ips")),
    ("add_allowed_ip", 404, "not_found", Sent(f"{_NO_SIP}/allowed_ips", {"ip": "10.0.0.1"})),
    ("add_allowed_ip", 422, "validation", Sent(_IPS, {"ip": "10.0.0.256"})),
    ("delete_allowed_ip", 404, "not_found", Sent(f"{_IPS}?ip=10.9.9.9")),
    ("delete_allowed_ip", 422, "validation", Sent(_IPS)),
    ("asr_report", 422, "validation", Sent("/v1/asr?to=tomorrow")),
    ("create_click2call", 422, "validation", Sent("/v1/click2call", {"a": "12025550142"})),
    ("create_click2call", 422, "low_balance", Sent("/v1/click2call", _CALL, poor)),
    ("create_click2call", 422, "a_type_unsupported", Sent("/v1/click2call", {**_CALL, "a_type": "stream"})),
    ("get_click2call", 404, "not_found", Sent("/v1/click2call/1")),
    ("list_countries", 422, "validation", Sent(f"/v2/numbers/countries{_MAYBE}")),
    ("list_regions", 404, "not_found", Sent(f"{_NO_COUNTRY}/regions")),
    ("list_regions", 422, "validation", Sent(f"{_COUNTRY}/regions{_MAYBE}")),
    ("list_cities", 404, "not_found", Sent(f"{_NO_COUNTRY}/cities")),
    ("list_cities", 422, "validation", Sent(f"{_COUNTRY}/cities{_MAYBE}")),
    ("list_cities_in_region", 404, "not_found", Sent(f"{_COUNTRY}/regions/1/cities")),
    ("list_cities_in_region", 422, "validation", Sent(f"{_CANADA}/regions/1/cities{_MAYBE}")),
    ("list_locations", 404, "not_found", Sent(f"{_NO_COUNTRY}/locations")),
    ("list_city_dids", 404, "not_found", Sent(f"{_COUNTRY}/cities/118557/dids")),
    ("list_city_dids", 422, "validation", Sent(f"{_CANADA}/cities/118557/dids{_MAYBE}")),
    ("search_numbers", 422, "validation", Sent(f"/v2/numbers/search{_MAYBE}")),
    ("purchase_numbers", 422, "validation", Sent("/v2/numbers/purchase")),
    ("remove_numbers", 404, "not_found", Sent("/v2/buy/purchase", {"did_numbers": "17806999999"})),
    ("remove_numbers", 422, "validation", Sent("/v2/buy/purchase")),
    ("list_documents", 422, "validation", Sent("/v2/documents?approvement_status=lost")),
    ("create_document", 422, "validation", Sent("/v2/documents", changed(doc_type="letter"))),
    ("get_document", 404, "not_found", Sent("/v2/documents/1")),
    ("update_document", 404, "not_found", Sent("/v2/documents/1", {"document[name]": "x"})),
    ("update_document", 422, "validation", Sent("/v2/documents/9001", {"document[identity_id]": "1"})),
    ("delete_document", 404, "not_found", Sent("/v2/documents/1")),
    ("download_document_file", 404, "not_found", Sent("/v2/documents/9001/files/backside")),
    ("list_document_countries", 422, "validation", Sent("/v2/documents/countries?search[]=x")),
    ("create_identity", 422, "validation", Sent("/v2/identities", {"identity[name]": "Primary"})),
    ("archive_identity", 404, "not_found", Sent("/v2/identities/1")),
    ("archive_identity", 422, "default_identity", Sent("/v2/identities/6756")),
    ("get_identity", 404, "not_found", Sent("/v2/identities/1")),
    ("update_identity", 404, "not_found", Sent("/v2/identities/1", {"identity[name]": "x"})),
    ("update_identity", 422, "validation", Sent("/v2/identities/6757", {"identity[name]": "Primary"})),
    ("request_risk_check", 422, "validation", Sent("/v2/risk_checks", {"numbers[]": ["Bristol"]})),
    ("list_risk_checks", 422, "validation", Sent("/v2/risk_checks?status=lost")),
    ("get_risk_check", 404, "not_found", Sent("/v2/risk_checks/1")),
]
