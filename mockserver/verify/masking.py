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
# Such a member as JSON has it, whole or broken off, and as a form or an address has it.
_NAMED = "|".join(_SECRET_NAMES)
_MEMBER = re.compile(
    rf'("[^"\\]*(?:{_NAMED})[^"\\]*"\s*:\s*)("(?:\\.|[^"\\])*(?:"|\Z)|\[[^\]]*\]?|\{{[^}}]*\}}?|[^\s,}}\]]+)',
    re.IGNORECASE | re.DOTALL,
)
_FIELD = re.compile(rf"(?<![\w.%\[\]-])([\w.%\[\]-]*(?:{_NAMED})[\w.%\[\]-]*=)[^\s&;\"'<>]+", re.IGNORECASE)
_LEAST = 4  # characters of a secret that a text breaks off in


class Masking:
    """Replaces the given secrets wherever they occur and however written, and what secret names hold."""

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: one may be a part of another.
        alternatives = "|".join(re.escape(form) for form in sorted(written, key=len, reverse=True))
        self._pattern = re.compile(alternatives, re.IGNORECASE) if alternatives else None
        self._starts = {
            form[:length].lower() for form in written for length in range(min(_LEAST, len(form)), len(form))
        }
        self._lengths = sorted({len(start) for start in self._starts}, reverse=True)

    def text(self, text: str) -> str:
        """A text without the run's own secrets, not even the beginning of one where it was cut."""
        if self._pattern is None:
            return text
        masked = self._pattern.sub(MASK, text)
        end = len(masked.rstrip('\\"…'))
        lower = masked[max(0, end - self._lengths[0]) : end].lower() if self._lengths else ""
        for length in self._lengths:
            if lower[-length:] in self._starts:
                return masked[: end - length] + MASK + masked[end:]
        return masked

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
        if type(value) in (int, float) and self._pattern is not None and self._pattern.search(str(value)):
            return MASK  # a key of digits comes back as a number
        return value


def without_secrets(text: str) -> str:
    """A text that holds JSON or a form, whole or not, without what stands under a secret name."""
    return _FIELD.sub(rf"\1{MASK}", _MEMBER.sub(rf'\1"{MASK}"', text))


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
