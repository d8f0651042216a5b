"""The blank forms behind the `url` of supporting document templates: a page of PDF each (reference 6.6).

Only the address is known: `/storage/public/<token>` on the API's host. That it needs no key, that it is a
PDF and what stands in it is assumed.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from mockserver.core.data import load_fixture
from mockserver.core.messages import Request
from mockserver.jsonapi.outcome import Outcome

OPERATION = "supporting_document_templates.download"
PATH = "/storage/public/"
KIND = "application/pdf"
_LINES = ("Full name", "Address", "Telephone number", "Place and date", "Signature")
_TOP, _STEP = 760, 48  # points from the bottom of an A4 page


class Form(NamedTuple):
    """A request for the form that a token names."""

    token: str
    name: str


def find(request: Request) -> Form | None:
    """The form that a request asks for, or None."""
    if request.method != "GET" or not request.path.startswith(PATH):
        return None
    token = request.path[len(PATH) :]
    name = _names().get(token)
    return None if name is None else Form(token, name)


@cache
def _names() -> dict[str, str]:
    """The names of the forms by their tokens. Forms are catalogue: no account changes them."""
    templates = load_fixture("didww/regulation.json")["supporting_document_templates"]
    return {row["url"].removeprefix(PATH): row["name"] for row in templates}


def fetch(form: Form) -> Outcome:
    """The page, always the same bytes."""
    headers = [("Content-Disposition", f'inline; filename="{form.token}.pdf"')]
    return Outcome(200, page(form.name), OPERATION, "assumed", kind=KIND, headers=headers)


@cache
def page(title: str) -> bytes:
    """One page of PDF with a title and lines to fill in. `title` is plain Latin text."""
    drawn = [f"BT /F1 18 Tf 60 {_TOP} Td ({_escaped(title)}) Tj ET"]
    for number, label in enumerate(_LINES, start=1):
        height = _TOP - number * _STEP
        drawn.append(f"BT /F1 11 Tf 60 {height} Td ({label}) Tj ET 200 {height} m 535 {height} l S")
    content = "\n".join(drawn)
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    document = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(document))
        document += f"{number} 0 obj\n{content}\nendobj\n"
    start = len(document)
    document += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    document += "".join(f"{place:010} 00000 n \n" for place in places)
    document += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return document.encode("latin-1", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
