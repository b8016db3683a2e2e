"""What changed since the decision of the last release, and what was carried forward from those before it."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from pytest_stagegate.model.counts import Totals
from pytest_stagegate.model.moves import CheckMove, Moves
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.verdicts import Limit
from pytest_stagegate.model.word import Word

KIND: Final = "since"
"""The kind of evidence that the decision of the last release is."""

RECORD_FORMAT: Final = "last-record"
"""The format of its record in the list of evidence, which is no record of the run that is decided."""


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since the decision of the last release; it decides nothing.

    Attributes:
        source: The decision, as in the list of evidence.
        state: ``whole``, ``missing``, ``unreadable``, ``foreign`` for one about something else, or ``stale`` for one
            that is of a later instant.
        sha256: Digest of its bytes; None where there are none.
        text: Why it could not be used; else empty.
        remedy: What to do about that; else empty.
        version: The version that it is about; None where it is not known.
        commit: The commit that it is about; likewise.
        as_of: Its instant, RFC 3339, UTC; empty where it could not be read.
        decision: Its word; None where it could not be read.
        provisional: Whether it is provisional.
        tests_known: Whether all of its tests are known by name, from its record.
        changed: Whether anything is otherwise than in it.
        other_policy: Whether its policy is another one.
        moves: What moved, bounded lists; None where it could not be used.
        added: Tests that are known to be new, bounded.
        uncollectable: Test modules that can't be collected any more, bounded.
        collectable: Test modules that can be collected again, or are gone, bounded.
        coverage: What the gates with the definition ``coverage`` measured then and now.
        omitted: How many more there are than a list holds, by the list's name, for tests by their group.
    """

    source: str
    state: str
    sha256: str | None = None
    text: str = ""
    remedy: str = ""
    version: str | None = None
    commit: str | None = None
    as_of: str = ""
    decision: Word | None = None
    provisional: bool = False
    tests_known: bool = False
    changed: bool = False
    other_policy: bool = False
    moves: Moves | None = None
    added: tuple[str, ...] = ()
    uncollectable: tuple[str, ...] = ()
    collectable: tuple[str, ...] = ()
    coverage: tuple[CheckMove, ...] = ()
    omitted: dict[str, int] = {}


class TrendDecision(Totals, frozen=True, kw_only=True):
    """One decision of a line, with the totals of its tests.

    Attributes:
        as_of: Its instant, RFC 3339, UTC.
        version: The version that it is about, or None.
        commit: The commit that it is about, or None.
        decision: Its word.
        provisional: Whether it is provisional.
    """

    as_of: str
    version: str | None
    commit: str | None
    decision: Word
    provisional: bool


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What a check measured in one decision.

    Attributes:
        measured: The exact value, as in the check.
        shown: The same for people.
        limit: The limit then, or None.
        limit_shown: The same for people.
    """

    measured: int | Ratio
    shown: str
    limit: Limit | None = None
    limit_shown: str = ""


class TrendMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What one check of a gate measured, decision by decision.

    Attributes:
        gate: The gate's id.
        environment: The environment that it judged, or None.
        check: The check.
        unit: What is counted.
        points: One for each decision of the trend, in their order; None where the check measured nothing.
    """

    gate: str
    environment: str | None
    check: str
    unit: str
    points: tuple[TrendPoint | None, ...]


class Mark(str, enum.Enum):
    """What a test was in one decision."""

    FLAKY = "flaky"
    NOT_FLAKY = "not-flaky"
    NOT_RUN = "not-run"
    UNKNOWN = "unknown"


class FlakyTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that was flaky in any decision of the trend.

    Attributes:
        id: Its node id.
        marks: For each decision of the trend, in their order, what it was there.
    """

    id: str
    marks: tuple[Mark, ...]


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision carries forward from those before it; empty where it is compared with none.

    Attributes:
        decisions: At most 20 earlier decisions and this one, the earliest first.
        measures: At most 60 measures: those of this decision in its order, then those that it has no more.
        measures_omitted: How many more there are.
        flaky: At most 200 tests: those that were flaky last come first.
        flaky_omitted: How many more there are, or may be.
    """

    decisions: tuple[TrendDecision, ...] = ()
    measures: tuple[TrendMeasure, ...] = ()
    measures_omitted: int = 0
    flaky: tuple[FlakyTest, ...] = ()
    flaky_omitted: int = 0
