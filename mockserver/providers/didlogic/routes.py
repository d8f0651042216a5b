"""Every operation of the reference's catalogue, built or not. Both path families have the same handlers."""

from __future__ import annotations

from mockserver.core.provider import Route
from mockserver.http.routing import Router
from mockserver.providers.didlogic.allowed_ips import add_allowed_ip, delete_allowed_ip, list_allowed_ips
from mockserver.providers.didlogic.asr import asr_report
from mockserver.providers.didlogic.assumptions import SEARCH_FILTERS
from mockserver.providers.didlogic.call import Operation
from mockserver.providers.didlogic.calls import list_calls
from mockserver.providers.didlogic.click2call import create_click2call, get_click2call
from mockserver.providers.didlogic.destinations import (
    create_destination,
    delete_destination,
    list_destinations,
    update_destination,
)
from mockserver.providers.didlogic.documents import (
    create_document,
    delete_document,
    download_document_file,
    get_document,
    list_document_countries,
    list_documents,
    update_document,
)
from mockserver.providers.didlogic.identities import (
    archive_identity,
    create_identity,
    get_identity,
    list_identities,
    update_identity,
)
from mockserver.providers.didlogic.inventory import list_numbers, list_purchases
from mockserver.providers.didlogic.money import get_balance, list_transactions
from mockserver.providers.didlogic.purchases import purchase_numbers, remove_numbers
from mockserver.providers.didlogic.risk_checks import get_risk_check, list_risk_checks, request_risk_check
from mockserver.providers.didlogic.shop import (
    list_cities,
    list_cities_in_region,
    list_city_dids,
    list_countries,
    list_locations,
    list_regions,
    search_numbers,
)
from mockserver.providers.didlogic.sipaccounts import (
    create_sipaccount,
    delete_sipaccount,
    get_sipaccount,
    list_sipaccounts,
    patch_sipaccount,
    update_sipaccount,
)
from mockserver.providers.didlogic.sms import get_sms, list_sms, send_sms


def _shop(path: str) -> tuple[str, ...]:
    """A path of the shop in its current and in its older family."""
    return f"/v2/numbers{path}", f"/v2/buy{path}"


_PAGE = frozenset({"page", "per_page"})
_SMS = frozenset({"sms_enabled"})
_BUY = "purchase_api"
_DOCUMENTS = "documents"
_DOCUMENT = frozenset({"document"})
_IDENTITY = frozenset({"identity"})
_COUNTRY = "/countries/{country_id}"
_DESTINATIONS = "/v1/purchases/{purchase_id}/destinations"
_DESTINATION = frozenset({"destination"})
_SIP = "/v1/sipaccounts"
_SIP_ONE = "/v1/sipaccounts/{name}"
_SIP_IPS = "/v1/sipaccounts/{name}/allowed_ips"
_ACCOUNT = frozenset({"sipaccount"})
_IP = frozenset({"ip"})

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
    Operation("list_destinations", "GET", (_DESTINATIONS,), "Destinations of a number", list_destinations),
    Operation(
        "create_destination",
        "POST",
        (_DESTINATIONS,),
        "Add a destination",
        create_destination,
        level="documented",
        accepts=_DESTINATION,
    ),
    Operation(
        "update_destination",
        "PATCH",
        (_DESTINATIONS + "/{id}",),
        "Change a destination",
        update_destination,
        level="documented",
        accepts=_DESTINATION,
    ),
    Operation(
        "update_destination",
        "PUT",
        (_DESTINATIONS + "/{id}",),
        "Change a destination",
        update_destination,
        level="documented",
        accepts=_DESTINATION,
    ),
    Operation(
        "delete_destination",
        "DELETE",
        (_DESTINATIONS + "/{id}",),
        "Remove a destination",
        delete_destination,
    ),
    Operation(
        "list_calls",
        "GET",
        ("/v1/calls",),
        "Call records",
        list_calls,
        accepts=_PAGE | {"type", "from", "to", "filter", "sip_account", "from_search", "to_search", "missed"},
        level="documented",
    ),
    Operation("list_sms", "GET", ("/v1/sms",), "Messages", list_sms, accepts=_PAGE),
    Operation(
        "send_sms",
        "POST",
        ("/v1/sms",),
        "Send a message",
        send_sms,
        feature="sms_outbound",
        accepts=frozenset({"source", "from", "destination", "to", "text", "message"}),
        level="documented",
    ),
    Operation("get_sms", "GET", ("/v1/sms/{id}",), "One message", get_sms, level="documented"),
    Operation("list_sipaccounts", "GET", (_SIP,), "SIP accounts", list_sipaccounts, level="documented"),
    Operation("get_sipaccount", "GET", (_SIP_ONE,), "One SIP account", get_sipaccount),
    Operation(
        "create_sipaccount",
        "POST",
        (_SIP,),
        "Add a SIP account",
        create_sipaccount,
        level="documented",
        accepts=_ACCOUNT,
    ),
    Operation(
        "update_sipaccount",
        "PUT",
        (_SIP_ONE,),
        "Change a SIP account",
        update_sipaccount,
        accepts=_ACCOUNT,
    ),
    Operation(
        "update_sipaccount",
        "PATCH",
        (_SIP_ONE,),
        "Change a SIP account",
        patch_sipaccount,
        accepts=_ACCOUNT,
    ),
    Operation("delete_sipaccount", "DELETE", (_SIP_ONE,), "Remove a SIP account", delete_sipaccount),
    Operation("list_allowed_ips", "GET", (_SIP_IPS,), "Allowed addresses", list_allowed_ips),
    Operation("add_allowed_ip", "POST", (_SIP_IPS,), "Allow an address", add_allowed_ip, accepts=_IP),
    Operation(
        "delete_allowed_ip", "DELETE", (_SIP_IPS,), "Forget an address", delete_allowed_ip, accepts=_IP
    ),
    Operation(
        "asr_report",
        "GET",
        ("/v1/asr",),
        "Answer-seizure report",
        asr_report,
        accepts=frozenset({"from", "to", "sip_account"}),
        level="assumed",
    ),
    Operation(
        "create_click2call",
        "POST",
        ("/v1/click2call",),
        "Connect two parties",
        create_click2call,
        accepts=frozenset({"a", "a_type", "b", "callerid"}),
    ),
    Operation("get_click2call", "GET", ("/v1/click2call/{id}",), "One connected call", get_click2call),
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
    Operation(
        "list_documents",
        "GET",
        ("/v2/documents",),
        "Documents",
        list_documents,
        feature=_DOCUMENTS,
        accepts=_PAGE | {"approvement_status", "identity_id", "from_date", "to_date"},
    ),
    Operation(
        "create_document",
        "POST",
        ("/v2/documents",),
        "Upload a document",
        create_document,
        feature=_DOCUMENTS,
        accepts=_DOCUMENT,
    ),
    Operation(
        "list_document_countries",
        "GET",
        ("/v2/documents/countries",),
        "Countries of documents",
        list_document_countries,
        feature=_DOCUMENTS,
        accepts=frozenset({"search"}),
    ),
    Operation(
        "get_document", "GET", ("/v2/documents/{id}",), "One document", get_document, feature=_DOCUMENTS
    ),
    Operation(
        "update_document",
        "PUT",
        ("/v2/documents/{id}",),
        "Change a document",
        update_document,
        feature=_DOCUMENTS,
        accepts=_DOCUMENT,
    ),
    Operation(
        "delete_document",
        "DELETE",
        ("/v2/documents/{id}",),
        "Remove a document",
        delete_document,
        feature=_DOCUMENTS,
    ),
    Operation(
        "download_document_file",
        "GET",
        ("/v2/documents/{id}/files/{role}",),
        "A document's file",
        download_document_file,
        feature=_DOCUMENTS,
    ),
    Operation(
        "list_identities",
        "GET",
        ("/v2/identities",),
        "Identities",
        list_identities,
        feature=_DOCUMENTS,
        accepts=_PAGE,
    ),
    Operation(
        "create_identity",
        "POST",
        ("/v2/identities",),
        "Add an identity",
        create_identity,
        feature=_DOCUMENTS,
        accepts=_IDENTITY,
    ),
    Operation(
        "get_identity",
        "GET",
        ("/v2/identities/{id}",),
        "One identity",
        get_identity,
        level="assumed",
        feature=_DOCUMENTS,
    ),
    Operation(
        "update_identity",
        "PUT",
        ("/v2/identities/{id}",),
        "Rename an identity",
        update_identity,
        level="assumed",
        feature=_DOCUMENTS,
        accepts=_IDENTITY,
    ),
    Operation(
        "archive_identity",
        "DELETE",
        ("/v2/identities/{id}",),
        "Archive an identity",
        archive_identity,
        level="documented",
        feature=_DOCUMENTS,
    ),
    Operation(
        "request_risk_check",
        "POST",
        ("/v2/risk_checks",),
        "Check the reputation of numbers",
        request_risk_check,
        level="assumed",
        accepts=frozenset({"numbers"}),
    ),
    Operation(
        "list_risk_checks",
        "GET",
        ("/v2/risk_checks",),
        "Reputation checks",
        list_risk_checks,
        level="assumed",
        accepts=_PAGE | {"number", "status"},
    ),
    Operation(
        "get_risk_check",
        "GET",
        ("/v2/risk_checks/{id}",),
        "One reputation check",
        get_risk_check,
        level="assumed",
    ),
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
