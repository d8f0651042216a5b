"""The blank forms of supporting document templates: the address in an answer leads to a page."""

from __future__ import annotations

import re

import pytest

from tests.didww.account import BASE, Account
from tests.didww.contract import VERSIONS

HOST = BASE.removesuffix("/didww/v3")


@pytest.mark.parametrize("version", VERSIONS)
def test_address_of_every_template_leads_to_its_form(version: str, account: Account) -> None:
    templates = account.as_of(version).get("/supporting_document_templates").data
    assert len(templates) == 7
    for template in templates:
        address = template["attributes"]["url"]
        answer = account.server.request("GET", address.removeprefix(HOST))
        headers = {name.lower(): value for name, value in answer.headers}
        assert (answer.status, headers["content-type"]) == (200, "application/pdf")
        assert f"({template['attributes']['name']})".encode() in answer.body


def test_form_is_a_document_that_holds_together(account: Account) -> None:
    """Every object of a PDF is where its table says."""
    template = account.get("/supporting_document_templates").data[0]
    body = account.server.request("GET", template["attributes"]["url"].removeprefix(HOST)).body
    assert body.startswith(b"%PDF-1.4\n")
    assert body.endswith(b"%%EOF\n")
    match = re.search(rb"startxref\n(\d+)\n", body)
    assert match is not None
    table = body[int(match[1]) :]
    assert table.startswith(b"xref\n0 6\n")
    places = [int(line) for line in re.findall(rb"(\d{10}) 00000 n ", table)]
    assert [body[place : place + 7] for place in places] == [b"%d 0 obj" % n for n in range(1, 6)]


def test_form_is_at_the_api_host_as_recorded(account: Account) -> None:
    """Recorded: https://sandbox-api.didww.com/storage/public/w7f2irbo819la7vd7up7u67pkmkn"""
    path, headers = "/storage/public/w7f2irbo819la7vd7up7u67pkmkn", {"host": "sandbox-api.didww.com"}
    assert account.server.request("GET", path, headers=headers).status == 200
    assert account.server.request("POST", path, headers=headers).status == 404
    assert account.server.request("GET", path + "x", headers=headers).status == 404
