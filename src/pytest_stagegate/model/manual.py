"""Manual tests, what people found when they did them, and which of that counts for a decision."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.tally import Tally

SCHEMA: Final = "stagegate/manual/1"
KIND: Final = "manual"
"""Kind of evidence."""

OUTCOMES: Final = ("passed", "failed", "blocked")
"""How a manual test can end, the best first."""

FILE_KIND: Final = "manual-tests"
"""Kind under which a file of the checkout with manual tests is listed: nobody hands it over."""

PENDING: Final = "pending"
STALE: Final = "stale"

_TOLERANCE: Final = dt.timedelta(minutes=5)
"""How far clocks of two machines may differ."""

_OF_ANOTHER: Final = ("other-commit", "steps-changed", "from-the-future")
"""Reasons of results that are not about what is decided, and that no other result is measured by."""

_MICROSECOND: Final = dt.timedelta(microseconds=1)


class ManualTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that a person does by hand.

    Attributes:
        id: Node id, or ``FILE::TITLE`` for one that is written in Markdown.
        title: The test in plain words.
        steps: What to do, in order.
        digest: Digest of the steps; see `digest_of`.
        stage: Stage tag.
        environments: Each of them needs a result of its own; empty where one result is enough.
        requirements: The requirements that it verifies, by id.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    digest: str
    stage: str
    environments: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()


class ManualFile(NamedTuple):
    """A file of the checkout with manual tests in Markdown.

    Attributes:
        path: Relative to the root, with ``/``.
        sha256: Digest of its bytes.
    """

    path: str
    sha256: str


class WrittenTests(NamedTuple):
    """The manual tests that stand in Markdown.

    Attributes:
        tests: By file and place in it.
        files: The files.
    """

    tests: tuple[ManualTest, ...] = ()
    files: tuple[ManualFile, ...] = ()


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that a person attached.

    Attributes:
        name: Its name in the folder ``attachments`` beside the results.
        sha256: Digest of its bytes, hexadecimal.
    """

    name: str
    sha256: str


class ManualResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person found in one manual test.

    Attributes:
        id: The test.
        digest: Digest of the steps that were done; empty where nobody knows.
        outcome: ``passed``, ``failed``, or ``blocked`` when it could not be done.
        who: Who did it.
        when: When, RFC 3339, UTC.
        commit: The commit that it was done on, or None when it was not stated.
        dirty: Whether the work tree that told the commit had changes that are in no commit.
        environment: Where it was done, or None.
        note: That person's own words; may be empty.
        attachments: What that person attached.
    """

    id: str
    digest: str
    outcome: Literal["passed", "failed", "blocked"]
    who: str
    when: str
    commit: str | None = None
    dirty: bool = False
    environment: str | None = None
    note: str = ""
    attachments: tuple[Attachment, ...] = ()


class ManualResults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file with results (schema ``stagegate/manual/1``).

    Attributes:
        schema: `SCHEMA`.
        producer: What wrote the file, with its version.
        results: In the order in which they were given.
    """

    schema: str
    producer: str
    results: tuple[ManualResult, ...]


class ManualRow(msgspec.Struct, frozen=True, kw_only=True):
    """One manual test in one environment, with the latest usable result.

    Attributes:
        id: Node id, or ``FILE::TITLE`` for one that is written in Markdown.
        title: The test in plain words.
        stage: Stage tag; empty for a result of a test that nobody knows.
        environment: The environment that it was, or has to be, done in; None where none was named.
        outcome: ``passed``, ``failed``, ``blocked``, ``pending`` (nobody did it) or ``stale`` (a result that does
            not count any more).
        requirements: The requirements that it verifies, by id.
        who: Who did it; empty while nobody has.
        when: When, RFC 3339, UTC; None likewise.
        commit: The commit that it was done on; None likewise, or where it was not stated.
        note: What that person wrote; may be empty.
        attachments: File names of what that person attached.
        source: The evidence file that has the result, as in the list of evidence; empty without a result.
        reason: Reason code of what keeps a result from counting; empty when nothing does.
        text: The same as a part of a sentence; else empty.
    """

    id: str
    title: str
    stage: str
    environment: str | None
    outcome: str
    requirements: tuple[str, ...] = ()
    who: str = ""
    when: str | None = None
    commit: str | None = None
    note: str = ""
    attachments: tuple[str, ...] = ()
    source: str = ""
    reason: str = ""
    text: str = ""

    @property
    def place(self) -> str:
        """The test and, where one is named, the environment."""
        return f"{self.id} ({self.environment})" if self.environment else self.id


class Stated(NamedTuple):
    """A result, and what holds for the file that it is from.

    Attributes:
        result: The result.
        source: The file.
        max_age: Microseconds after which it is stale where a gate says nothing else.
        commit_required: Whether it is stale when it states no commit.
    """

    result: ManualResult
    source: str
    max_age: int
    commit_required: bool = False


class ManualData(msgspec.Struct, frozen=True):
    """Manual tests and their results, before they are held against a decision.

    Attributes:
        tests: Every manual test that the records, or files of the checkout, list.
        results: Every result that was handed over.
        stages: Stages whose manual tests have to be done.
        commit: The commit that is decided, or None when it is not known.
        files: The files of the checkout that list the tests, where no record does.
    """

    tests: tuple[ManualTest, ...] = ()
    results: tuple[Stated, ...] = ()
    stages: frozenset[str] = frozenset()
    commit: str | None = None
    files: tuple[ManualFile, ...] = ()


def digest_of(steps: Iterable[str]) -> str:
    """Return the digest of the steps of a test, hexadecimal; blanks and line breaks make no difference."""
    return hashlib.sha256("\0".join(" ".join(step.split()) for step in steps).encode()).hexdigest()


def united_tests(parts: Iterable[Sequence[ManualTest]]) -> tuple[ManualTest, ...]:
    """Return the tests of several records, each once; one whose steps differ between them stands for each of them."""
    return tuple(sorted({test for part in parts for test in part}, key=msgspec.json.encode))


def manual_rows(data: ManualData, place: Place, max_age: int | None = None) -> tuple[ManualRow, ...]:
    """Return what became of each manual test that a decision needs, and of results of no known test; by id.

    Args:
        data: Tests and results.
        place: Environment and instant of the decision.
        max_age: Microseconds after which a result is stale; None for the limit of each file.
    """
    results: dict[str, list[Stated]] = defaultdict(list)
    for each in data.results:
        results[each.result.id].append(each)
    known = {test.id for test in data.tests}
    judge = _Judge(data, place, max_age)
    rows = [row for test in data.tests if test.stage in data.stages for row in judge.rows(test, results[test.id])]
    rows += [row for id_ in sorted(results) if id_ not in known for row in _unknown(results[id_])]
    return tuple(sorted(rows, key=lambda row: (row.id, row.environment or "")))


class _Judge:
    """Holds results against one decision."""

    def __init__(self, data: ManualData, place: Place, max_age: int | None) -> None:
        self._data = data
        self._place = place
        self._max_age = max_age

    def rows(self, test: ManualTest, results: Sequence[Stated]) -> Iterator[ManualRow]:
        """Yield the row of a test for each environment that it is needed in."""
        for environment in self._environments(test, results):
            there = [each for each in results if _fits(each.result, test, environment, self._place.environment)]
            if there:
                latest = _latest(self._of_this(there, test) or there)
                yield _row(test, environment, latest, *self._why_not(latest, test))
            else:
                yield _pending(test, environment, results)

    def _environments(self, test: ManualTest, results: Sequence[Stated]) -> list[str | None]:
        decided = self._place.environment
        if test.environments:
            return [each for each in test.environments if decided in (None, each)]
        if decided is not None or not results:
            return [decided]
        done = {each.result.environment for each in self._of_this(results, test) or [_latest(results)]}
        return sorted(done, key=lambda each: each or "")

    def _of_this(self, results: Sequence[Stated], test: ManualTest) -> list[Stated]:
        """Return the results of this build and these steps; the latest of them counts, or is too old."""
        return [each for each in results if self._why_not(each, test)[0] not in _OF_ANOTHER]

    def _why_not(self, stated: Stated, test: ManualTest) -> tuple[str, str]:
        """Return reason code and text of what keeps a result from counting; empty ones where nothing does."""
        result, commit = stated.result, self._data.commit
        if differ(result.commit, commit):
            return "other-commit", f"it is of commit {short(result.commit)}; {short(commit)} is decided"
        if result.commit is None and stated.commit_required:
            return "commit-not-stated", "it does not state its commit, and the policy requires one"
        if result.digest != test.digest:
            return "steps-changed", "the steps are others than those that were done"
        age = self._place.instant - utc_time(result.when)
        if age < -_TOLERANCE:
            return "from-the-future", f"it was made at {result.when}, which lies after the instant of the decision"
        if age // _MICROSECOND > (stated.max_age if self._max_age is None else self._max_age):
            return "too-old", f"it was made at {result.when}, which is too long ago"
        return "", ""


def _fits(result: ManualResult, test: ManualTest, environment: str | None, decided: str | None) -> bool:
    if result.environment == environment:
        return True
    return result.environment is None and decided is not None and not test.environments


def _latest(results: Sequence[Stated]) -> Stated:
    """Return the latest result; of several of one instant the worst."""
    return max(results, key=lambda each: (utc_time(each.result.when), OUTCOMES.index(each.result.outcome), each.source))


def _row(test: ManualTest, environment: str | None, stated: Stated, reason: str = "", text: str = "") -> ManualRow:
    result = stated.result
    return ManualRow(
        id=test.id,
        title=test.title,
        stage=test.stage,
        environment=environment,
        outcome=STALE if reason else result.outcome,
        requirements=test.requirements,
        who=result.who,
        when=result.when,
        commit=result.commit,
        note=result.note,
        attachments=tuple(each.name for each in result.attachments),
        source=stated.source,
        reason=reason,
        text=text,
    )


def _pending(test: ManualTest, environment: str | None, results: Sequence[Stated]) -> ManualRow:
    others = sorted({each.result.environment or "no named environment" for each in results})
    return ManualRow(
        id=test.id,
        title=test.title,
        stage=test.stage,
        environment=environment,
        outcome=PENDING,
        requirements=test.requirements,
        text=f"it was done for {', '.join(others)} alone" if others else "",
    )


def _unknown(results: Sequence[Stated]) -> Iterator[ManualRow]:
    """Yield a row for each environment of results whose test no record lists."""
    nothing = ManualTest(id=results[0].result.id, title="", steps=(), digest="", stage="")
    for environment in sorted({each.result.environment for each in results}, key=lambda each: each or ""):
        there = [each for each in results if each.result.environment == environment]
        yield _row(nothing, environment, _latest(there), "test-unknown", "no record lists a manual test of this id")


class ManualTests:
    """The manual tests that a decision needs, as a gate reads them."""

    def __init__(self, rows: tuple[ManualRow, ...], tally: Tally) -> None:
        self._rows = rows
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self._rows)} manual tests>"

    @property
    def rows(self) -> tuple[ManualRow, ...]:
        """A row for each test and environment, by id."""
        self._tally.note(len(self._rows))
        return self._rows

    def of(self, outcomes: Collection[str]) -> tuple[ManualRow, ...]:
        """Return the rows that ended so: of ``passed``, ``failed``, ``blocked``, ``pending`` and ``stale``."""
        return tuple(row for row in self.rows if row.outcome in outcomes)

    def count(self, *outcomes: str) -> Measure:
        """Return how many ended so; unit: manual tests; `inspected` is the number of all, `where` has the places."""
        found = self.of(outcomes)
        where = tuple(f"{row.place}: {_told(row)}" for row in found)
        return Measure(len(found), unit="manual tests", inspected=len(self._rows), where=where)


def _told(row: ManualRow) -> str:
    by = f"{row.outcome} by {row.who}" if row.who else row.outcome
    return "; ".join(part for part in (by, row.text, row.note and f"note: {row.note}") if part)
