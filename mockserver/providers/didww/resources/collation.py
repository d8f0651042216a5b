"""How DIDWW sorts names: spaces, punctuation, accents and case do not count (reference 9.4, recorded)."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import normalize


@lru_cache(maxsize=8192)
def collated(text: str) -> tuple[str, str]:
    """What a name is compared by; the text itself decides between equal ones."""
    plain = normalize("NFKD", text)
    return "".join(letter for letter in plain if letter.isalnum()).casefold(), text
