"""Values that lead to a special outcome at didlogic (fixtures/didlogic_traffic.py, assumptions.py)."""

from __future__ import annotations

from mockserver.core.provider import Magic

_TEXT = "destination of a message"
_CHECK = "number of a risk check"

MAGIC = (
    Magic("12025550191", _TEXT, "rejected"),
    Magic("12025550192", _TEXT, "undelivered"),
    Magic("12025550193", _TEXT, "expired"),
    Magic("12025550194", "b of a click2call", "failed: nobody answers"),
    Magic("rejected", "part of a document's name, or of its file's", "rejected when it is reviewed"),
    Magic("12025550197", _CHECK, "spam"),
    Magic("12025550198", _CHECK, "scam"),
    Magic("12025550199", _CHECK, "failed"),
)
