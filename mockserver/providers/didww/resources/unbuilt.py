"""Collections that DIDWW has and this server does not answer yet: 501 (reference operations.yaml, 1.2)."""

from __future__ import annotations

from mockserver.jsonapi.resource import READ, Operation, Unbuilt
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04

_ALL: tuple[Operation, ...] = ("list", "show", "create", "update", "delete")
_NO_UPDATE: tuple[Operation, ...] = ("list", "show", "create", "delete")
_NO_DELETE: tuple[Operation, ...] = ("list", "show", "create", "update")
_POST: tuple[Operation, ...] = ("create",)

# Their relationships and where those lead, so that an include path through them can be checked.
_LINKS: dict[str, dict[str, str]] = {
    "areas": {
        "country": "countries",
    },
    "nanpa_prefixes": {
        "country": "countries",
        "region": "regions",
    },
    "identities": {
        "country": "countries",
        "birth_country": "countries",
        "proofs": "proofs",
        "addresses": "addresses",
        "permanent_documents": "permanent_supporting_documents",
    },
    "addresses": {
        "identity": "identities",
        "country": "countries",
        "area": "areas",
        "city": "cities",
        "proofs": "proofs",
    },
    "proofs": {
        "proof_type": "proof_types",
        "entity": "identities",
    },
    "permanent_supporting_documents": {
        "template": "supporting_document_templates",
        "identity": "identities",
    },
    "address_requirements": {
        "country": "countries",
        "did_group_type": "did_group_types",
        "personal_permanent_document": "supporting_document_templates",
        "business_permanent_document": "supporting_document_templates",
        "personal_onetime_document": "supporting_document_templates",
        "business_onetime_document": "supporting_document_templates",
        "personal_proof_types": "proof_types",
        "business_proof_types": "proof_types",
        "address_proof_types": "proof_types",
    },
    "address_verifications": {
        "address": "addresses",
        "dids": "dids",
    },
    "emergency_requirements": {
        "country": "countries",
        "did_group_type": "did_group_types",
    },
    "emergency_calling_services": {
        "country": "countries",
        "did_group_type": "did_group_types",
        "order": "orders",
        "emergency_requirement": "emergency_requirements",
        "emergency_verification": "emergency_verifications",
        "dids": "dids",
    },
    "emergency_verifications": {
        "address": "addresses",
        "emergency_calling_service": "emergency_calling_services",
        "dids": "dids",
    },
}
_LINKS["requirements"] = _LINKS["address_requirements"]


def _later(
    type_name: str,
    operations: tuple[Operation, ...] = (),
    *,
    open: bool = False,
    since: str = "",
    until: str = "",
) -> Unbuilt:
    return Unbuilt(type_name, operations, _LINKS.get(type_name, {}), open=open, since=since, until=until)


UNBUILT: tuple[Unbuilt, ...] = (
    _later("public_keys", ("list",), open=True),
    _later("areas", READ),
    _later("nanpa_prefixes", READ, since=V2022_05),
    _later("did_history", READ, since=V2026_04),
    _later("exports", ("list", "show", "create"), since=V2021_12, until=V2022_05),
    _later("exports", _NO_DELETE, since=V2026_04),
    _later("cdr_exports", ("list", "show", "create"), until=V2021_04),
    _later("identities", _ALL),
    _later("addresses", _ALL),
    _later("proof_types", READ),
    _later("proofs", ("create", "delete"), until=V2022_05),
    _later("proofs", _ALL, since=V2026_04),
    _later("supporting_document_templates", READ),
    _later("permanent_supporting_documents", ("create", "delete"), until=V2022_05),
    _later("permanent_supporting_documents", _ALL, since=V2026_04),
    _later("encrypted_files", _NO_UPDATE),
    _later("requirements", READ, until=V2022_05),
    _later("requirement_validations", _POST, until=V2022_05),
    _later("address_requirements", READ, since=V2026_04),
    _later("address_requirement_validations", _POST, since=V2026_04),
    _later("address_verifications", ("list", "show", "create"), until=V2022_05),
    _later("address_verifications", _NO_DELETE, since=V2026_04),
    _later("emergency_requirements", READ, since=V2026_04),
    _later("emergency_requirement_validations", _POST, since=V2026_04),
    _later("emergency_calling_services", ("list", "show", "delete"), since=V2026_04),
    _later("emergency_verifications", _NO_DELETE, since=V2026_04),
)
