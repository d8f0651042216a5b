"""Names of variables for a provider's address and credentials, as `mockserver env` prints them."""

from __future__ import annotations

from collections.abc import Mapping


def provider_variables(provider: str, base_url: str, headers: Mapping[str, str]) -> dict[str, str]:
    """`DIDWW_URL`, `DIDWW_API_KEY`, `IDT_API_SECRET`, `DIDLOGIC_TOKEN`: from the headers of a request."""
    name = provider.upper()
    found = {f"{name}_URL": base_url}
    for header, value in headers.items():
        if header.lower() == "authorization":
            header, value = "token", value.rpartition(" ")[2]
        found[f"{name}_{header.removeprefix('x-').removeprefix('X-').replace('-', '_').upper()}"] = value
    return found
