"""What a gate says: checks, verdicts, and how strictly a policy takes them."""

from __future__ import annotations

import datetime as dt
import enum

import msgspec

from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.waivers import WaiverUse


class Verdict(str, enum.Enum):
    """What a check or a gate found; the order is from worst to best."""

    ERROR = "ERROR"
    FAIL = "FAIL"
    NO_EVIDENCE = "NO_EVIDENCE"
    STALE = "STALE"
    TOO_SMALL = "TOO_SMALL"
    WARN = "WARN"
    WAIVED = "WAIVED"
    PASS = "PASS"
    NOT_APPLICABLE = "NOT_APPLICABLE"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value


SEVERITY: dict[Verdict, int] = {verdict: index for index, verdict in enumerate(Verdict)}
"""Rank of each verdict; 0 is the worst."""


class Level(str, enum.Enum):
    """What a verdict may do to the decision."""

    BLOCK = "block"
    WARN = "warn"
    OBSERVE = "observe"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value


class OnMissing(str, enum.Enum):
    """What missing evidence does."""

    HOLD = "hold"
    WARN = "warn"
    SKIP = "skip"


class Enforcement(msgspec.Struct, frozen=True):
    """How strictly a gate is taken.

    Attributes:
        level: The level in force, or the one after `block_from`.
        block_from: The day from which the gate blocks; until then it warns.
    """

    level: Level
    block_from: dt.date | None = None

    def on(self, day: dt.date) -> Level:
        """Return the level in force on a day (UTC)."""
        if self.block_from is not None and day < self.block_from:
            return Level.WARN
        return self.level


class Limit(msgspec.Struct, frozen=True):
    """A limit as exact numbers; for durations in microseconds.

    Attributes:
        op: ``at_least`` or ``at_most``.
        value: The limit.
        warn: Where a warning begins, inside the limit; None for no warning.
    """

    op: str
    value: int | Ratio
    warn: int | Ratio | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value against one limit.

    Attributes:
        name: What was checked, for example ``line`` or ``src/payments/**``.
        measured: Exact value; microseconds for durations; None where nothing was measured.
        limit: The limit, or None for a figure that is only shown.
        unit: What is counted.
        verdict: Outcome of the comparison.
        reason: Stable reason code; empty for PASS.
        inspected: How many things were looked at; never 0 with PASS.
        where: Places that fall short, at most 50.
        where_omitted: How many further places there are.
        shown: The measured value for people, truncated so that it never looks better than it is.
        limit_shown: The limit for people.
        text: A sentence for people where the numbers don't say it all.
    """

    name: str
    measured: int | Ratio | None
    limit: Limit | None
    unit: str
    verdict: Verdict
    reason: str
    inspected: int
    where: tuple[str, ...] = ()
    where_omitted: int = 0
    shown: str = ""
    limit_shown: str = ""
    text: str = ""


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one gate found at one stage and environment.

    Attributes:
        gate: The gate's id in the policy, unique in a decision.
        uses: Name of the gate's definition.
        title: The gate in plain words.
        stage: The stage that was decided.
        environment: The environment the run was against; None when none was named.
        verdict: The worst of its checks.
        reason: Reason code of that check; empty for PASS.
        enforcement: ``block``, ``warn``, ``observe`` or ``warn, block from DATE``.
        effect: What this result does to the decision: a decision word, or empty.
        would: What it would do at ``block``, where that is NO_GO or HOLD and it does less now; empty otherwise.
        owner: Who answers for the gate; empty when the policy doesn't say.
        summary: The result in one line.
        remedy: What to do about it; empty for PASS.
        waiver: The waiver that covers the result, or None.
        checks: The single comparisons.
        reads_sign_offs: Whether it reads sign-offs, so that they can't be bound to what it found.
    """

    gate: str
    uses: str
    title: str
    stage: str
    environment: str | None
    verdict: Verdict
    reason: str
    enforcement: str
    effect: str
    owner: str
    summary: str
    remedy: str
    waiver: WaiverUse | None
    checks: tuple[Check, ...]
    would: str = ""
    reads_sign_offs: bool = False
