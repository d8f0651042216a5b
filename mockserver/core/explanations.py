"""Why a request was refused, and the smallest change with which it would not have been."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """One refusal explained.

    rule       what the provider demands
    change     what to send instead, or what to do first
    field      the offending member, parameter or header; "" when it is none of them
    reference  where the rule is written down: a file of `contracts/`, an operation of the control API
    """

    rule: str
    change: str
    field: str = ""
    reference: str = ""
