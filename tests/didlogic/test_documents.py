"""Documents: upload in a multipart form, list with filters, change, remove, download."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.didlogic import assumptions as said
from tests.control.caller import drive
from tests.didlogic.account import BEARER, FORM, JSON, Account, contract, form
from tests.didlogic.compliance import (
    BERLIN_OFFICE,
    FIELDS,
    FORMER_OFFICE,
    JPG,
    MULTIPART,
    PDF,
    PNG,
    PRIMARY,
    TEXTS,
    File,
    add,
    changed,
    post,
    refusal,
    upload,
)
from tests.support import Server, body_of, state_of

TABLE = contract("compliance.json")["document"]
NOT_FOUND = (404, {"error": "Not found"})
SEEDED = [9006, 9005, 9004, 9003, 9002, 9001]


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer["documents"]]


# --- upload --------------------------------------------------------------------------------------


def test_uploaded_document_is_shown_and_waits_for_review(account: Account) -> None:
    response = post(account, changed(country="UK"))
    document = {
        "id": 9101,
        "name": "Passport of J. Doe",
        "doc_type": "personal_id",
        "identity_id": PRIMARY,
        "country": "UK",
        "approvement_status": "pending",
        "files": {"frontside": {"filename": "front.png", "content_type": "image/png", "size": len(PNG)}},
        "created_at": "2026-03-01T12:00:00Z",
    }
    assert list(document) == TABLE["fields"]
    assert (response.status, body_of(response)) == (
        200,
        {"message": "Document was successfully created", "document": document},
    )
    assert str(response.evidence) == "assumed; claim=didlogic.G32"
    assert account.get("/v2/documents/9101") == {"document": document}
    assert account.get("/v2/documents", per_page="1") == {
        "documents": [document],
        "pagination": {"total": 7, "total_pages": 7, "current_page": 1},
    }


def test_document_without_country_has_none(account: Account) -> None:
    assert add(account)["country"] is None


def test_personal_id_has_two_sides(account: Account) -> None:
    document = add(account, backside=File(PDF, "back.pdf", "application/pdf"))
    assert list(document["files"]) == TABLE["roles"]
    assert document["files"]["backside"]["content_type"] == "application/pdf"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (File(PNG, "a.png", "image/png"), "image/png"),
        (File(JPG, "a.jpg", "image/jpeg"), "image/jpeg"),
        (File(JPG, "a.jpg", "image/jpg"), "image/jpeg"),
        (File(PDF, "a.pdf", "application/pdf"), "application/pdf"),
        (File(PDF, "a", "Application/PDF; name=a"), "application/pdf"),
        (File(PNG, "a.png", "application/octet-stream"), "image/png"),
        (File(PNG, "a.png", None), "image/png"),
    ],
)
def test_file_is_taken_and_downloaded_with_its_type(account: Account, file: File, kind: str) -> None:
    document = add(account, frontside=file)
    response = account.send("GET", f"/v2/documents/{document['id']}/files/frontside")
    assert (response.status, response.body) == (200, file.data)
    assert response.headers[:2] == [
        ("Content-Type", kind),
        ("Content-Disposition", f'attachment; filename="{file.name}"'),
    ]
    assert str(response.evidence) == "client; claim=didlogic.download_document_file"
    assert kind in TABLE["content_types"]


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("C:\\scans\\front side.png", 'attachment; filename="front side.png"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("Füße.png", "attachment; filename=\"F__e.png\"; filename*=UTF-8''F%C3%BC%C3%9Fe.png"),
        ("a;b=c.png", 'attachment; filename="a;b=c.png"'),
        ('a"b.png', "attachment; filename=\"a_b.png\"; filename*=UTF-8''a%22b.png"),
        ("", 'attachment; filename="frontside"'),
        ("/", 'attachment; filename="frontside"'),
    ],
)
def test_file_name_cannot_leave_its_header(account: Account, name: str, disposition: str) -> None:
    document = add(account, frontside=File(name=name))
    response = account.send("GET", f"/v2/documents/{document['id']}/files/frontside")
    assert dict(response.headers)["Content-Disposition"] == disposition


def test_fields_that_nothing_reads_are_named(account: Account) -> None:
    response = post(account, {**FIELDS, "document[approvement_status]": "verified", "document[zip]": "1"})
    assert body_of(response)["document"]["approvement_status"] == "pending"
    assert response.ignored == ["document[approvement_status]", "document[zip]"]


BAD: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("no name", {"name": None}, {"name": TEXTS["blank"]}),
    ("blank name", {"name": "  "}, {"name": TEXTS["blank"]}),
    ("long name", {"name": "x" * 256}, {"name": TEXTS["long"]}),
    ("name of two lines", {"name": "a\nb"}, {"name": TEXTS["invalid"]}),
    ("name that is a file", {"name": File()}, {"name": TEXTS["invalid"]}),
    ("no type", {"doc_type": None}, {"doc_type": TEXTS["blank"]}),
    ("unknown type", {"doc_type": "passport"}, {"doc_type": TEXTS["not_included"]}),
    ("type in capitals", {"doc_type": "Personal_ID"}, {"doc_type": TEXTS["not_included"]}),
    ("no identity", {"identity_id": None}, {"identity_id": TEXTS["blank"]}),
    ("blank identity", {"identity_id": ""}, {"identity_id": TEXTS["blank"]}),
    ("identity in words", {"identity_id": "Primary"}, {"identity_id": TEXTS["invalid"]}),
    ("unknown identity", {"identity_id": "1"}, {"identity_id": TEXTS["must_exist"]}),
    ("very large identity", {"identity_id": "9" * 30}, {"identity_id": TEXTS["invalid"]}),
    ("archived identity", {"identity_id": str(FORMER_OFFICE)}, {"identity_id": TEXTS["archived"]}),
    ("long country", {"country": "x" * 101}, {"country": "is too long (maximum is 100 characters)"}),
    ("no file", {"frontside": None}, {"frontside": TEXTS["blank"]}),
    ("file field left alone", {"frontside": File(b"", "", None)}, {"frontside": TEXTS["blank"]}),
    ("file of nothing", {"frontside": File(b"")}, {"frontside": TEXTS["file_type"]}),
    ("text in place of a file", {"frontside": "front.png"}, {"frontside": TEXTS["invalid"]}),
    ("back without front", {"frontside": None, "backside": File()}, {"frontside": TEXTS["blank"]}),
    ("text called png", {"frontside": File(b"hello")}, {"frontside": TEXTS["file_type"]}),
    ("png called jpg", {"frontside": File(PNG, "a.jpg", "image/jpeg")}, {"frontside": TEXTS["file_type"]}),
    ("png called text", {"frontside": File(PNG, "a", "text/plain")}, {"frontside": TEXTS["file_type"]}),
    ("gif", {"frontside": File(b"GIF89a", "a.gif", "image/gif")}, {"frontside": TEXTS["file_type"]}),
    ("bad back", {"backside": File(b"x")}, {"backside": TEXTS["file_type"]}),
    (
        "back of a proof of address",
        {"doc_type": "address_proof", "backside": File()},
        {"backside": TEXTS["backside"]},
    ),
    (
        "everything",
        {"name": "", "doc_type": "x", "identity_id": "0", "frontside": "x", "backside": "y"},
        {
            "name": TEXTS["blank"],
            "doc_type": TEXTS["not_included"],
            "identity_id": TEXTS["must_exist"],
            "frontside": TEXTS["invalid"],
            "backside": TEXTS["invalid"],
        },
    ),
]


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_upload_is_refused_and_nothing_changes(
    account: Account, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    before = state_of(account.world)
    response = post(account, changed(**changes))
    assert (response.status, body_of(response)) == refusal(**expected)
    assert str(response.evidence) == "assumed; claim=didlogic.G32"
    assert state_of(account.world) == before


BODIES: list[tuple[str, bytes, str, tuple[int, Any]]] = [
    ("no body", b"", MULTIPART, refusal(document=TEXTS["blank"])),
    ("no document", upload({"name": "x"}), MULTIPART, refusal(document=TEXTS["blank"])),
    ("text", form({"document": "x"}), FORM, refusal(document=TEXTS["invalid"])),
    ("list", b'{"document": []}', "application/json", refusal(document=TEXTS["invalid"])),
    (
        "files that are text",
        form(
            {
                "document[name]": "x",
                "document[doc_type]": "personal_id",
                "document[identity_id]": "6756",
                "document[files]": "x",
            }
        ),
        FORM,
        refusal(files=TEXTS["invalid"]),
    ),
    (
        "base64 in json",
        orjson.dumps(
            {
                "document": {
                    "name": "x",
                    "doc_type": "personal_id",
                    "identity_id": 6756,
                    "files": {"frontside": "iVBORw0KGgo="},
                }
            }
        ),
        "application/json",
        refusal(frontside=TEXTS["invalid"]),
    ),
    (
        "wrong types",
        b'{"document": {"name": {}, "doc_type": [1], "identity_id": true, "files": null, "country": [""]}}',
        "application/json",
        refusal(
            name=TEXTS["invalid"],
            doc_type=TEXTS["invalid"],
            identity_id=TEXTS["invalid"],
            country=TEXTS["invalid"],
            frontside=TEXTS["blank"],
        ),
    ),
    ("bad json", b"{,}", "application/json", (400, {"error": "The request body is not valid JSON"})),
    (
        "cut",
        upload(FIELDS)[:-20],
        MULTIPART,
        (400, {"error": "The multipart body is broken"}),
    ),
]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_body_is_refused_and_nothing_changes(
    account: Account, body: bytes, content_type: str, expected: tuple[int, Any]
) -> None:
    before = state_of(account.world)
    response = account.send("POST", "/v2/documents", body, content_type)
    assert (response.status, body_of(response)) == expected
    assert response.headers[0] == ("Content-Type", JSON)
    assert state_of(account.world) == before


def test_file_may_have_20_mb_and_no_more(account: Account) -> None:
    assert said.LARGEST_FILE == TABLE["max_bytes"]
    largest = PNG + bytes(said.LARGEST_FILE - len(PNG))
    document = add(account, frontside=File(largest))
    assert account.send("GET", f"/v2/documents/{document['id']}/files/frontside").body == largest
    before = state_of(account.world)
    response = post(account, changed(frontside=File(largest + b"."), backside=File()))
    assert (response.status, body_of(response)) == refusal(frontside=TEXTS["file_size"])
    assert state_of(account.world) == before


def test_files_are_bounded_and_room_comes_back(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "MOST_STORED", 5000)
    document = add(account, frontside=File(PNG + bytes(3000)))
    before = state_of(account.world)
    response = post(account, changed(frontside=File(PNG + bytes(1500)), backside=File(PNG + bytes(1500))))
    assert (response.status, body_of(response)) == refusal(files=TEXTS["full"])
    assert state_of(account.world) == before
    assert account.send("DELETE", f"/v2/documents/{document['id']}").status == 200
    add(account, frontside=File(PNG + bytes(1500)), backside=File(PNG + bytes(1500)))


def test_documents_are_bounded(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "MOST_DOCUMENTS", 7)
    add(account)
    before = state_of(account.world)
    response = post(account, FIELDS)
    assert response.status == 422
    assert body_of(response) == {"error": "This account cannot hold more than 7 documents"}
    assert str(response.evidence) == "assumed; claim=didlogic.error.full"
    assert state_of(account.world) == before


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/didlogic/v2/documents", MULTIPART, 200),
        ("/didlogic/api/v2/documents.json", MULTIPART.upper().replace("----FRONTIER", "----frontier"), 200),
        ("/didlogic/v2/documents", "application/json", 413),
        ("/didlogic/v2/identities", MULTIPART, 413),
        ("/didlogic/v2/documents/9001", MULTIPART, 413),
    ],
)
def test_only_uploads_may_be_longer_than_other_bodies(path: str, content_type: str, status: int) -> None:
    server = Server(max_body_bytes=1000, max_upload_bytes=20_000)
    body = upload(changed(frontside=File(PNG + bytes(10_000))))
    headers = {**BEARER, "content_type": content_type}
    assert drive(server, "POST", path, "", body, headers).status == status
    assert drive(server, "POST", path, "", body + bytes(10_000), headers).status == 413


# --- list and get --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", SEEDED),
        ("approvement_status=pending", [9004]),
        ("approvement_status=rejected", [9005]),
        ("approvement_status=verified", [9006, 9003, 9002, 9001]),
        (f"identity_id={BERLIN_OFFICE}", [9003, 9002]),
        (f"identity_id={PRIMARY}&approvement_status=verified", [9001]),
        ("identity_id=1", []),
        ("from_date=2024-12-01&to_date=2024-12-01", SEEDED),
        ("from_date=2024-12-02", []),
        ("to_date=2024-11-30", []),
        ("approvement_status=&identity_id=&from_date=&to_date=", SEEDED),
        ("page=2&per_page=4", [9002, 9001]),
        ("page=9&per_page=4", []),
        ("page=0&per_page=x", SEEDED),
    ],
)
def test_list_is_narrowed(account: Account, query: str, expected: list[int]) -> None:
    response = account.send("GET", f"/v2/documents?{query}")
    assert (response.status, ids(body_of(response))) == (200, expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("approvement_status=approved", {"approvement_status": TEXTS["not_included"]}),
        ("approvement_status[]=verified", {"approvement_status": TEXTS["invalid"]}),
        ("identity_id=Primary", {"identity_id": TEXTS["invalid"]}),
        ("identity_id[a]=1", {"identity_id": TEXTS["invalid"]}),
        ("from_date=01/02/2026", {"from_date": TEXTS["invalid"]}),
        ("to_date=2026-02-30", {"to_date": TEXTS["invalid"]}),
        ("to_date[]=2026-02-03", {"to_date": TEXTS["invalid"]}),
    ],
)
def test_list_refuses_filters_that_mean_nothing(
    account: Account, query: str, expected: dict[str, str]
) -> None:
    response = account.send("GET", f"/v2/documents?{query}")
    assert (response.status, body_of(response)) == refusal(**expected)


def test_list_has_25_on_a_page(account: Account) -> None:
    for _ in range(20):
        add(account)
    answer = account.get("/v2/documents")
    assert len(answer["documents"]) == 25
    assert answer["pagination"] == {"total": 26, "total_pages": 2, "current_page": 1}


@pytest.mark.parametrize("path", ["", "/files/frontside"])
@pytest.mark.parametrize("document_id", ["1", "x", "-9001", "9001x", "9" * 40])
def test_unknown_document_is_not_found(account: Account, document_id: str, path: str) -> None:
    response = account.send("GET", f"/v2/documents/{document_id}{path}")
    assert (response.status, body_of(response)) == NOT_FOUND


@pytest.mark.parametrize("role", ["backside", "front", "FRONTSIDE", "0"])
def test_unknown_role_is_not_found(account: Account, role: str) -> None:
    response = account.send("GET", f"/v2/documents/9001/files/{role}")
    assert (response.status, body_of(response)) == NOT_FOUND


def test_seeded_files_are_what_they_say(account: Account) -> None:
    for row in account.get("/v2/documents")["documents"]:
        for role, file in row["files"].items():
            response = account.send("GET", f"/v2/documents/{row['id']}/files/{role}")
            assert len(response.body) == file["size"]
            beginning = {"image/png": PNG[:8], "image/jpeg": JPG[:3], "application/pdf": PDF[:5]}
            assert response.body.startswith(beginning[file["content_type"]])


def test_document_of_another_sandbox_is_not_found(account: Account) -> None:
    document = add(account)
    other = {"authorization": "Bearer sandbox-other"}
    assert account.send("GET", f"/v2/documents/{document['id']}", headers=other).status == 404


def test_countries_are_those_of_the_shop(account: Account) -> None:
    countries = account.get("/v2/documents/countries")["countries"]
    shop = account.get("/v2/numbers/countries")["countries"]
    assert [row["id"] for row in countries] == [row["id"] for row in shop]
    found = account.send("GET", "/v2/documents/countries.json?search=ARGEN")
    assert body_of(found) == {"countries": [{"id": 8669, "name": "Argentina", "short_name": "AR"}]}
    assert str(found.evidence) == "assumed; claim=didlogic.G33"
    assert account.get("/v2/documents/countries", search="gentin") == body_of(found)
    assert account.get("/v2/documents/countries", search="Atlantis") == {"countries": []}
    assert account.send("GET", "/v2/documents/countries?search[]=x").status == 422


# --- change and remove ---------------------------------------------------------------------------


def put(account: Account, document_id: int, content: Any) -> tuple[int, Any]:
    response = account.send("PUT", f"/v2/documents/{document_id}", orjson.dumps(content), "application/json")
    return response.status, body_of(response)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"document": {"name": "Other", "identity_id": 6757}}', "application/json"),
        (b"document[name]=Other&document[identity_id]=6757", FORM),
        (upload({"document[name]": "Other", "document[identity_id]": "6757"}), MULTIPART),
    ],
)
def test_document_is_renamed_and_moved(account: Account, body: bytes, content_type: str) -> None:
    before = account.get("/v2/documents/9001")["document"]
    response = account.send("PUT", "/v2/documents/9001", body, content_type)
    after = {**before, "name": "Other", "identity_id": BERLIN_OFFICE}
    assert (response.status, body_of(response)) == (200, {"document": after})
    assert account.get("/v2/documents/9001") == {"document": after}
    assert ids(account.get("/v2/documents", identity_id="6757")) == [9003, 9002, 9001]


def test_nothing_but_name_and_identity_can_change(account: Account) -> None:
    before = account.get("/v2/documents/9004")
    content = b'{"document": {"name": null, "approvement_status": "verified", "doc_type": "personal_id"}}'
    response = account.send("PUT", "/v2/documents/9004", content, "application/json")
    assert (response.status, body_of(response)) == (200, before)
    assert response.ignored == ["document[approvement_status]", "document[doc_type]"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, refusal(document=TEXTS["blank"])),
        ({"document": {}}, refusal(document=TEXTS["blank"])),
        ({"document": "x"}, refusal(document=TEXTS["invalid"])),
        ({"document": {"name": ""}}, refusal(name=TEXTS["blank"])),
        ({"document": {"name": ["x"]}}, refusal(name=TEXTS["invalid"])),
        ({"document": {"name": "x" * 256}}, refusal(name=TEXTS["long"])),
        ({"document": {"identity_id": ""}}, refusal(identity_id=TEXTS["blank"])),
        ({"document": {"identity_id": 1.5}}, refusal(identity_id=TEXTS["invalid"])),
        ({"document": {"identity_id": 1}}, refusal(identity_id=TEXTS["must_exist"])),
        ({"document": {"identity_id": FORMER_OFFICE}}, refusal(identity_id=TEXTS["archived"])),
        (
            {"document": {"identity_id": 1, "name": " "}},
            refusal(identity_id=TEXTS["must_exist"], name=TEXTS["blank"]),
        ),
    ],
)
def test_change_is_refused_and_nothing_changes(
    account: Account, content: Any, expected: tuple[int, Any]
) -> None:
    before = state_of(account.world)
    assert put(account, 9001, content) == expected
    assert state_of(account.world) == before


def test_change_of_an_unknown_document_is_not_found(account: Account) -> None:
    assert put(account, 1, {"document": {"name": ""}}) == NOT_FOUND


def test_removed_document_is_gone_with_its_files(account: Account) -> None:
    response = account.send("DELETE", "/v2/documents/9002")
    assert (response.status, body_of(response)) == (200, {"message": "Document was successfully deleted"})
    assert str(response.evidence) == "assumed; claim=didlogic.G32"
    for path in ("", "/files/frontside", "/files/backside"):
        assert account.send("GET", f"/v2/documents/9002{path}").status == 404
    assert 9002 not in ids(account.get("/v2/documents"))
    assert "9002/frontside" not in str(state_of(account.world)["tables"]["didlogic.files"])
    again = account.send("DELETE", "/v2/documents/9002")
    assert (again.status, body_of(again)) == NOT_FOUND


def test_removed_document_is_not_reviewed(account: Account) -> None:
    document = add(account)
    account.send("DELETE", f"/v2/documents/{document['id']}")
    subjects = [entry.job.subject for entry in account.world.scheduler.agenda()]
    assert f"didlogic.documents/{document['id']}" not in subjects
    account.world.advance(by=timedelta(minutes=5))


# --- anything ------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [*FIELDS, "document[files][backside]", "document[country]", "document[files]", "document", "document[]"]
)
VALUES = st.one_of(
    st.builds(
        File,
        st.sampled_from([PNG, JPG, PDF, b""]) | st.binary(max_size=30),
        st.sampled_from(["a.png", "", "rejected.pdf", "ü", 'a"b']),
        st.sampled_from([None, "image/png", "image/jpeg", "application/pdf", "", "é", "text/html"]),
    ),
    st.sampled_from(["personal_id", "address_proof", "6756", "6757", "6758", "x", "", "-1"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n-"), max_size=10),
)


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.booleans())
def test_any_upload_is_taken_or_refused(anybody: Account, fields: dict[str, Any], usual: bool) -> None:
    before = state_of(anybody.world)
    response = post(anybody, {**FIELDS, **fields} if usual else fields)
    if response.status == 200:
        document_id = body_of(response)["document"]["id"]
        assert anybody.send("DELETE", f"/v2/documents/{document_id}").status == 200
    else:
        assert response.status in (400, 422)
        assert list(body_of(response)) in (["error"], ["errors"])
    assert state_of(anybody.world) == before
