"""Who stands behind a number: identities, addresses, their documents, what is required of them, and reviews.

Names and values as in `rows`: wire names of 2026-04-16, lower-case words. The rows of the catalogue (proof
types, templates, requirements, areas) are shared by all sandboxes and never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from mockserver.core.tables import Row

# --- catalogue ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Area(Row):
    """A part of a country that an address may have to lie in."""

    table: ClassVar[str] = "didww.areas"
    id: str
    name: str
    country_id: str


@dataclass(frozen=True, slots=True)
class ProofType(Row):
    """A kind of document. `entity_type`: Address, Personal, Business, in every version."""

    table: ClassVar[str] = "didww.proof_types"
    id: str
    name: str
    entity_type: str


@dataclass(frozen=True, slots=True)
class SupportingDocumentTemplate(Row):
    """A form to be filled in. `permanent`: kept with the identity, else sent with each verification."""

    table: ClassVar[str] = "didww.supporting_document_templates"
    id: str
    name: str
    permanent: bool
    url: str


@dataclass(frozen=True, slots=True)
class AddressRequirement(Row):
    """What a country asks of numbers of one type.

    identity_type           any, personal, business
    *_area_level            world_wide, country, area, city; of an identity also None: not accepted
    *_mandatory_fields      labels as a person reads them, None when there are none
    """

    table: ClassVar[str] = "didww.address_requirements"
    id: str
    identity_type: str
    personal_area_level: str | None
    business_area_level: str | None
    address_area_level: str
    personal_proof_qty: int
    business_proof_qty: int
    address_proof_qty: int
    personal_mandatory_fields: tuple[str, ...] | None
    business_mandatory_fields: tuple[str, ...] | None
    service_description_required: bool
    restriction_message: str | None
    country_id: str
    did_group_type_id: str
    personal_permanent_document_id: str | None = None
    business_permanent_document_id: str | None = None
    personal_onetime_document_id: str | None = None
    business_onetime_document_id: str | None = None
    personal_proof_type_ids: tuple[str, ...] = ()
    business_proof_type_ids: tuple[str, ...] = ()
    address_proof_type_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmergencyRequirement(Row):
    """What emergency calling asks of an address. The prices are the account's; None: it has no rate there."""

    table: ClassVar[str] = "didww.emergency_requirements"
    id: str
    identity_type: str
    personal_area_level: str | None
    business_area_level: str | None
    address_area_level: str
    personal_mandatory_fields: tuple[str, ...]
    business_mandatory_fields: tuple[str, ...]
    address_mandatory_fields: tuple[str, ...]
    estimate_setup_time: str
    requirement_restriction_message: str | None
    country_id: str
    did_group_type_id: str
    # resource meta
    setup_price: Decimal | None
    monthly_price: Decimal | None


@dataclass(frozen=True, slots=True)
class PublicKey(Row):
    """One of the two keys that files are encrypted with. `pem` is `key` on the wire."""

    table: ClassVar[str] = "didww.public_keys"
    id: str
    pem: str


# --- the account -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity(Row):
    """A person or company that numbers are registered to."""

    table: ClassVar[str] = "didww.identities"
    owned: ClassVar[bool] = True
    id: str
    identity_type: str  # personal, business
    first_name: str
    last_name: str
    phone_number: str
    created_at: datetime
    verified: bool = False
    contact_email: str | None = None
    company_name: str | None = None
    company_reg_number: str | None = None
    vat_id: str | None = None
    id_number: str | None = None
    personal_tax_id: str | None = None
    birth_date: date | None = None
    description: str | None = None
    external_reference_id: str | None = None
    country_id: str | None = None
    birth_country_id: str | None = None


@dataclass(frozen=True, slots=True)
class Address(Row):
    """A postal address of an identity."""

    table: ClassVar[str] = "didww.addresses"
    owned: ClassVar[bool] = True
    id: str
    address: str
    city_name: str
    postal_code: str
    created_at: datetime
    identity_id: str
    country_id: str
    verified: bool = False
    description: str | None = None
    external_reference_id: str | None = None
    area_id: str | None = None
    city_id: str | None = None


@dataclass(frozen=True, slots=True)
class EncryptedFile(Row):
    """An upload that is not attached to anything yet. The bytes are not kept, only what they came to.

    size      bytes of the container; content_size and sha256 those of the file inside, None when it
              does not decrypt with both keys; problem says why
    """

    table: ClassVar[str] = "didww.encrypted_files"
    owned: ClassVar[bool] = True
    id: str
    description: str | None
    expires_at: datetime
    # kept by us
    size: int = 0
    content_size: int | None = None
    sha256: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proof(Row):
    """A document that proves an identity or an address. `expires_at` is set when it is accepted."""

    table: ClassVar[str] = "didww.proofs"
    owned: ClassVar[bool] = True
    id: str
    created_at: datetime
    proof_type_id: str
    entity_type: str  # identities, addresses
    entity_id: str
    expires_at: datetime | None = None
    external_reference_id: str | None = None
    # kept by us
    file_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PermanentSupportingDocument(Row):
    """A filled-in form kept with an identity."""

    table: ClassVar[str] = "didww.permanent_supporting_documents"
    owned: ClassVar[bool] = True
    id: str
    created_at: datetime
    template_id: str
    identity_id: str
    external_reference_id: str | None = None
    # kept by us
    file_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validation(Row):
    """A requirement that was checked. Not stored; goes by the id of the requirement (reference 6.7)."""

    table: ClassVar[str] = "didww.validations"
    owned: ClassVar[bool] = True
    id: str


@dataclass(frozen=True, slots=True)
class AddressVerification(Row):
    """A request to register numbers at an address. Reasons and comment come with a rejection."""

    table: ClassVar[str] = "didww.address_verifications"
    owned: ClassVar[bool] = True
    id: str
    reference: str
    status: str  # pending, approved, rejected
    created_at: datetime
    address_id: str
    did_ids: tuple[str, ...]
    service_description: str | None = None
    callback_url: str | None = None
    callback_method: str | None = None  # get, post
    reject_reasons: tuple[str, ...] | None = None
    reject_comment: str | None = None
    external_reference_id: str | None = None
    # kept by us
    file_ids: tuple[str, ...] = ()
    version: str = ""  # in which it was submitted: its callback is as that one has it


@dataclass(frozen=True, slots=True)
class EmergencyCallingService(Row):
    """A subscription to emergency calling; the numbers in it are those that name it.

    status   new, in_process, changes_required, active, pending_update, canceled
    """

    table: ClassVar[str] = "didww.emergency_calling_services"
    owned: ClassVar[bool] = True
    id: str
    name: str
    reference: str
    status: str
    created_at: datetime
    country_id: str
    did_group_type_id: str
    emergency_requirement_id: str
    emergency_verification_id: str | None
    address_id: str
    activated_at: datetime | None = None
    canceled_at: datetime | None = None
    renew_date: date | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class EmergencyVerification(Row):
    """A request to have an address accepted for emergency calls."""

    table: ClassVar[str] = "didww.emergency_verifications"
    owned: ClassVar[bool] = True
    id: str
    reference: str
    status: str  # pending, approved, rejected
    created_at: datetime
    address_id: str
    emergency_calling_service_id: str
    did_ids: tuple[str, ...] = ()
    callback_url: str | None = None
    callback_method: str | None = None  # get, post
    reject_reasons: tuple[str, ...] = ()
    reject_comment: str | None = None
    external_reference_id: str | None = None
