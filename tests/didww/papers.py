"""The part of the account machine that registers: people, addresses, uploads, proofs, verifications."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mockserver.core.world import World
from mockserver.providers.didww.regulation_rows import (
    AddressVerification,
    EmergencyCallingService,
    EncryptedFile,
    PermanentSupportingDocument,
    Proof,
)
from mockserver.providers.didww.rows import Did
from tests.didww.account import Account, Answer
from tests.didww.uploading import BATCH_UNTIL, container, upload

SMALL = st.integers(0, 9)
_CONTAINER: list[bytes] = []  # the same keys everywhere: one is enough


class Papers:
    """Rules and invariants; the machine that has them can ask."""

    account: Account
    world: World

    def ask(self, method: str, path: str, data: Any = None, version: str = "2026-04-16") -> Answer:
        raise NotImplementedError

    def some(self, kind: str, place: int, query: str = "") -> dict[str, Any] | None:
        raise NotImplementedError

    def link(self, row: dict[str, Any] | None) -> dict[str, Any]:
        return {"data": None if row is None else {"type": row["type"], "id": row["id"]}}

    def links(self, *rows: dict[str, Any] | None) -> dict[str, Any]:
        return {"data": [self.link(row)["data"] for row in rows if row is not None]}

    def make(self, kind: str, attributes: dict[str, Any], **relations: Any) -> Answer:
        return self.ask(
            "POST", f"/{kind}", {"type": kind, "attributes": attributes, "relationships": relations}
        )

    # --- who and where ---------------------------------------------------------------------------------

    @rule(iso=st.sampled_from(["US", "DE", "BE"]), kind=st.sampled_from(["personal", "business"]), own=SMALL)
    def make_person(self, iso: str, kind: str, own: int) -> None:
        country = self.account.get(f"/countries?filter[iso]={iso}").data[0]
        names = {"first_name": "Ann", "last_name": "Lee", "phone_number": "441632960000"}
        names |= {"company_name": "Lee Ltd", "birth_date": "1970-01-01"} if own else {}
        self.make("identities", {"identity_type": kind, **names}, country=self.link(country))

    @rule(place=SMALL, iso=st.sampled_from(["US", "DE", "BE"]))
    def make_address(self, place: int, iso: str) -> None:
        country = self.account.get(f"/countries?filter[iso]={iso}").data[0]
        where = {"city_name": "Albany", "postal_code": "12207", "address": "1 State Street"}
        identity = self.link(self.some("identities", place))
        self.make("addresses", where, identity=identity, country=self.link(country))

    # --- papers ----------------------------------------------------------------------------------------

    @rule(version=st.sampled_from([BATCH_UNTIL, "2026-04-16"]), good=st.booleans())
    def upload_file(self, version: str, good: bool) -> None:
        if not _CONTAINER:
            _CONTAINER.append(container(self.account, b"a page"))
        before = len(self.world.table(EncryptedFile))
        answer = upload(self.account.as_of(version), _CONTAINER[0], print_="" if good else "0:::0")
        assert answer.status == (201 if good else 422)
        assert len(self.world.table(EncryptedFile)) == before + good

    @rule(place=SMALL, other=SMALL, kind=st.sampled_from(["identities", "addresses"]), file=SMALL)
    def prove(self, place: int, other: int, kind: str, file: int) -> None:
        self.make(
            "proofs",
            {},
            proof_type=self.link(self.some("proof_types", other)),
            entity=self.link(self.some(kind, place)),
            files=self.links(self.some("encrypted_files", file)),
        )

    @rule(place=SMALL, other=SMALL, file=SMALL)
    def hand_in(self, place: int, other: int, file: int) -> None:
        self.make(
            "permanent_supporting_documents",
            {},
            identity=self.link(self.some("identities", place)),
            template=self.link(self.some("supporting_document_templates", other)),
            files=self.links(self.some("encrypted_files", file)),
        )

    # --- verifications ---------------------------------------------------------------------------------

    @rule(place=SMALL, other=SMALL, file=SMALL, wait=st.booleans(), outcome=st.sampled_from(["", "rejected"]))
    def register(self, place: int, other: int, file: int, wait: bool, outcome: str) -> None:
        number = self.some("dids", place, "&filter[awaiting_registration]=true")
        upload = self.some("encrypted_files", file) if file > 5 else None
        answer = self.make(
            "address_verifications",
            {},
            address=self.link(self.some("addresses", other)),
            dids=self.links(number),
            onetime_files=self.links(upload),
        )
        if answer.status == 201 and not wait:
            self.world.advance(by=timedelta())
            self.world.fire(f"didww.address_verifications/{answer.data['id']}", outcome)

    @rule(place=SMALL, other=SMALL)
    def call_for_help(self, place: int, other: int) -> None:
        number = self.some("dids", place, "&filter[did_group.features]=emergency")
        address = self.link(self.some("addresses", other))
        self.make("emergency_verifications", {}, address=address, dids=self.links(number))

    @rule(place=SMALL, other=SMALL)
    def move_service(self, place: int, other: int) -> None:
        service = self.link(self.some("emergency_calling_services", place))
        address = self.link(self.some("addresses", other))
        self.make("emergency_verifications", {}, address=address, emergency_calling_service=service)

    @rule(
        kind=st.sampled_from(["address_verifications", "emergency_verifications"]),
        place=SMALL,
        outcome=st.sampled_from(["approved", "rejected"]),
    )
    def decide(self, kind: str, place: int, outcome: str) -> None:
        pending = [
            row for row in self.account.get(f"/{kind}").data if row["attributes"]["status"] == "pending"
        ]
        if pending:
            self.world.advance(by=timedelta())
            self.world.fire(f"didww.{kind}/{pending[place % len(pending)]['id']}", outcome)

    @rule(
        place=SMALL,
        other=SMALL,
        name=st.sampled_from(["address_verification", "emergency_calling_service"]),
    )
    def put_under(self, place: int, other: int, name: str) -> None:
        number = self.some("dids", place)
        if number is not None:
            target = None if other == 9 else self.some(f"{name}s", other)
            data = {"type": "dids", "id": number["id"], "relationships": {name: self.link(target)}}
            self.ask("PATCH", f"/dids/{number['id']}", data)

    # --- what must hold --------------------------------------------------------------------------------

    @invariant()
    def file_is_in_one_place(self) -> None:
        used = [
            file_id
            for table in (Proof, PermanentSupportingDocument, AddressVerification)
            for row in self.world.table(table)
            for file_id in row.file_ids
        ]
        waiting = [str(row.id) for row in self.world.table(EncryptedFile)]
        assert len({*used, *waiting}) == len(used) + len(waiting)
        assert [row["id"] for row in self.account.get("/encrypted_files?page[size]=1000").data] == waiting

    @invariant()
    def numbers_are_registered_by_what_was_approved(self) -> None:
        services = self.world.table(EmergencyCallingService)
        for did in self.world.table(Did):
            assert did.blocked or not did.awaiting_registration
            if did.address_verification_id is not None:
                verification = self.world.table(AddressVerification)[did.address_verification_id]
                assert verification.status == "approved"
                assert not did.awaiting_registration
            if did.emergency_enabled:
                assert did.emergency_calling_service_id is not None
                assert services[did.emergency_calling_service_id].status in ("active", "pending_update")
