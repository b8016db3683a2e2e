"""Rings: to whom a release goes one after the other, and the steps that were taken, each a recorded decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.model.numbers import Count

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND: Final = "rollout"
"""Kind of evidence that the log of a rollout brings."""

SCHEMA: Final = "stagegate/rollout/1"
"""Schema of a line of that log."""

COMPLETE: Final = "complete"
"""Stands for the name of a ring where the last one is left: the release has reached everybody."""

OPEN: Final = "open"
HALT: Final = "halt"
RESUME: Final = "resume"

_GOOD: Final = ("GO", "CONDITIONAL")


class Ring(msgspec.Struct, frozen=True):
    """One ``[[tool.stagegate.ring]]``.

    Attributes:
        name: Unique; never ``complete``.
        audience: Who it is, for people.
        percent: How many of all it is, as it is written: ``5 %``; may be empty.
        systems: The systems that it runs on, for people.
        places: Where these are, for people.
        environment: The environment that its evidence is of, or None.
        enter: Ids of the gates that have to be met before it opens.
        exit: Ids of those that have to be met in it before it is left.
        soak: Microseconds for which it has to be open before it is left.
        place: Where it is declared.
    """

    name: str
    audience: str = ""
    percent: str = ""
    systems: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    environment: str | None = None
    enter: tuple[str, ...] = ()
    exit: tuple[str, ...] = ()
    soak: int = 0
    place: str = ""


class RolloutStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of the log.

    Attributes:
        schema: `SCHEMA`.
        step: ``open``, ``halt`` or ``resume``.
        at: When, RFC 3339, UTC.
        version: The version that is rolled out; None when it is not declared.
        commit: Its commit; None when it is not known.
        policy: Digest of the policy that the decision was taken under; empty for ``halt`` and ``resume``.
        written: When the line was written, RFC 3339, UTC, where somebody named another instant; empty elsewhere.
        ring: The ring that was to open, or ``complete``; empty for ``halt`` and ``resume``.
        decision: The word of the decision that was taken; empty likewise.
        provisional: Whether that decision is provisional, and so opens nothing.
        strict: Whether a plain ``GO`` alone opens the ring.
        idle: Gates that were asked and judged nothing; with any, nothing is opened.
        sha256: Digest of its ``decision.json``.
        by: Who halted or resumed.
        reason: Why.
        previous: Digest of the line before, without its line break; empty for the first.
    """

    schema: str
    step: Literal["open", "halt", "resume"]
    at: str
    version: str | None = None
    commit: str | None = None
    policy: str = ""
    written: str = ""
    ring: str = ""
    decision: str = ""
    provisional: bool = False
    strict: bool = False
    idle: tuple[str, ...] = ()
    sha256: str = ""
    by: str = ""
    reason: str = ""
    previous: str = ""

    @property
    def opened(self) -> bool:
        """Whether the ring was opened, or the release completed."""
        good = _GOOD[:1] if self.strict else _GOOD
        return self.step == OPEN and self.decision in good and not self.provisional and not self.idle


class RingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ring as the log of one version tells it.

    Attributes:
        ring: Its name.
        audience: Who it is.
        percent: How many of all it is; may be empty.
        environment: The environment of its evidence, or None.
        soak: Microseconds for which it has to be open before it is left.
        opened: When it was opened, RFC 3339, UTC; None where it is not open.
        decision: The word of the last decision about it; empty where there is none.
    """

    ring: str
    audience: str
    percent: str
    environment: str | None
    soak: Count
    opened: str | None = None
    decision: str = ""


def gates_of(rings: Sequence[Ring], opens: str) -> tuple[str, ...]:
    """Return the ids of the gates that a step asks: those of the ring that is left, and of the one that opens."""
    names = [*(ring.name for ring in rings), COMPLETE]
    position = names.index(opens)
    left = rings[position - 1].exit if position else ()
    enters = rings[position].enter if position < len(rings) else ()
    return tuple(dict.fromkeys((*left, *enters)))


def ring_of(rings: Sequence[Ring], opens: str) -> Ring:
    """Return the ring that the evidence of a step is of: the one that is left, or the first where that one opens."""
    names = [*(ring.name for ring in rings), COMPLETE]
    position = names.index(opens)
    return rings[max(0, position - 1)]
