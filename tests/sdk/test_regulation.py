"""DIDWW's own Python client registers numbers: identities, encrypted documents, verifications, services."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from didww.client import DidwwClient
from didww.encrypt import Encrypt
from didww.enums import AddressVerificationStatus, CallbackMethod, IdentityType
from didww.exceptions import DidwwApiError
from didww.query_params import QueryParams
from didww.resources.address import Address
from didww.resources.address_requirement import AddressRequirement
from didww.resources.address_requirement_validation import AddressRequirementValidation
from didww.resources.address_verification import AddressVerification
from didww.resources.country import Country
from didww.resources.did import Did
from didww.resources.emergency_calling_service import EmergencyCallingService
from didww.resources.emergency_requirement import EmergencyRequirement
from didww.resources.emergency_requirement_validation import EmergencyRequirementValidation
from didww.resources.emergency_verification import EmergencyVerification
from didww.resources.encrypted_file import EncryptedFile
from didww.resources.identity import Identity
from didww.resources.order import Order
from didww.resources.order_item.did_order_item import DidOrderItem
from didww.resources.permanent_supporting_document import PermanentSupportingDocument
from didww.resources.proof import Proof
from didww.resources.proof_type import ProofType
from didww.resources.supporting_document_template import SupportingDocumentTemplate

from mockserver.core.world import World
from mockserver.providers.didww.regulation_rows import EncryptedFile as StoredFile
from tests.support import Server

_numbers = count(1)


class Registrar:
    """The client with a sandbox of its own."""

    def __init__(self, server: Server, address: str, name: str) -> None:
        self.client = DidwwClient(api_key=f"sandbox-{name}", base_url=f"{address}/didww/v3")
        self.world: World = server.world(name)

    def country(self, iso: str) -> Any:
        return self.client.countries().list(QueryParams().filter("iso", iso)).data[0]

    def identity(self, iso: str = "DE", **attributes: Any) -> Any:
        """A person of a country."""
        identity = Identity()
        identity.identity_type = IdentityType.PERSONAL
        identity.first_name, identity.last_name, identity.phone_number = "Ann", "Lee", "4930123456"
        identity.country = self.country(iso)
        for name, value in attributes.items():
            setattr(identity, name, value)
        return self.client.identities().create(identity).data

    def address(self, identity: Any, iso: str = "DE", city: str = "Berlin") -> Any:
        address = Address()
        address.city_name, address.postal_code, address.address = city, "10115", "Alexanderplatz 1"
        address.identity = Identity.build(identity.id)
        address.country = self.country(iso)
        return self.client.addresses().create(address).data

    def upload(self, content: bytes) -> str:
        """A file, encrypted by the client's own helper."""
        keys = [row.key for row in self.client.public_keys().list().data]
        data = Encrypt.encrypt_with_keys(content, keys)
        key: str = self.client.upload_encrypted_file(Encrypt.calculate_fingerprint(keys), data, "a page")
        return key

    def prove(self, entity: Any, name: str, proves: str) -> Any:
        query = QueryParams().filter("entity_type", proves)
        kind = next(row for row in self.client.proof_types().list(query).data if row.name == name)
        proof = Proof()
        proof.proof_type, proof.entity = ProofType.build(kind.id), type(entity).build(entity.id)
        proof.files = [EncryptedFile.build(self.upload(f"{name} of somebody".encode()))]
        return self.client.proofs().create(proof).data

    def numbers(self, iso: str, kind: str, quantity: int = 1) -> list[Any]:
        """Numbers that wait for their registration, bought."""
        types = {row.name: row.id for row in self.client.did_group_types().list().data}
        query = (
            QueryParams()
            .filter("country.id", self.country(iso).id)
            .filter("did_group_type.id", types[kind])
            .include("stock_keeping_units", "address_requirement")
        )
        group = self.client.did_groups().list(query).data[0]
        item = DidOrderItem()
        item.sku_id, item.qty = group.stock_keeping_units[0].id, quantity
        order = Order()
        order.items = [item]
        created = self.client.orders().create(order).data
        self.world.advance(by=timedelta(minutes=1))
        listed: list[Any] = self.client.dids().list(QueryParams().filter("order.id", created.id)).data
        return listed


@pytest.fixture
def registrar(sdk_server: Server, address: str) -> Iterator[Registrar]:
    made = Registrar(sdk_server, address, f"sdk-regulation-{next(_numbers)}")
    yield made
    made.client._session.close()


# --- create, read, update, delete --------------------------------------------------------------------


def test_identity_and_address_from_first_to_last(registrar: Registrar) -> None:
    client = registrar.client
    made = registrar.identity(
        birth_date="1990-02-28", external_reference_id="crm-1", contact_email="a@b.example"
    )
    assert (made.identity_type, made.verified) == (IdentityType.PERSONAL, False)
    made.last_name = "Roe"
    made.birth_country = Country.build(registrar.country("CA").id)
    assert client.identities().update(made).data.last_name == "Roe"
    home = registrar.address(made)
    home.postal_code = "10117"
    assert client.addresses().update(home).data.postal_code == "10117"
    query = QueryParams().include("country", "birth_country", "addresses", "proofs", "permanent_documents")
    found = client.identities().find(made.id, query).data
    assert (found.country.iso, found.birth_country.iso) == ("DE", "CA")
    assert [one.address for one in found.addresses] == ["Alexanderplatz 1"]
    assert (found.birth_date, found.contact_email) == ("1990-02-28", "a@b.example")
    client.addresses().delete(home.id)
    client.identities().delete(made.id)
    with pytest.raises(DidwwApiError) as gone:
        client.identities().find(made.id)
    assert gone.value.status_code == 404


def test_encrypted_upload_is_decrypted(registrar: Registrar) -> None:
    """The client's encryption, byte for byte what went in."""
    content = b"%PDF-1.7\n" + bytes(range(256)) * 40
    key = registrar.upload(content)
    found = registrar.client.encrypted_files().find(key).data
    assert found.description == "a page"
    assert (found.expires_at - registrar.world.clock.now()) == timedelta(hours=24)
    row = registrar.world.table(StoredFile)[key]
    assert (row.problem, row.content_size) == ("", len(content))
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    registrar.client.encrypted_files().delete(key)
    assert key not in {row.id for row in registrar.client.encrypted_files().list().data}


def test_outdated_fingerprint_is_refused(registrar: Registrar) -> None:
    with pytest.raises(DidwwApiError) as refused:
        registrar.client.upload_encrypted_file("aa:::bb", b"data")
    assert refused.value.status_code == 422


def test_proof_and_permanent_document_are_made_read_and_deleted(registrar: Registrar) -> None:
    client, owner = registrar.client, registrar.identity()
    proof = registrar.prove(owner, "Passport", "Personal")
    assert proof.expires_at is None
    found = client.proofs().find(proof.id, QueryParams().include("proof_type", "entity")).data
    assert (found.proof_type.name, found.entity.id) == ("Passport", owner.id)
    query = QueryParams().filter("permanent", "true")
    form = client.supporting_document_templates().list(query).data[0]
    document = PermanentSupportingDocument()
    document.identity = Identity.build(owner.id)
    document.template = SupportingDocumentTemplate.build(form.id)
    document.files = [EncryptedFile.build(registrar.upload(b"a form"))]
    kept = client.permanent_supporting_documents().create(document).data
    read = client.permanent_supporting_documents().find(kept.id, QueryParams().include("template")).data
    assert read.template.url == form.url
    client.permanent_supporting_documents().delete(kept.id)
    client.proofs().delete(proof.id)
    with pytest.raises(DidwwApiError) as gone:
        client.proofs().find(proof.id)
    assert gone.value.status_code == 404


# --- registration ------------------------------------------------------------------------------------


def requirement_of(registrar: Registrar, iso: str, kind: str) -> Any:
    types = {row.name: row.id for row in registrar.client.did_group_types().list().data}
    query = (
        QueryParams().filter("country.id", registrar.country(iso).id).filter("did_group_type.id", types[kind])
    )
    (found,) = registrar.client.address_requirements().list(query.include("address_proof_types")).data
    return found


def test_number_is_registered_from_order_to_approval(registrar: Registrar) -> None:
    """The published way: requirement, identity, address, proofs, validation, verification."""
    client = registrar.client
    (did,) = registrar.numbers("AU", "Mobile")
    assert did.awaiting_registration
    requirement = requirement_of(registrar, "AU", "Mobile")
    assert requirement.service_description_required
    owner = registrar.identity("AU")
    home = registrar.address(owner, "AU", "Sydney")
    validation = AddressRequirementValidation()
    validation.address_requirement = AddressRequirement.build(requirement.id)
    validation.identity, validation.address = Identity.build(owner.id), Address.build(home.id)
    with pytest.raises(DidwwApiError) as gaps:
        client.address_requirement_validations().create(validation)
    assert [error["title"].split(" (")[0] for error in gaps.value.errors] == [
        "1 Identity Proof(s)",
        "1 Address Proof(s)",
    ]
    registrar.prove(owner, "Passport", "Personal")
    registrar.prove(home, requirement.address_proof_types[0].name, "Address")
    assert client.address_requirement_validations().create(validation).data.id == requirement.id
    verification = AddressVerification()
    verification.service_description = "calls"
    verification.callback_url, verification.callback_method = "http://127.0.0.1:9/", CallbackMethod.POST
    verification.address, verification.dids = Address.build(home.id), [Did.build(did.id)]
    made = client.address_verifications().create(verification).data
    assert made.status == AddressVerificationStatus.PENDING
    registrar.world.advance(by=timedelta(seconds=2))
    query = QueryParams().include("dids", "address.identity")
    shown = client.address_verifications().find(made.id, query).data
    assert shown.is_approved
    assert shown.address.identity.verified
    assert [(row.id, row.awaiting_registration, row.blocked) for row in shown.dids] == [
        (did.id, False, False)
    ]
    made.external_reference_id = "crm-2"
    assert client.address_verifications().update(made).data.external_reference_id == "crm-2"
    found = client.dids().find(did.id, QueryParams().include("address_verification", "identity")).data
    assert (found.address_verification.id, found.identity.id) == (made.id, owner.id)


def test_rejected_verification_of_the_seed_says_why(registrar: Registrar) -> None:
    query = QueryParams().filter("status", "rejected")
    (rejected,) = registrar.client.address_verifications().list(query).data
    assert rejected.is_rejected
    assert rejected.reject_reasons == [
        "Address cannot be validated",
        "Proof of address should be not older than of 6 months",
    ]


# --- emergency calling -------------------------------------------------------------------------------


def test_emergency_calling_from_requirement_to_cancellation(registrar: Registrar) -> None:
    client = registrar.client
    (boise,) = (
        client.did_groups()
        .list(QueryParams().filter("area_name", "Boise").include("stock_keeping_units"))
        .data
    )
    item = DidOrderItem()
    item.sku_id, item.qty = boise.stock_keeping_units[0].id, 1
    order = Order()
    order.items = [item]
    bought = client.orders().create(order).data
    registrar.world.advance(by=timedelta(minutes=1))
    (did,) = client.dids().list(QueryParams().filter("order.id", bought.id)).data
    query = QueryParams().filter("country.id", registrar.country("US").id)
    (requirement,) = client.emergency_requirements().list(query).data
    assert requirement.meta == {"setup_price": "0.0", "monthly_price": "2.5"}
    owner = registrar.identity("US", birth_date="1980-01-01")
    home = registrar.address(owner, "US", "Boise")
    validation = EmergencyRequirementValidation()
    validation.emergency_requirement = EmergencyRequirement.build(requirement.id)
    validation.address, validation.identity = Address.build(home.id), Identity.build(owner.id)
    assert client.emergency_requirement_validations().create(validation).data.id == requirement.id
    verification = EmergencyVerification()
    verification.callback_url, verification.callback_method = "http://127.0.0.1:9/", "post"
    verification.address, verification.dids = Address.build(home.id), [Did.build(did.id)]
    made = client.emergency_verifications().create(verification).data
    assert made.is_pending
    registrar.world.advance(by=timedelta(seconds=5))
    include = QueryParams().include("emergency_calling_service", "dids", "address")
    shown = client.emergency_verifications().find(made.id, include).data
    assert shown.is_approved
    key = shown.emergency_calling_service.id
    everything = QueryParams().include(
        "country",
        "did_group_type",
        "order",
        "address",
        "emergency_requirement",
        "emergency_verification",
        "dids",
    )
    service = client.emergency_calling_services().find(key, everything).data
    assert service.is_active
    assert (service.country.iso, service.address.id) == ("US", home.id)
    assert service.order.amount == "2.5"
    assert [row.emergency_enabled for row in service.dids] == [True]
    moved = registrar.address(owner, "US", "Reno")
    again = EmergencyVerification()
    again.address = Address.build(moved.id)
    again.emergency_calling_service = EmergencyCallingService.build(key)
    client.emergency_verifications().create(again)
    assert client.emergency_calling_services().find(key).data.is_pending_update
    registrar.world.advance(by=timedelta(seconds=5))
    client.emergency_calling_services().delete(key)
    canceled = client.emergency_calling_services().find(key).data
    assert canceled.is_canceled
    assert canceled.renew_date is None
    with pytest.raises(DidwwApiError):
        client.emergency_calling_services().delete(key)
