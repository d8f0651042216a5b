"""Values that the contract's tables forbid, by the parameter they are for, as hypothesis strategies."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

Parameter = dict[str, Any]

texts = st.text(max_size=12) | st.sampled_from(["", " ", "1", "true", "null", "US", "\x00", "é" * 9, "{}"])
scalars = (
    st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, 1.0, -0.0, 1e300, 2**53, -1])
    | texts
)
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=2)

_KINDS = {
    "boolean": bool,
    "integer": int,
    "integer|null": int,
    "string": str,
    "[object]": list,
    "[string]": list,
}


def of_another_type(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Values that are not of the documented type, nor null, which stands for a field that was left out."""
    kind = _KINDS[parameter["type"]]
    wrong = values.filter(lambda value: type(value) is not kind)  # true is no integer here
    if kind is list:
        member = dict if "object" in parameter["type"] else str
        inside = values.filter(lambda value: type(value) is not member)
        return wrong | st.lists(inside, min_size=1, max_size=1)
    return wrong


def out_of_bounds(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Values of the documented type that its limits forbid; nothing where there are no limits."""
    kind, found = parameter["type"], []
    bounds = parameter.get("range", {})
    if "minimum" in bounds:
        found.append(st.integers(-(2**63), bounds["minimum"] - 1))
    if isinstance(bounds.get("maximum"), int):
        found.append(st.integers(bounds["maximum"] + 1, 2**63))
    if "enum" in parameter:
        found.append(texts.filter(lambda value: value not in parameter["enum"]))
    if "max_length" in parameter:
        longest = parameter["max_length"]
        found.append(st.text("aé \x00😀", min_size=longest + 1, max_size=longest * 4))
        found.append(st.just(""))
    if "IPv4" in parameter.get("format", ""):
        found.append(texts.filter(lambda value: not _is_ipv4(value)))
        found.append(
            st.sampled_from(["10.0.0.0/24", "10.0.0", "10.0.0.256", "::1", "10.0.0.1 ", "010.0.0.1"])
        )
    if kind.startswith("[") and "min_items" in parameter:
        found.append(st.just([]))
    if "max_items" in parameter:
        most = parameter["max_items"]
        most = most["value"] if isinstance(most, dict) else most
        item: Any = {"did_group_id": 16847, "quantity": 1} if kind == "[object]" else "x"
        found.append(st.integers(most + 1, most + 3).map(lambda count: [item] * count))
    return st.one_of(found)


def in_query(parameter: Parameter) -> st.SearchStrategy[str]:
    """Texts for a query parameter that its type forbids, still to be percent-encoded."""
    if parameter["type"] == "integer":
        return texts.filter(lambda text: not re.fullmatch("[0-9]+", text) or not int(text)) | st.sampled_from(
            ["0", "-1", "1.0", "+1", "1e3", "0x1", "²", "١", "1 ", "9" * 400]
        )
    if parameter["type"] == "boolean":
        return texts.filter(lambda text: text.lower() not in ("true", "false"))
    return texts.filter(lambda text: text.lower() not in parameter["enum"])


def segments() -> st.SearchStrategy[str]:
    """Texts for one segment of a path that name nothing, percent-encoded; never empty, "." or ".."."""
    free = st.text(min_size=1, max_size=30).map(lambda text: quote(text, safe=""))
    raw = st.binary(min_size=1, max_size=8).map(lambda part: "".join(f"%{byte:02x}" for byte in part))
    odd = st.sampled_from(
        ["%", "%zz", "%00", "%2F", "%2e%2e", "-1", "1e5", "0", "9" * 400, "undefined", "null"]
    )
    return (free | raw | odd).filter(lambda text: text not in (".", ".."))


def _is_ipv4(text: str) -> bool:
    try:
        return IPv4Address(text) is not None
    except AddressValueError:
        return False
