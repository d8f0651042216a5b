"""Collections that DIDWW has and this server does not answer yet: 501 (reference operations.yaml, 1.2)."""

from __future__ import annotations

from mockserver.jsonapi.resource import READ, Operation, Unbuilt
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04

_ALL: tuple[Operation, ...] = ("list", "show", "create", "update", "delete")
_NO_UPDATE: tuple[Operation, ...] = ("list", "show", "create", "delete")
_NO_DELETE: tuple[Operation, ...] = ("list", "show", "create", "update")
_POST: tuple[Operation, ...] = ("create",)

UNBUILT: tuple[Unbuilt, ...] = (
    Unbuilt("public_keys", ("list",), open=True),
    Unbuilt("pops", ("list",)),
    Unbuilt("areas", READ),
    Unbuilt("nanpa_prefixes", READ, since=V2022_05),
    Unbuilt("did_history", READ, since=V2026_04),
    Unbuilt("exports", ("list", "show", "create"), since=V2021_12, until=V2022_05),
    Unbuilt("exports", _NO_DELETE, since=V2026_04),
    Unbuilt("cdr_exports", ("list", "show", "create"), until=V2021_04),
    Unbuilt("capacity_pools", ("list", "show", "update")),
    Unbuilt("qty_based_pricings"),
    Unbuilt("shared_capacity_groups", _ALL),
    Unbuilt("trunks", _ALL, until=V2021_04),
    Unbuilt("trunk_groups", _ALL, until=V2021_04),
    Unbuilt("voice_in_trunks", _ALL, since=V2021_12),
    Unbuilt("voice_in_trunk_groups", _ALL, since=V2021_12),
    Unbuilt("voice_out_trunks", _ALL, since=V2021_12),
    Unbuilt("voice_out_trunk_regenerate_credentials", _POST, since=V2021_12),
    Unbuilt("identities", _ALL),
    Unbuilt("addresses", _ALL),
    Unbuilt("proof_types", READ),
    Unbuilt("proofs", ("create", "delete"), until=V2022_05),
    Unbuilt("proofs", _ALL, since=V2026_04),
    Unbuilt("supporting_document_templates", READ),
    Unbuilt("permanent_supporting_documents", ("create", "delete"), until=V2022_05),
    Unbuilt("permanent_supporting_documents", _ALL, since=V2026_04),
    Unbuilt("encrypted_files", _NO_UPDATE),
    Unbuilt("requirements", READ, until=V2022_05),
    Unbuilt("requirement_validations", _POST, until=V2022_05),
    Unbuilt("address_requirements", READ, since=V2026_04),
    Unbuilt("address_requirement_validations", _POST, since=V2026_04),
    Unbuilt("address_verifications", ("list", "show", "create"), until=V2022_05),
    Unbuilt("address_verifications", _NO_DELETE, since=V2026_04),
    Unbuilt("emergency_requirements", READ, since=V2026_04),
    Unbuilt("emergency_requirement_validations", _POST, since=V2026_04),
    Unbuilt("emergency_calling_services", ("list", "show", "delete"), since=V2026_04),
    Unbuilt("emergency_verifications", _NO_DELETE, since=V2026_04),
)
