"""The gateway: which provider answers, and what every answer carries."""

from __future__ import annotations

from tests.support import Server, body_of


def test_index_names_the_providers_when_the_path_is_empty(server: Server) -> None:
    answer = server.request("GET", "/")
    assert answer.status == 200
    assert body_of(answer)["providers"] == {
        "didww": "http://127.0.0.1:8080/didww",
        "idt": "http://127.0.0.1:8080/idt",
        "didlogic": "http://127.0.0.1:8080/didlogic",
    }
