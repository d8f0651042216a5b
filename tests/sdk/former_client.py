"""What `test_former_client` runs with didww 2.x: every resource of that client, from first to last.

Arguments: the server's address, and an Api-Key. Prints the parts of the client that were used, one a line;
any answer that is not as expected ends it with a traceback.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl

# Resources that were made and not read in that version.
MADE_ONLY = {
    "proofs",
    "permanent_supporting_documents",
    "requirement_validations",
    "voice_out_trunk_regenerate_credentials",
}


def main(address: str, key: str) -> None:
    from didww.client import DidwwClient
    from didww.enums import (
        AddressVerificationStatus,
        CallbackMethod,
        ExportStatus,
        ExportType,
        IdentityType,
        OrderStatus,
    )
    from didww.query_params import QueryParams

    used: set[str] = set()

    class Watched(DidwwClient):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            used.add(name)
            return super().__getattribute__(name)

    client = Watched(api_key=key, base_url=f"{address}/didww/v3")
    assert client.API_VERSION == "2022-05-10"

    def build(path: str, kind: str, /, **attributes: Any) -> Any:
        """A new record of a resource class."""
        module = __import__(f"didww.resources.{path}", fromlist=[kind])
        made = getattr(module, kind)()
        for field, value in attributes.items():
            setattr(made, field, value)
        return made

    def linked(path: str, name: str, identifier: str) -> Any:
        module = __import__(f"didww.resources.{path}", fromlist=[name])
        return getattr(module, name).build(identifier)

    def query(*include: str, **filters: str) -> Any:
        made = QueryParams().include(*include) if include else QueryParams()
        for name, value in filters.items():
            made = made.filter(name.replace("__", "."), value)
        return made

    # --- what is on sale
    for part in ("regions", "cities", "areas", "did_group_types", "nanpa_prefixes", "pops", "proof_types"):
        rows = getattr(client, part)().list().data
        assert rows, part
        if part != "pops":
            continue
    (germany,) = client.countries().list(query(iso="DE")).data
    assert client.countries().find(germany.id).data.name == "Germany"
    assert client.supporting_document_templates().list().data[0].url.startswith("http")
    groups = client.did_groups().list(query("stock_keeping_units", needs_registration="false")).data
    group = next(row for row in groups if row.area_name == "Honolulu")
    sku = group.stock_keeping_units[0]
    number = client.available_dids().list(query("nanpa_prefix", did_group__id=group.id)).data[0]
    assert number.nanpa_prefix.npa == number.number[1:4]

    # --- a reservation, orders, numbers
    reservation = build("did_reservation", "DidReservation", description="former")
    reservation.available_did = linked("available_did", "AvailableDid", number.id)
    reserved = client.did_reservations().create(reservation).data
    assert isinstance(reserved.expire_at, datetime)
    assert client.did_reservations().find(reserved.id).data.description == "former"
    client.did_reservations().delete(reserved.id)
    funds = float(client.balance().find().data.total_balance)
    item = build("order_item.did_order_item", "DidOrderItem", sku_id=sku.id, qty=2)
    order = client.orders().create(build("order", "Order", items=[item])).data
    assert order.status == OrderStatus.PENDING
    order = client.orders().find(order.id).data
    assert order.status == OrderStatus.COMPLETED
    assert float(client.balance().find().data.total_balance) < funds
    did, _ = client.dids().list(query("order", order__id=order.id)).data
    assert did.order.id == order.id

    # --- voice and channels
    sip = build("configuration.sip", "SipConfiguration", host="sip.example.com", username="{DID}")
    trunk = build("voice_in_trunk", "VoiceInTrunk", name="former", configuration=sip)
    trunk = client.voice_in_trunks().create(trunk).data
    trunk.description = "changed"
    assert client.voice_in_trunks().update(trunk).data.description == "changed"
    did.voice_in_trunk = linked("voice_in_trunk", "VoiceInTrunk", trunk.id)
    did.description = "front desk"
    assert client.dids().update(did).data.description == "front desk"
    routed = client.dids().find(did.id, query("voice_in_trunk")).data
    assert routed.voice_in_trunk.name == "former"
    trunks = build("voice_in_trunk_group", "VoiceInTrunkGroup", name="former group", capacity_limit=3)
    trunks = client.voice_in_trunk_groups().create(trunks).data
    client.voice_in_trunk_groups().delete(trunks.id)
    caller = build("voice_out_trunk", "VoiceOutTrunk", name="former out", allowed_sip_ips=["203.0.113.5"])
    caller.on_cli_mismatch_action = "reject_call"
    caller = client.voice_out_trunks().create(caller).data
    assert caller.allowed_sip_ips == ["203.0.113.5/32"]
    path = "voice_out_trunk_regenerate_credential"
    rotation = build(path, "VoiceOutTrunkRegenerateCredential")
    rotation.voice_out_trunk = linked("voice_out_trunk", "VoiceOutTrunk", caller.id)
    client.voice_out_trunk_regenerate_credentials().create(rotation)
    assert client.voice_out_trunks().find(caller.id).data.password != caller.password
    client.voice_out_trunks().delete(caller.id)
    pool = client.capacity_pools().list().data[0]
    shared = build("shared_capacity_group", "SharedCapacityGroup", name="former", shared_channels_count=1)
    shared.capacity_pool = linked("capacity_pool", "CapacityPool", pool.id)
    shared = client.shared_capacity_groups().create(shared).data
    client.shared_capacity_groups().delete(shared.id)

    # --- registration
    person = build("identity", "Identity", first_name="Ann", last_name="Lee", phone_number="4930123456")
    person.identity_type, person.country = IdentityType.PERSONAL, linked("country", "Country", germany.id)
    person = client.identities().create(person).data
    home = build("address", "Address", city_name="Berlin", postal_code="10115", address="Platz 1")
    home.identity = linked("identity", "Identity", person.id)
    home.country = linked("country", "Country", germany.id)
    home = client.addresses().create(home).data
    files = upload(client, b"page one", b"page two")
    assert len(client.encrypted_files().list().data) >= 2
    assert client.encrypted_files().find(files[1]).data.description == "page"
    kinds = client.proof_types().list(query(entity_type="Personal")).data
    proof = build("proof", "Proof", proof_type=linked("proof_type", "ProofType", kinds[0].id))
    proof.entity = linked("identity", "Identity", person.id)
    proof.files = [linked("encrypted_file", "EncryptedFile", files[0])]
    proof = client.proofs().create(proof).data
    client.proofs().delete(proof.id)
    client.encrypted_files().delete(files[1])
    requirement = client.requirements().list(query(country__id=germany.id)).data[0]
    assert client.requirements().find(requirement.id, query("country")).data.country.iso == "DE"
    refused(client, build, linked, requirement.id, person.id)
    permanent = build("permanent_supporting_document", "PermanentSupportingDocument")
    template = client.supporting_document_templates().list(query(permanent="true")).data[0]
    permanent.template = linked("supporting_document_template", "SupportingDocumentTemplate", template.id)
    permanent.identity = linked("identity", "Identity", person.id)
    permanent.files = [linked("encrypted_file", "EncryptedFile", upload(client, b"x")[0])]
    permanent = client.permanent_supporting_documents().create(permanent).data
    client.permanent_supporting_documents().delete(permanent.id)
    verifications = client.address_verifications().list().data
    rejected = next(row for row in verifications if row.status == AddressVerificationStatus.REJECTED)
    assert len(rejected.reject_reasons) > 1
    client.addresses().delete(home.id)
    client.identities().delete(person.id)

    # --- calls
    export = build("export", "Export", export_type=ExportType.CDR_IN)
    export.filters = {"year": "2026", "month": "02"}
    export = client.exports().create(export).data
    assert export.status == ExportStatus.PENDING
    for _ in range(2):
        client.balance().find()
    export = client.exports().find(export.id).data
    assert export.status == ExportStatus.COMPLETED
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "calls.csv")
        client.download_and_decompress_export(export.url, file)
        with open(file, encoding="utf-8") as text:
            lines = text.read().splitlines()
    assert lines[0].startswith("Date/Time Start (UTC),Date/Time Connect (UTC)")
    assert len(lines) > 20

    # --- callbacks
    for method in CallbackMethod:
        wanted = build("order", "Order", items=[item], callback_method=method)
        told(client, wanted, key)

    did.terminated = True
    assert client.dids().update(did).data.terminated

    # --- the rest of what can be read, and renamed
    held = build("did_reservation", "DidReservation")
    held.available_did = linked("available_did", "AvailableDid", client.available_dids().list().data[0].id)
    client.did_reservations().create(held)
    for name, method in vars(DidwwClient).items():
        own = callable(method) and not name.startswith("_") and method.__code__.co_argcount == 1
        if own and name != "balance":
            read_all(name, getattr(client, name))
    for name in ("identities", "addresses"):
        row = getattr(client, name)().list().data[0]
        row.description = "changed"
        assert getattr(client, name)().update(row).data.description == "changed"
    for name in ("voice_in_trunk_groups", "voice_out_trunks", "shared_capacity_groups"):
        row = getattr(client, name)().list().data[0]
        row.name = f"changed {name}"
        assert getattr(client, name)().update(row).data.name == f"changed {name}"
    sys.stdout.write("\n".join(sorted(used)))


class Hook(BaseHTTPRequestHandler):
    """Takes one callback, and keeps it as `server.got`: method, address, body, signature."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        url = f"http://{self.headers['host']}{self.path}"
        self.server.got = self.command, url, body, self.headers["x-didww-signature"]  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Nothing: what stands on the way out is counted."""


def told(client: Any, order: Any, key: str) -> None:
    """The callback of an order comes, and the client's own validator accepts it."""
    from didww.callback.request_validator import RequestValidator

    with HTTPServer(("127.0.0.1", 0), Hook) as hook:
        hook.timeout = 20
        order.callback_url = f"http://127.0.0.1:{hook.server_port}/hook?x=1"
        order = client.orders().create(order).data
        client.balance().find()
        hook.handle_request()
        method, url, body, signature = hook.got  # type: ignore[attr-defined]
    assert method == order.callback_method
    payload = dict(parse_qsl(body or url.partition("?")[2]))
    payload.pop("x", None)
    assert payload == {"id": order.id, "type": "orders", "status": "completed"}
    assert RequestValidator(key).validate(url, payload, signature)
    assert not RequestValidator("another").validate(url, payload, signature)


def read_all(name: str, resource: Any) -> None:
    """Whatever is listed is found, the same; the rest is not there (reference 1.2)."""
    from didww.exceptions import DidwwApiError

    try:
        rows = resource().list().data
    except DidwwApiError as problem:
        assert problem.status_code == 404, (name, problem)
        assert name in MADE_ONLY, name
        return
    assert rows, name
    assert name not in MADE_ONLY, name
    for row in rows[:2]:
        if name in ("pops", "public_keys"):
            continue
        found = resource().find(row.id).data
        assert dict(found.raw_object.attributes) == dict(row.raw_object.attributes), name


def upload(client: Any, *pages: bytes) -> Any:
    """Files, encrypted by the client's own helper, in one request."""
    from didww.encrypt import Encrypt

    keys = [row.key for row in client.public_keys().list().data]
    sealed = [{"data": Encrypt.encrypt_with_keys(page, keys), "description": "page"} for page in pages]
    return client.upload_encrypted_files(Encrypt.calculate_fingerprint(keys), sealed)


def refused(client: Any, build: Any, linked: Any, requirement: str, identity: str) -> None:
    """A requirement that the identity does not meet says what is missing."""
    from didww.exceptions import DidwwApiError

    wanted = build("requirement_validation", "RequirementValidation")
    wanted.requirement = linked("requirement", "Requirement", requirement)
    wanted.identity = linked("identity", "Identity", identity)
    try:
        client.requirement_validations().create(wanted)
    except DidwwApiError as problem:
        assert problem.status_code == 422, problem


if __name__ == "__main__":
    main(*sys.argv[1:])
