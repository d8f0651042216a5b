"""The models of the control API by name, for its OpenAPI document."""

from __future__ import annotations

from pydantic import BaseModel

from mockserver.control import answers, bodies, records

_MODULES = (bodies, answers, records)


def model(name: str) -> type[BaseModel]:
    """The model of that name. KeyError when there is none."""
    for module in _MODULES:
        found: type[BaseModel] | None = getattr(module, name, None)
        if found is not None:
            return found
    raise KeyError(name)
