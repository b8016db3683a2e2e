"""Waivers: somebody's word that a gate may fall short for a while, with a reason, an owner and a last day."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Final, NamedTuple

import msgspec

EXPIRING_DAYS: Final = 14
"""From so many days before its last one on, people are told of a waiver."""


class WaiverState(str, enum.Enum):
    """What became of a waiver in a decision."""

    USED = "used"
    UNUSED = "unused"
    NOT_ENOUGH = "not-enough"
    EXPIRED = "expired"
    TOO_LONG = "too-long"
    ELSEWHERE = "elsewhere"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value


class Waiver(NamedTuple):
    """One ``[[tool.stagegate.waiver]]``.

    Attributes:
        gate: The gate's id in the policy.
        subject: Glob of what it is about: a file, a test, a finding, a metric; empty for whatever the gate finds.
        reason: Why.
        owner: Who answers for it.
        expires: The last day on which it holds, UTC.
        stages: Stages at which it holds; empty for all.
        environments: Environments in which it holds; empty for all.
        place: Where the policy has it.
    """

    gate: str
    subject: str
    reason: str
    owner: str
    expires: dt.date
    stages: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    place: str = ""


class WaiverUse(msgspec.Struct, frozen=True, kw_only=True):
    """The waiver that covers a gate's result; of several the one that expires first.

    Attributes:
        owner: Who answers for it.
        reason: Why.
        expires: The last day on which it holds, ``YYYY-MM-DD``.
        subject: What it is about; empty for whatever the gate finds.
    """

    owner: str
    reason: str
    expires: str
    subject: str = ""


class WaiverRow(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver of the policy and what became of it.

    Attributes:
        gate: The gate's id.
        subject: What it is about; empty for whatever the gate finds.
        owner: Who answers for it.
        reason: Why.
        expires: The last day on which it holds, ``YYYY-MM-DD``.
        days_left: Days from the decision to that day; negative when it has expired.
        state: ``used``, ``not-enough`` (the gate falls short of more than the waivers cover), ``unused`` (the gate
            does not need it), ``expired``, ``too-long`` (it reaches further
            than the policy's ``max_days``, so it does not hold) or ``elsewhere`` (of another stage or environment).
        stages: Stages at which it holds; empty for all.
        environments: Environments in which it holds; empty for all.
    """

    gate: str
    subject: str
    owner: str
    reason: str
    expires: str
    days_left: int
    state: str
    stages: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
