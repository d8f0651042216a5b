"""A good request for every create of every version, by the newest name of the type, and what it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.didww_tables import Tables, of_version
from tests.didww.account import Account, Answer, did_item
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    WAITING,
    country,
    emergency_did,
    link,
    links,
    proof_type,
)
from tests.didww.uploading import container, fingerprint, send_form
from tests.didww.voice import STANDARD

Data = dict[str, Any]
_ANY = {"emergency_calling_services": "filter[status]=active"}
_CONTAINERS: list[bytes] = []  # the same keys in every account: one is enough


class Maker:
    """Makes records of one account in its version."""

    def __init__(self, account: Account) -> None:
        assert account.version is not None
        self.account = account
        self.version = account.version
        self.tables: Tables = of_version(account.version)
        self.names = {facts["newest"]: name for name, facts in self.tables.types.items()}

    def make(self, newest: str) -> Answer:
        """POST of a type, which should be answered with 201."""
        if newest == "encrypted_files":
            return self._upload()
        kind = self.names[newest]
        return self.account.post(f"/{kind}", {"data": {"type": kind, **_BODIES[newest](self)}})

    def made(self, newest: str) -> str:
        """The id of a new record; of types that are not made, of one that the account has."""
        if f"POST /{self.names[newest]}" not in self.tables.writes:
            return self.first(newest, _ANY.get(newest, ""))
        answer = self.make(newest)
        assert answer.status == 201, answer.raw
        if newest == "encrypted_files" and self.version <= "2022-05-10":
            return answer.body["ids"][0]  # type: ignore[no-any-return]
        return answer.data["id"]  # type: ignore[no-any-return]

    def first(self, newest: str, query: str = "") -> str:
        """The id of the first of a list."""
        return self.account.get(f"/{self.names[newest]}?{query}").data[0]["id"]  # type: ignore[no-any-return]

    def change(self, newest: str) -> Data:
        """Attributes that a record of a type may be given."""
        if newest in ("identities", "addresses", "dids", "voice_in_trunks"):
            return {"description": "changed"}
        if newest in ("voice_in_trunk_groups", "voice_out_trunks", "shared_capacity_groups"):
            return {"name": "changed"}
        return (
            {"total_channels_count": 33} if newest == "capacity_pools" else {"external_reference_id": "mine"}
        )

    def _upload(self) -> Answer:
        if not _CONTAINERS:
            _CONTAINERS.append(container(self.account, b"a page"))
        file = next(name for name in self.tables.writes["POST /encrypted_files"]["parts"] if "file]" in name)
        mark = fingerprint(self.account).encode()
        return send_form(
            self.account,
            ("encrypted_files[encryption_fingerprint]", None, mark),
            (file, "file.enc", _CONTAINERS[0]),
        )


def _order(maker: Maker) -> Data:
    return {"attributes": {"items": [did_item(maker.account.group(3)["skus"][0], qty=1)]}}


def _reservation(maker: Maker) -> Data:
    number = maker.account.available(maker.account.group(3))[0]["id"]
    return {"relationships": {"available_did": link("available_dids", number)}}


def _export(maker: Maker) -> Data:
    spans: Data = {"year": "2026", "month": "02"}
    if maker.version > "2022-05-10":
        spans = {"from": "2026-02-01 00:00:00", "to": "2026-02-02 00:00:00"}
    kind = {} if maker.version == "2021-04-19" else {"export_type": "cdr_in"}
    return {"attributes": {**kind, "filters": spans}}


def _trunk(maker: Maker) -> Data:
    configuration = {"type": "pstn_configurations", "attributes": {"dst": "12025550142"}}
    return {"attributes": {"name": "made", "configuration": configuration}}


def _out_trunk(maker: Maker) -> Data:
    ips: Data = {"allowed_sip_ips": ["203.0.113.1"]}
    if maker.version > "2022-05-10":
        ips = {"authentication_method": {"type": "credentials_and_ip", "attributes": ips}}
    return {"attributes": {"name": "made", "on_cli_mismatch_action": "reject_call", **ips}}


def _regenerated(maker: Maker) -> Data:
    return {"relationships": {"voice_out_trunk": link("voice_out_trunks", maker.made("voice_out_trunks"))}}


def _shared_group(maker: Maker) -> Data:
    return {
        "attributes": {"name": "made", "shared_channels_count": 1},
        "relationships": {"capacity_pool": link("capacity_pools", STANDARD)},
    }


def _identity(maker: Maker) -> Data:
    word = maker.tables.writes["POST /identities"]["attributes"]["identity_type"]["words"][0]
    names = {"first_name": "Ann", "last_name": "Lee", "phone_number": "441632960000"}
    where = link("countries", country(maker.account, "US"))
    return {"attributes": {"identity_type": word, **names}, "relationships": {"country": where}}


def _address(maker: Maker) -> Data:
    return {
        "attributes": {"city_name": "Chicago", "postal_code": "60601", "address": "1 Main St"},
        "relationships": {
            "identity": link("identities", JOHN),
            "country": link("countries", country(maker.account, "US")),
        },
    }


def _proof(maker: Maker) -> Data:
    kind = link("proof_types", proof_type(maker.account, "Passport", "Personal"))
    files = links("encrypted_files", maker.made("encrypted_files"))
    return {"relationships": {"proof_type": kind, "entity": link("identities", JOHN), "files": files}}


def _permanent_document(maker: Maker) -> Data:
    form = maker.first("supporting_document_templates", "filter[permanent]=true")
    files = links("encrypted_files", maker.made("encrypted_files"))
    template = link("supporting_document_templates", form)
    return {"relationships": {"template": template, "identity": link("identities", JOHN), "files": files}}


def _validation(maker: Maker) -> Data:
    """Of a requirement that John fulfills."""
    kind = maker.names["address_requirements"]
    local = maker.first("did_group_types", "filter[name]=Local")
    wanted = f"filter[country.id]={country(maker.account, 'SG')}&filter[did_group_type.id]={local}"
    return {
        "relationships": {
            kind.removesuffix("s"): link(kind, maker.first("address_requirements", wanted)),
            "identity": link("identities", JOHN),
            "address": link("addresses", CHICAGO),
        }
    }


def _address_verification(maker: Maker) -> Data:
    return {"relationships": {"address": link("addresses", CHICAGO), "dids": links("dids", WAITING)}}


def _emergency_validation(maker: Maker) -> Data:
    wanted = f"filter[country.id]={country(maker.account, 'US')}"
    requirement = link("emergency_requirements", maker.first("emergency_requirements", wanted))
    who, where = link("identities", JOHN), link("addresses", CHICAGO)
    return {"relationships": {"emergency_requirement": requirement, "identity": who, "address": where}}


def _emergency_verification(maker: Maker) -> Data:
    did = emergency_did(maker.account)["id"]
    return {"relationships": {"address": link("addresses", CHICAGO), "dids": links("dids", did)}}


_BODIES: dict[str, Callable[[Maker], Data]] = {
    "orders": _order,
    "did_reservations": _reservation,
    "exports": _export,
    "voice_in_trunks": _trunk,
    "voice_in_trunk_groups": lambda maker: {"attributes": {"name": "made"}},
    "voice_out_trunks": _out_trunk,
    "voice_out_trunk_regenerate_credentials": _regenerated,
    "shared_capacity_groups": _shared_group,
    "identities": _identity,
    "addresses": _address,
    "proofs": _proof,
    "permanent_supporting_documents": _permanent_document,
    "address_requirement_validations": _validation,
    "address_verifications": _address_verification,
    "emergency_requirement_validations": _emergency_validation,
    "emergency_verifications": _emergency_verification,
}
