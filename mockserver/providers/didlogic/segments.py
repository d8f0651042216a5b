"""How many segments a message has (reference: behaviour 9, gap G18)."""

from __future__ import annotations

from mockserver.providers.didlogic import assumptions as said

# GSM 03.38: the basic alphabet and its extension.
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    "\f^{}\\[~]|€"
)


def segments(text: str) -> int:
    """160 characters each (documented), 70 when one of them is not GSM-7 (G18); at least one segment."""
    size = said.SEGMENT if _GSM7.issuperset(text) else said.WIDE_SEGMENT
    return max(1, -(-len(text) // size))
