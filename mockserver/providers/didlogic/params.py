"""Query strings and bodies of every kind as one nested dict.

Urlencoded and multipart keys nest by brackets as Rails reads them, JSON nests by itself:

    did_numbers[]=1&did_numbers[]=2         {"did_numbers": ["1", "2"]}
    destination[active]=1                   {"destination": {"active": "1"}}
    identities[][id]=7&identities[][did_ids][]=3    {"identities": [{"id": "7", "did_ids": ["3"]}]}

Everything here is linear in the input and bounded: depth, number of keys, number of parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from mockserver.core.messages import Request
from mockserver.providers.didlogic.errors import unreadable
from mockserver.providers.didlogic.multipart import Upload, read_multipart

Params = dict[str, Any]
Pair = tuple[str, str | Upload]

MOST_PAIRS = 4096
DEEPEST = 32


def query_params(query: str) -> Params:
    """The parameters of a raw query string; Refusal 400 when it cannot be read."""
    return nest(split_pairs(query)) if query else {}


def body_params(request: Request) -> Params:
    """The parameters of a request's body by its content type; Refusal 400 when it cannot be read.

    A body without a content type is JSON when it looks like it, else a form. One of another type holds none.
    """
    body = request.body
    if not body:
        return {}
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if not kind:
        kind = (
            "application/json" if body.lstrip()[:1] in (b"{", b"[") else "application/x-www-form-urlencoded"
        )
    if kind == "application/x-www-form-urlencoded":
        return nest(split_pairs(body.decode("latin-1")))
    if kind == "application/json" or kind.endswith("+json"):
        return _json_object(body)
    if kind == "multipart/form-data":
        return nest(read_multipart(body, content_type, MOST_PAIRS))
    return {}


def split_pairs(text: str) -> list[Pair]:
    """The decoded names and values of an urlencoded text, in order; nameless ones are dropped."""
    if text.count("&") >= MOST_PAIRS:
        raise unreadable("Too many parameters")
    pairs: list[Pair] = []
    for item in text.split("&"):
        name, _, value = item.partition("=")
        if name:
            pairs.append((_decode(name), _decode(value)))
    return pairs


def nest(pairs: Iterable[Pair]) -> Params:
    """Pairs as nested dicts and lists. A key that is both a text and an object is refused with 400."""
    params: Params = {}
    for name, value in pairs:
        if "[" not in name:
            params[name] = value
        else:
            _put(params, _keys(name), value)
    return params


def _json_object(body: bytes) -> Params:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise unreadable("The request body is not valid JSON") from None
    if not isinstance(content, dict):
        raise unreadable("The request body must be a JSON object")
    return content


def _decode(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text and text.isascii():
        return text
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeError:
        raise unreadable("The request is not valid UTF-8") from None


def _keys(name: str) -> list[str]:
    """The parts of `a[b][][c]`: ["a", "b", "", "c"]. A name with stray brackets is one part."""
    if name.count("[") > DEEPEST:
        raise unreadable("Parameters are nested too deeply")
    head, _, rest = name.partition("[")
    if not head or not rest.endswith("]"):
        return [name]
    return [head, *rest[:-1].split("][")]


def _put(params: Params, keys: list[str], value: str | Upload) -> None:
    """Store a value under its path of keys; an empty key means the end of a list."""
    at: Any = params
    for index, key in enumerate(keys[:-1]):
        list_follows = keys[index + 1] == ""
        if key == "":
            if not isinstance(at, list):
                raise _clash(keys)
            if list_follows:  # a[][]: lists in lists are flattened, as Rails does
                continue
            # a[][b] opens a new object when the last one has a `b` already, unless b itself is a list.
            nested_list = index + 2 < len(keys)
            if at and isinstance(at[-1], dict) and (nested_list or keys[index + 1] not in at[-1]):
                at = at[-1]
            else:
                at.append({})
                at = at[-1]
            continue
        if not isinstance(at, dict):
            raise _clash(keys)
        at = at.setdefault(key, [] if list_follows else {})
        if not isinstance(at, list if list_follows else dict):
            raise _clash(keys)
    last = keys[-1]
    if last == "":
        if not isinstance(at, list):
            raise _clash(keys)
        at.append(value)
    elif isinstance(at, dict):
        at[last] = value
    else:
        raise _clash(keys)


def _clash(keys: list[str]) -> Exception:
    return unreadable(f"Parameter {keys[0][:100]} is given in two different shapes")
