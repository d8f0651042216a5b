"""Every operation of the reference's catalogue, built or not. Both path families have the same handlers."""

from __future__ import annotations

from mockserver.core.provider import Route
from mockserver.http.routing import Router
from mockserver.providers.didlogic.assumptions import SEARCH_FILTERS
from mockserver.providers.didlogic.call import Operation
from mockserver.providers.didlogic.inventory import list_numbers, list_purchases
from mockserver.providers.didlogic.money import get_balance, list_transactions
from mockserver.providers.didlogic.purchases import purchase_numbers, remove_numbers
from mockserver.providers.didlogic.shop import (
    list_cities,
    list_cities_in_region,
    list_city_dids,
    list_countries,
    list_locations,
    list_regions,
    search_numbers,
)


def _shop(path: str) -> tuple[str, ...]:
    """A path of the shop in its current and in its older family."""
    return f"/v2/numbers{path}", f"/v2/buy{path}"


_PAGE = frozenset({"page", "per_page"})
_SMS = frozenset({"sms_enabled"})
_BUY = "purchase_api"
_COUNTRY = "/countries/{country_id}"
_DESTINATIONS = "/v1/purchases/{purchase_id}/destinations"
_SIP = "/v1/sipaccounts"

OPERATIONS = (
    # --- v1 ---
    Operation("get_balance", "GET", ("/v1/balance",), "Balance", get_balance, "documented"),
    Operation(
        "list_transactions",
        "GET",
        ("/v1/transactions",),
        "Transactions as CSV",
        list_transactions,
        accepts=frozenset({"type", "start_date", "end_date"}),
        level="documented",
    ),
    Operation(
        "list_purchases",
        "GET",
        ("/v1/purchases",),
        "Purchased numbers",
        list_purchases,
        accepts=_PAGE,
        level="documented",
    ),
    Operation("list_destinations", "GET", (_DESTINATIONS,), "Destinations of a number"),
    Operation("create_destination", "POST", (_DESTINATIONS,), "Add a destination", level="documented"),
    Operation(
        "update_destination", "PATCH", (_DESTINATIONS + "/{id}",), "Change a destination", level="documented"
    ),
    Operation(
        "update_destination", "PUT", (_DESTINATIONS + "/{id}",), "Change a destination", level="documented"
    ),
    Operation("delete_destination", "DELETE", (_DESTINATIONS + "/{id}",), "Remove a destination"),
    Operation("list_calls", "GET", ("/v1/calls",), "Call records", level="documented"),
    Operation("list_sms", "GET", ("/v1/sms",), "Messages"),
    Operation("send_sms", "POST", ("/v1/sms",), "Send a message", level="documented"),
    Operation("get_sms", "GET", ("/v1/sms/{id}",), "One message", level="documented"),
    Operation("list_sipaccounts", "GET", (_SIP,), "SIP accounts", level="documented"),
    Operation("get_sipaccount", "GET", (_SIP + "/{name}",), "One SIP account"),
    Operation("create_sipaccount", "POST", (_SIP,), "Add a SIP account", level="documented"),
    Operation("update_sipaccount", "PUT", (_SIP + "/{name}",), "Change a SIP account"),
    Operation("update_sipaccount", "PATCH", (_SIP + "/{name}",), "Change a SIP account"),
    Operation("delete_sipaccount", "DELETE", (_SIP + "/{name}",), "Remove a SIP account"),
    Operation("list_allowed_ips", "GET", (_SIP + "/{name}/allowed_ips",), "Allowed addresses"),
    Operation("add_allowed_ip", "POST", (_SIP + "/{name}/allowed_ips",), "Allow an address"),
    Operation("delete_allowed_ip", "DELETE", (_SIP + "/{name}/allowed_ips",), "Forget an address"),
    Operation("asr_report", "GET", ("/v1/asr",), "Answer-seizure report", level="assumed"),
    Operation("create_click2call", "POST", ("/v1/click2call",), "Connect two parties"),
    Operation("get_click2call", "GET", ("/v1/click2call/{id}",), "One connected call"),
    # --- v2: shop ---
    Operation(
        "list_countries", "GET", _shop("/countries"), "Countries", list_countries, feature=_BUY, accepts=_SMS
    ),
    Operation(
        "list_regions",
        "GET",
        _shop(_COUNTRY + "/regions"),
        "Regions of a country",
        list_regions,
        feature=_BUY,
        accepts=_SMS,
    ),
    Operation(
        "list_cities",
        "GET",
        _shop(_COUNTRY + "/cities"),
        "Cities of a country",
        list_cities,
        feature=_BUY,
        accepts=_SMS,
    ),
    Operation(
        "list_cities_in_region",
        "GET",
        _shop(_COUNTRY + "/regions/{region_id}/cities"),
        "Cities of a region",
        list_cities_in_region,
        feature=_BUY,
        accepts=_SMS,
    ),
    Operation(
        "list_locations",
        "GET",
        (f"/v2/numbers{_COUNTRY}/locations",),
        "Cities by area code",
        list_locations,
        feature=_BUY,
        accepts=_SMS | {"prefix"},
    ),
    Operation(
        "list_city_dids",
        "GET",
        _shop(_COUNTRY + "/cities/{city_id}/dids"),
        "Numbers on sale in a city",
        list_city_dids,
        feature=_BUY,
        accepts=_SMS | _PAGE,
    ),
    Operation(
        "search_numbers",
        "GET",
        _shop("/search"),
        "Search numbers on sale",
        search_numbers,
        feature=_BUY,
        accepts=_PAGE | {*SEARCH_FILTERS, "cheap_sorting"},
    ),
    Operation(
        "purchase_numbers",
        "POST",
        _shop("/purchase"),
        "Buy numbers",
        purchase_numbers,
        feature=_BUY,
        accepts=frozenset({"did_numbers", "id_in", "identities"}),
        level="documented",
    ),
    Operation(
        "remove_numbers",
        "DELETE",
        ("/v2/buy/purchase", "/v2/numbers/purchase"),
        "Give numbers back",
        remove_numbers,
        feature=_BUY,
        accepts=frozenset({"did_numbers"}),
    ),
    # --- v2: the rest ---
    Operation(
        "list_numbers",
        "GET",
        ("/v2/numbers",),
        "Owned numbers",
        list_numbers,
        accepts=_PAGE,
        level="documented",
    ),
    Operation("list_documents", "GET", ("/v2/documents",), "Documents"),
    Operation("create_document", "POST", ("/v2/documents",), "Upload a document"),
    Operation("list_document_countries", "GET", ("/v2/documents/countries",), "Countries of documents"),
    Operation("get_document", "GET", ("/v2/documents/{id}",), "One document"),
    Operation("update_document", "PUT", ("/v2/documents/{id}",), "Change a document"),
    Operation("delete_document", "DELETE", ("/v2/documents/{id}",), "Remove a document"),
    Operation("download_document_file", "GET", ("/v2/documents/{id}/files/{role}",), "A document's file"),
    Operation("list_identities", "GET", ("/v2/identities",), "Identities"),
    Operation("create_identity", "POST", ("/v2/identities",), "Add an identity"),
    Operation("get_identity", "GET", ("/v2/identities/{id}",), "One identity", level="assumed"),
    Operation("update_identity", "PUT", ("/v2/identities/{id}",), "Rename an identity", level="assumed"),
    Operation(
        "archive_identity", "DELETE", ("/v2/identities/{id}",), "Archive an identity", level="documented"
    ),
    Operation(
        "request_risk_check", "POST", ("/v2/risk_checks",), "Check the reputation of numbers", level="assumed"
    ),
    Operation("list_risk_checks", "GET", ("/v2/risk_checks",), "Reputation checks", level="assumed"),
    Operation("get_risk_check", "GET", ("/v2/risk_checks/{id}",), "One reputation check", level="assumed"),
)


def build_router() -> Router[Operation]:
    """Operations by method and path, without `/api` and without a suffix."""
    router: Router[Operation] = Router()
    for operation in OPERATIONS:
        for path in operation.paths:
            router.add(operation.method, path, operation)
    return router


def listed() -> tuple[Route, ...]:
    """Every path of every operation, as `mockserver routes` shows them."""
    return tuple(
        Route(operation.id, operation.method, path, operation.summary, operation.handler is not None)
        for operation in OPERATIONS
        for path in operation.paths
    )
