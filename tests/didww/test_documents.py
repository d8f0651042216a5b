"""Uploads, proofs and permanent documents; the keys, the container, and what is said about it."""

from __future__ import annotations

import hashlib
import os

import pytest

from mockserver.core.messages import Request
from mockserver.providers.didww.regulation_rows import EncryptedFile
from tests.didww.account import Account
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.refusals import unchanged
from tests.didww.regulation import JOHN, create, document, identity, link, links, proof, proof_type
from tests.didww.uploading import (
    BOUNDARY,
    container,
    encrypt,
    fingerprint,
    form_of,
    keys,
    send_form,
    upload,
    uploaded,
    wrap,
)
from tests.support import Server

FILE, PRINT = "encrypted_files[file]", "encrypted_files[encryption_fingerprint]"


# --- keys --------------------------------------------------------------------------------------------


def test_keys_are_two_and_need_no_key_to_the_account(account: Account) -> None:
    """Recorded: data alone, RSA of 4096 bits."""
    answer = account.get("/public_keys", api_key=None)
    assert answer.status == 200
    assert list(answer.body) == ["data"]
    assert [list(row["attributes"]) for row in answer.data] == [["key"], ["key"]]
    assert account.get("/public_keys").body == answer.body
    assert account.get("/public_keys", api_key="wrong").body == answer.body
    assert len({row["id"] for row in answer.data}) == 2
    assert all(pem.startswith("-----BEGIN PUBLIC KEY-----\n") for pem in keys(account))
    assert account.get(f"/public_keys/{answer.data[0]['id']}").status == 404


def test_keys_are_the_same_in_every_sandbox_and_server(account: Account) -> None:
    other = Account(Server(rate_limits=False, journal_entries=0), "elsewhere")
    assert keys(other) == keys(account) == keys(account.as_of(OLD))


# --- uploads -----------------------------------------------------------------------------------------


def stored(account: Account) -> EncryptedFile:
    """The newest upload, as the server remembers it."""
    return list(account.world.table(EncryptedFile))[-1]


def test_upload_is_taken_in_and_lies_for_a_day(account: Account) -> None:
    content = b"%PDF-1.7 a passport"
    answer = upload(account, container(account, content), description="passport")
    assert (answer.status, answer.headers["content-type"]) == (201, "application/json")
    assert answer.body == {
        "data": {
            "id": answer.data["id"],
            "type": "encrypted_files",
            "attributes": {"description": "passport", "expires_at": "2026-03-02T12:00:00.000Z"},
        },
        "meta": {"api_version": NEW},
    }
    assert answer.headers["x-mock-upload"] == f"decrypts with both keys; {len(content)} bytes"
    assert (stored(account).content_size, stored(account).problem) == (len(content), "")
    assert stored(account).sha256 == hashlib.sha256(content).hexdigest()
    path = f"/encrypted_files/{answer.data['id']}"
    assert account.get(path).data == answer.data
    account.advance(hours=23.9)
    assert account.get(path).status == 200
    account.advance(hours=0.2)
    assert_refused(account.get(path), "not_found", id=answer.data["id"])
    assert answer.data["id"] not in {row["id"] for row in account.get("/encrypted_files").data}


def test_several_files_come_in_one_form_before_2026(account: Account) -> None:
    old = account.as_of(OLD)
    answer = upload(old, container(account, b"one"), container(account, b"two"), description="both")
    assert (answer.status, list(answer.body)) == (201, ["ids"])
    rows = [old.get(f"/encrypted_files/{key}").data["attributes"] for key in answer.body["ids"]]
    assert rows == [{"description": "both", "expire_at": "2026-03-02T12:00:00.000Z"}] * 2
    assert account.get(f"/encrypted_files/{answer.body['ids'][0]}").data["attributes"]["expires_at"]


def test_upload_is_deleted(account: Account) -> None:
    key = uploaded(account)
    assert account.delete(f"/encrypted_files/{key}").status == 204
    assert_refused(account.delete(f"/encrypted_files/{key}"), "not_found", id=key)
    account.advance(days=2)  # what would have dropped it finds nothing


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 16, os.urandom(100_000)])
def test_file_of_any_length_decrypts(content: bytes, account: Account) -> None:
    answer = upload(account, container(account, content))
    assert answer.headers["x-mock-upload"] == f"decrypts with both keys; {len(content)} bytes"
    assert stored(account).sha256 == hashlib.sha256(content).hexdigest()


def test_container_that_does_not_decrypt_is_taken_in_and_told(account: Account) -> None:
    """DIDWW only looks at the fingerprint (reference 6.4); the journal says what is wrong."""
    a, b = keys(account)
    secret, other = os.urandom(48), os.urandom(48)
    body = encrypt(secret, b"a file of some length")
    wrong = {
        b"plain text, not encrypted at all": "it is no container",
        os.urandom(1024) + body: "neither key opens its block",
        wrap(b, secret) + wrap(a, secret) + body: "neither key opens its block",
        wrap(a, secret) + os.urandom(512) + body: "only key A opens its block",
        os.urandom(512) + wrap(b, secret) + body: "only key B opens its block",
        wrap(a, secret) + wrap(b, other) + body: "the two blocks hold different AES keys",
        wrap(a, secret[:40]) + wrap(b, secret[:40]) + body: "a block holds 40 bytes, not 48",
        wrap(a, secret) + wrap(b, secret) + body[:-1]: "it is no container",
        wrap(a, secret) + wrap(b, secret): "it is no container",
    }
    for data, problem in wrong.items():
        answer = upload(account, data)
        assert answer.status == 201
        assert answer.headers["x-mock-upload"].startswith(f"does not decrypt as documented: {problem}")
        assert stored(account).problem.startswith(problem)
        assert stored(account).size == len(data)


def test_what_an_upload_came_to_is_in_the_journal() -> None:
    account = Account(Server(), "journalled")
    upload(account, container(account, b"a file"))
    entry = list(account.world.journal)[-1]
    assert entry.operation == "encrypted_files.create"
    assert ("X-Mock-Upload", "decrypts with both keys; 6 bytes") in entry.answer_headers


def test_stored_uploads_hold_no_bytes(account: Account) -> None:
    """However much is sent, an account remembers a few numbers of each file."""
    upload(account, container(account, b"x" * 1_000_000))
    row = stored(account)
    assert row.size > 1_000_000
    assert all(len(value) < 100 for value in (row.sha256, row.problem, row.description or "") if value)


# --- uploads that are refused ------------------------------------------------------------------------


def test_upload_with_an_outdated_fingerprint_is_refused(account: Account) -> None:
    data = container(account, b"x")
    wrong = fingerprint(account)[::-1]
    with unchanged(account):
        assert_refused(upload(account, data, print_=wrong), "upload_outdated_fingerprint")
        assert_refused(send_form(account, (FILE, "file.enc", data)), "upload_outdated_fingerprint")
        answer = upload(account.as_of(OLD), data, print_=wrong)
    assert (answer.status, answer.body) == (422, {"errors": {"base": ["outdated fingerprint"]}})


def test_upload_without_a_file_is_refused(account: Account) -> None:
    mark = (PRINT, None, fingerprint(account).encode())
    with unchanged(account):
        assert_refused(send_form(account, mark), "upload_without_file")
        assert_refused(send_form(account, mark, (FILE, "file.enc", b"")), "upload_without_file")
        assert_refused(send_form(account, mark, (FILE, None, b"a text")), "upload_without_file")
        assert send_form(account.as_of(OLD), mark).status == 422


def test_form_of_another_version_is_refused(account: Account) -> None:
    data = container(account, b"x")
    mark = (PRINT, None, fingerprint(account).encode())
    with unchanged(account):
        answer = send_form(account, mark, ("encrypted_files[items][][file]", "file.enc", data))
        assert_refused(answer, "upload_invalid_params")
        assert send_form(account.as_of(OLD), mark, (FILE, "file.enc", data)).status == 400


def test_file_over_twenty_megabytes_is_refused(account: Account) -> None:
    mark = (PRINT, None, fingerprint(account).encode())
    with unchanged(account):
        assert_refused(send_form(account, mark, (FILE, "file.enc", b"x" * 20_000_001)), "upload_too_large")
    assert send_form(account, mark, (FILE, "file.enc", b"x" * 20_000_000)).status == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        form_of((FILE, "f", b"x"))[:-6],
        form_of((FILE, "f", b"x")).replace(BOUNDARY.encode(), b"another"),
        form_of(*[("x", None, b"")] * 500),
        form_of(("", None, b"\xff")),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_broken_form_is_refused(body: bytes, version: str, account: Account) -> None:
    account = account.as_of(version)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    with unchanged(account):
        for content_type in (
            kind,
            "multipart/form-data",
            "application/json",
            "application/vnd.api+json",
            None,
        ):
            headers = {"content-type": content_type, "accept": None}
            answer = account.send("POST", "/encrypted_files", body=body, headers=headers)
            assert 400 <= answer.status < 500, (content_type, answer.raw)


def test_upload_needs_a_key_and_takes_any_accept(account: Account) -> None:
    data = container(account, b"x")
    mark = (PRINT, None, fingerprint(account).encode())
    answer = send_form(account, mark, (FILE, "file.enc", data), **{"api-key": None})
    assert_refused(answer, "unauthorized")
    for accept in (None, "*/*", "application/json", "text/html"):
        assert send_form(account, mark, (FILE, "f", data), accept=accept).status == 201
    account.world.options["didww"]["read_only"] = True
    with unchanged(account):
        assert_refused(send_form(account, mark, (FILE, "f", data)), "forbidden")


def test_unknown_parts_are_named(account: Account) -> None:
    mark = (PRINT, None, fingerprint(account).encode())
    answer = send_form(account, mark, (FILE, "f", container(account, b"x")), ("bogus", None, b"1"))
    assert (answer.status, answer.headers["x-mock-ignored"]) == (201, "bogus")


# --- proofs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_proof_takes_its_files_along(version: str, account: Account) -> None:
    account = account.as_of(version)
    file = uploaded(account)
    answer = create(
        account,
        "proofs",
        proof_type=link("proof_types", proof_type(account, "Passport", "Personal")),
        entity=link("identities", JOHN),
        files=links("encrypted_files", file),
    )
    assert answer.data["attributes"]["created_at"] == "2026-03-01T12:00:00.000Z"
    assert answer.data["attributes"]["expires_at"] is None
    assert list(answer.data["relationships"]) == ["proof_type", "entity"]
    assert_refused(account.get(f"/encrypted_files/{file}"), "not_found", id=file)
    listed = account.get(f"/identities/{JOHN}?include=proofs").data["relationships"]["proofs"]["data"]
    assert listed == [{"type": "proofs", "id": answer.data["id"]}]
    again = create(
        account,
        "proofs",
        proof_type=link("proof_types", proof_type(account, "Passport", "Personal")),
        entity=link("identities", JOHN),
        files=links("encrypted_files", file),
    )
    assert_refused(again, "is_invalid", name="files", part="relationships")
    account.advance(days=2)  # a file that is used does not lapse
    assert account.delete(f"/proofs/{answer.data['id']}").status == 204
    assert account.get(f"/identities/{JOHN}/proofs").data == []


def test_proof_must_prove_what_it_is_for(account: Account) -> None:
    company = identity(account, identity_type="business", company_name="C")
    home = account.get(f"/identities/{JOHN}/addresses").data[0]["id"]
    entities = {
        "Personal": ("identities", JOHN),
        "Business": ("identities", company),
        "Address": ("addresses", home),
    }
    for proves in entities:
        for is_a, (kind, key) in entities.items():
            with_file = document(
                "proofs",
                None,
                {},
                proof_type=link("proof_types", proof_type(account, "Other", proves)),
                entity=link(kind, key),
                files=links("encrypted_files", uploaded(account)),
            )
            answer = account.post("/proofs?include=entity", with_file)
            if proves == is_a:
                assert answer.data["relationships"]["entity"]["data"] == {"type": kind, "id": key}
                assert [row["type"] for row in answer.body["included"]] == [kind]
            else:
                assert_refused(answer, "is_invalid", name="proof_type", part="relationships")


def test_lapsed_upload_cannot_be_used(account: Account) -> None:
    file = uploaded(account)
    account.advance(days=1)
    answer = create(
        account,
        "proofs",
        proof_type=link("proof_types", proof_type(account, "Passport", "Personal")),
        entity=link("identities", JOHN),
        files=links("encrypted_files", file),
    )
    assert_refused(answer, "is_invalid", name="files", part="relationships")


def test_proofs_can_be_read_and_changed_from_2026_on(account: Account) -> None:
    key = proof(account, "identities", JOHN, "Passport", "Personal")
    body = document("proofs", key, {"external_reference_id": "crm-1"})
    old = account.as_of(OLD)
    for kind in ("proofs", "permanent_supporting_documents"):
        one = account.get(f"/{kind}").data[0]["id"]
        assert [old.get(f"/{kind}").status, old.get(f"/{kind}/{one}").status] == [404, 404]
    assert old.patch(f"/proofs/{key}", body).status == 404
    assert account.patch(f"/proofs/{key}", body).data["attributes"]["external_reference_id"] == "crm-1"
    assert account.get(f"/proofs/{key}").data["attributes"]["external_reference_id"] == "crm-1"
    answer = account.patch(f"/proofs/{key}", document("proofs", key, {"external_reference_id": "x" * 101}))
    assert_refused(answer, "external_reference_too_long")


@pytest.mark.parametrize("kind", ["proofs", "permanent_supporting_documents"])
def test_missing_document_is_refused_in_its_own_words(kind: str, account: Account) -> None:
    """Documented for these two types, but that proofs are deleted with the usual words."""
    nobody = "00000000-0000-4000-8000-000000000000"
    assert_refused(account.get(f"/{kind}/{nobody}"), "record_not_found_of", type=kind)
    changed = account.patch(f"/{kind}/{nobody}", document(kind, nobody))
    assert_refused(changed, "record_not_found_of", type=kind)
    deleted = account.delete(f"/{kind}/{nobody}")
    if kind == "proofs":
        assert_refused(deleted, "not_found", id=nobody)
    else:
        assert_refused(deleted, "record_not_found_of", type=kind)


# --- permanent documents -----------------------------------------------------------------------------


def test_permanent_document_is_kept_with_its_identity(account: Account) -> None:
    forms = {row["id"]: row for row in account.get("/supporting_document_templates").data}
    permanent = next(key for key, row in forms.items() if row["attributes"]["permanent"])
    onetime = next(key for key, row in forms.items() if not row["attributes"]["permanent"])
    kind = "permanent_supporting_documents"

    def send(template: str, *files: str) -> dict[str, object]:
        return document(
            kind,
            None,
            {},
            template=link("supporting_document_templates", template),
            identity=link("identities", JOHN),
            files=links("encrypted_files", *files),
        )

    file, second = uploaded(account), uploaded(account)
    answer = account.post(f"/{kind}", send(onetime, file))
    assert_refused(answer, "is_invalid", name="template", part="relationships")
    made = account.post(f"/{kind}?include=template", send(permanent, file, second))
    assert list(made.data["relationships"]) == ["template", "identity"]
    assert made.body["included"] == [forms[permanent]]
    assert {file, second}.isdisjoint(row["id"] for row in account.get("/encrypted_files").data)
    key = made.data["id"]
    assert [row["id"] for row in account.get(f"/identities/{JOHN}/permanent_documents").data] == [key]
    other = uploaded(account)
    changed = account.patch(
        f"/{kind}/{key}",
        document(kind, key, {"external_reference_id": "r"}, files=links("encrypted_files", other)),
    )
    assert changed.data["attributes"]["external_reference_id"] == "r"
    assert account.get(f"/encrypted_files/{other}").status == 404
    assert account.delete(f"/{kind}/{key}").status == 204
    assert account.get(f"/identities/{JOHN}/permanent_documents").data == []


def test_only_uploads_may_be_longer_than_other_bodies(shared_server: Server) -> None:
    """The gateway asks before the body is there."""
    provider = shared_server.gateway.providers["didww"]
    asked = {
        ("POST", "/v3/encrypted_files"): True,
        ("POST", "/v3/encrypted_files/"): True,
        ("GET", "/v3/encrypted_files"): False,
        ("POST", "/v3/proofs"): False,
        ("POST", "/v3/encrypted_files/x"): False,
    }
    assert {what: provider.takes_files(Request(*what)) for what in asked} == asked
