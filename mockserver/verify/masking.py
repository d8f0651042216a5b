"""What no report may show: the key and secret of the run, and secrets that an answer holds."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

MASK = "***"
# Names, or parts of names, of members whose value is a secret: passwords of SIP accounts and trunks, tokens.
_SECRET_NAMES = ("password", "secret", "token", "api_key", "apikey", "api-key", "apiid", "authorization")


class Masking:
    """Replaces the given secrets wherever they occur and however written, and what secret names hold."""

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: one may be a part of another.
        alternatives = "|".join(re.escape(form) for form in sorted(written, key=len, reverse=True))
        self._pattern = re.compile(alternatives, re.IGNORECASE) if alternatives else None

    def text(self, text: str) -> str:
        """A text without the run's own secrets."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def value(self, value: Any) -> Any:
        """A JSON value without the run's own secrets and without what stands under a secret name."""
        return self._value(value, 32)

    def _value(self, value: Any, levels: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if levels == 0:
            return MASK if isinstance(value, dict | list) else value
        if isinstance(value, dict):
            return {
                self.text(name): MASK if is_secret(name) and held else self._value(held, levels - 1)
                for name, held in value.items()
            }
        if isinstance(value, list):
            return [self._value(item, levels - 1) for item in value]
        if type(value) in (int, float) and self.text(str(value)) != str(value):
            return MASK  # a key of digits comes back as a number
        return value


def is_secret(name: str) -> bool:
    """Whether a member of this name holds a secret."""
    lower = name.lower()
    return any(word in lower for word in _SECRET_NAMES)


def _forms(secret: str) -> Iterable[str]:
    """A secret as it may come back: as it is, escaped for an address, for JSON, or as base64."""
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield orjson.dumps(secret).decode()[1:-1]
    yield ascii(secret)[1:-1]
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
