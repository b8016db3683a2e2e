"""The evidence of one build as values: what the readers hand to the gates."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import CollectionError, Note, Subject
from pytest_stagegate.model.tests import TestData


class Absent(msgspec.Struct, frozen=True):
    """A kind of evidence that this build does not have.

    Attributes:
        reason: Stable reason code.
        text: One sentence.
        remedy: How to get it.
    """

    reason: str
    text: str
    remedy: str = ""


class WarningLine(msgspec.Struct, frozen=True, kw_only=True):
    """Warnings of one category from one place.

    Attributes:
        category: Class name.
        message: First line of the text, shortened.
        place: ``file:line``, relative to the root.
        count: How often it was recorded.
    """

    category: str
    message: str
    place: str
    count: int


@dataclass(frozen=True)
class Evidence:
    """Everything that is known about one run.

    Attributes:
        tests: The tests and their outcomes.
        coverage: Exact integers per file, or why there are none.
        warnings: What pytest recorded as warnings.
        warnings_recorded: Whether pytest recorded warnings at all (not with ``-p no:warnings``).
        subject: What was built.
        started: When the session began, RFC 3339, UTC.
        finished: When the record was closed, or None when it was not.
        exit_status: pytest's own exit status, or None when it is unknown.
        incomplete: Why the run is not whole; empty when it is.
        provisional: Why a decision on it is provisional.
        collection_errors: Modules that could not be collected.
        facts: Facts about the run for people.
    """

    tests: TestData
    coverage: CoverageData | Absent
    warnings: tuple[WarningLine, ...]
    warnings_recorded: bool
    subject: Subject
    started: str
    finished: str | None
    exit_status: int | None
    incomplete: tuple[Note, ...]
    provisional: tuple[Note, ...]
    collection_errors: tuple[CollectionError, ...]
    producer: str
    facts: dict[str, str] = field(default_factory=dict)
