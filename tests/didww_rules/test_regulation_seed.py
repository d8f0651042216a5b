"""The seed of regulation hangs together, and holds what a customer cannot make."""

from __future__ import annotations

from collections import Counter

from mockserver.core.world import World
from mockserver.providers.didww.regulation_rows import (
    Address,
    AddressRequirement,
    AddressVerification,
    Area,
    EmergencyCallingService,
    EmergencyRequirement,
    EmergencyVerification,
    Identity,
    PermanentSupportingDocument,
    Proof,
    ProofType,
    SupportingDocumentTemplate,
)
from mockserver.providers.didww.rows import City, Country, Did, DidGroup, DidGroupType, Order
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.rules.documents import DropFile
from mockserver.providers.didww.rules.emergency_review import RenewService
from mockserver.providers.didww.rules.lifecycle import RenewDid
from mockserver.providers.didww.rules.verifications import ReviewAddress


def test_every_link_leads_somewhere(world: World) -> None:
    table = world.table
    for area in table(Area):
        assert area.country_id in table(Country)
    for city in table(City):
        assert city.area_id is None or table(Area)[city.area_id].country_id == city.country_id
    for requirement in (*table(AddressRequirement), *table(EmergencyRequirement)):
        assert requirement.country_id in table(Country)
        assert requirement.did_group_type_id in table(DidGroupType)
    for row in table(AddressRequirement):
        forms = (row.personal_permanent_document_id, row.business_permanent_document_id)
        assert all(form is None or table(SupportingDocumentTemplate)[form].permanent for form in forms)
        forms = (row.personal_onetime_document_id, row.business_onetime_document_id)
        assert all(form is None or not table(SupportingDocumentTemplate)[form].permanent for form in forms)
        for who in ("personal", "business", "address"):
            kinds = [table(ProofType)[key].entity_type for key in getattr(row, f"{who}_proof_type_ids")]
            assert set(kinds) <= {who.capitalize()}
            assert len(kinds) >= getattr(row, f"{who}_proof_qty"), "as many kinds as proofs are asked for"
    for address in table(Address):
        assert address.identity_id in table(Identity)
        assert address.country_id in table(Country)
        assert address.area_id is None or address.area_id in table(Area)
        assert address.city_id is None or address.city_id in table(City)
    for proof in table(Proof):
        assert proof.entity_id in table({"identities": Identity, "addresses": Address}[proof.entity_type])
    for document in table(PermanentSupportingDocument):
        assert document.identity_id in table(Identity)
        assert table(SupportingDocumentTemplate)[document.template_id].permanent


def test_verifications_and_numbers_name_each_other(world: World) -> None:
    dids = world.table(Did)
    for verification in world.table(AddressVerification):
        assert verification.address_id in world.table(Address)
        for did_id in verification.did_ids:
            linked = dids[did_id].address_verification_id
            assert linked == (verification.id if verification.status == "approved" else None)
            assert dids[did_id].awaiting_registration is (verification.status != "approved")
    for did in dids:
        assert did.order_id in world.table(Order)
        if did.address_verification_id is not None:
            assert did.id in world.table(AddressVerification)[did.address_verification_id].did_ids
        if did.emergency_calling_service_id is not None:
            service = world.table(EmergencyCallingService)[did.emergency_calling_service_id]
            assert did.emergency_enabled is (service.status == "active")
            group = world.table(DidGroup)[did.did_group_id]
            assert "emergency" in group.features
    for service in world.table(EmergencyCallingService):
        assert service.emergency_verification_id in world.table(EmergencyVerification)
        assert (service.order_id is None) or service.order_id in world.table(Order)


def test_groups_that_need_registration_have_their_requirement(world: World) -> None:
    for group in world.table(DidGroup):
        if not group.needs_registration:
            assert group.address_requirement_id is None
            continue
        requirement = world.table(AddressRequirement)[group.address_requirement_id or ""]
        assert requirement.country_id == group.country_id
        assert requirement.did_group_type_id == group.did_group_type_id


def test_numbers_of_the_account_are_not_on_sale(world: World) -> None:
    numbers = [int(did.number) for did in world.table(Did)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert not world.stock("didww").take(number)
    assert availability.every(world)


def test_there_is_one_of_each_thing_that_a_customer_cannot_make(world: World) -> None:
    statuses = Counter(row.status for row in world.table(AddressVerification))
    assert statuses == {"approved": 2, "rejected": 1, "pending": 1}
    (rejected,) = (row for row in world.table(AddressVerification) if row.status == "rejected")
    assert rejected.reject_reasons and rejected.reject_comment
    priced = [row.monthly_price is not None for row in world.table(EmergencyRequirement)]
    assert Counter(priced) == {True: 2, False: 1}
    assert {row.status for row in world.table(EmergencyCallingService)} == {
        "active",
        "canceled",
        "changes_required",
    }
    assert len(world.table(ProofType)) == 17


def test_nothing_of_the_agenda_is_overdue_for_years(world: World) -> None:
    """A server started today must not find renewals and lapses that should have happened."""
    entries = world.scheduler.agenda()
    kinds = Counter(type(entry.job) for entry in entries)
    assert kinds == {DropFile: 3, RenewService: 1, ReviewAddress: 1, RenewDid: len(world.table(Did))}
    assert all(entry.due is None or entry.due.year >= 2030 for entry in entries)
    (held,) = (entry for entry in entries if entry.due is None)
    assert isinstance(held.job, ReviewAddress)
