"""What DIDWW tells the customer's server: which events, with which fields, signed how (reference 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import orjson

from mockserver.core.transitions import Policy
from mockserver.core.world import World
from mockserver.jsonapi.codecs import instant
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Order
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.signing import HEADER, signature, usable
from mockserver.providers.didww.voice_rows import VoiceOutTrunk

# Documented: ten attempts, with these waits before the second and later ones.
WAITS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 10, 30, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 48 * 60)
)
POLICIES = {"didww.callbacks": Policy("immediate")}
_STORED_AS = {"cdr_exports": "exports"}  # former names of types


def notify(
    world: World,
    kind: str,
    identifier: str,
    status: str,
    url: str | None,
    method: str | None,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Tell of a thing's new status; nothing when its `callback_url` is not set.

    kind    the type in the payload, `orders`
    method  get or post, lower case; post when it is not set (assumed)
    extra   further fields of the payload, reference 3.1
    """
    if not url or not usable(url):
        return
    payload = dict(sorted({"id": identifier, "type": kind, "status": status, **(extra or {})}.items()))
    headers: tuple[tuple[str, str], ...] = ()
    body = b""
    if method == "get":
        url = _with_query(url, urlencode(payload))
    else:
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        body = urlencode(payload).encode()
    world.outbox.post(
        "didww",
        f"didww.{_STORED_AS.get(kind, kind)}/{identifier}",
        status,
        method="GET" if method == "get" else "POST",
        url=url,
        headers=(*headers, (HEADER, signature(world.callback_secret("didww"), url, payload))),
        body=body,
        waits=WAITS,
        signature=HEADER,
    )


def order_is_done(world: World, order: Order) -> None:
    """An order was completed or canceled."""
    notify(world, "orders", order.id, order.status, order.callback_url, order.callback_method)


def reasons_in_one(reasons: tuple[str, ...] | None) -> str:
    """Reasons of a rejection as one text; empty when there are none."""
    return assumed.REASONS_JOINED_BY.join(reasons or ())


def trunk_changed(world: World, trunk: VoiceOutTrunk) -> None:
    """An outbound trunk was blocked by its threshold, or works again. A JSON list, always by POST (3.3)."""
    url = trunk.callback_url
    if not url or not usable(url):
        return
    told = {
        "id": trunk.id,
        "type": "voice_out_trunks",
        "status": trunk.status,
        "threshold_reached": trunk.threshold_reached,
        "created_at": instant(now(world)),
    }
    world.outbox.post(
        "didww",
        f"{VoiceOutTrunk.table}/{trunk.id}",
        trunk.status,
        method="POST",
        url=url,
        headers=(
            ("Content-Type", "application/json"),
            (HEADER, signature(world.callback_secret("didww"), url, assumed.SIGNED_OF_A_TRUNK)),
        ),
        body=orjson.dumps([told]),
        waits=WAITS,
        signature=HEADER,
    )


def _with_query(url: str, query: str) -> str:
    """An address with more at the end of its query."""
    address, hash_sign, fragment = url.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return address + joint + query + hash_sign + fragment
