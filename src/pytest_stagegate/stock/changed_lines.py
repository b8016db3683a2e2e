"""``changed-lines``: do the tests run the lines that were changed?

The law behind the size guard: worse evidence never looks better. A diff that meets its limit passes, whatever its size;
one that does not is FAIL, or TOO_SMALL where it has too few lines. One more line that is not run lowers the share and
raises the number of lines, so it can only lead from PASS to TOO_SMALL and from there to FAIL. A changed file that
coverage has never seen is no evidence before any share is looked at.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import structs

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.extent import PYTHON
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Count, Share
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.stock._unmeasured import never_measured, unmatched_source
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.repository import Diff

LINE: Final = Share.parse("80 %")
"""Share of the changed lines that has to be run when the policy doesn't say."""

MIN_LINES: Final = 20
"""Number of changed lines from which on a share that is missed fails, when the policy doesn't say."""

_RELEASE: Final = "release"
_TEST: Final = re.compile(
    r"(?:.*/)?(?:(?:tests?|__tests__)/.*|(?:test_[^/]*|[^/]*[._](?:test|spec)|conftest)\.\w+)", re.DOTALL
)
"""Names that tests have where nothing says what the source is."""


class ChangedLinesOptions(GateOptions, frozen=True):
    """Limits of the gate ``changed-lines``.

    Attributes:
        line: Share of the executable changed lines that has to be run.
        max_uncovered: How many of them may be left out.
        min_lines: With fewer executable changed lines a share that is missed is TOO_SMALL.
        critical: Globs of files in which every changed line has to be run.
        exclude: Globs of files that are not judged.
        source: Folders or packages that are judged; where coverage.py was told to measure when absent.
    """

    leeway: ClassVar[tuple[str, ...]] = ("min_lines",)

    line: Share = LINE
    max_uncovered: Count | None = None
    min_lines: Count = MIN_LINES
    critical: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance
    exclude: list[str] = []  # noqa: RUF012 - likewise
    source: list[str] = []  # noqa: RUF012 - likewise


@gate(
    name="changed-lines",
    title="The lines that changed are run by the tests",
    stage=("code", "test", "release"),
    options=ChangedLinesOptions,
    remedy="Add tests that run the changed lines listed under 'where'.",
)
def changed_lines(
    measured: Coverage, repository: Repository, place: Place, options: ChangedLinesOptions
) -> Iterator[Check]:
    """Checks the share and the count of changed lines that are run, each critical glob, and what nobody measured."""
    diff = repository.release if place.stage == _RELEASE else repository.branch
    if isinstance(diff, Absent):
        yield no_evidence("changes", diff.reason, diff.text)
        return
    known = frozenset((*(repository.tracked or ()), *(file.path for file in diff.files)))
    measured = measured.located(known)
    yield from unmatched_source(measured, options.source)
    judged = _judged(measured, known, diff, options)
    missing = sorted(judged.keys() - set(measured.files))
    yield from never_measured(missing, "changed")
    changed = measured.at(judged)
    yield from _critical(changed, known.union(measured.files), options.critical)
    if changed.lines.inspected:
        yield from _limits(changed, diff, options)
    elif not missing:
        yield _nothing_changed(diff)


def _judged(measured: Coverage, known: frozenset[str], diff: Diff, options: ChangedLinesOptions) -> dict[str, str]:
    """Return the changed lines of each file that is judged, whether it was measured or not."""
    extent = measured.extent(known, options.source)
    languages = {PYTHON, *(PurePosixPath(path).suffix for path in measured.files)}

    def belongs(path: str) -> bool:
        # Nothing here asks whether the file was measured: one that no longer is must not go unjudged.
        held = extent.holds(path)
        if not held and _any(options.critical, path) and PurePosixPath(path).suffix in languages:
            return True
        return _TEST.fullmatch(path) is None if held is None else held

    changed = {file.path: file.lines for file in diff.files if file.lines}
    return {path: lines for path, lines in changed.items() if not _any(options.exclude, path) and belongs(path)}


def _any(patterns: Iterable[str], path: str) -> bool:
    return any(matches(pattern)(path) for pattern in patterns)


def _limits(changed: Coverage, diff: Diff, options: ChangedLinesOptions) -> Iterator[Check]:
    made = check("line", changed.lines, at_least=options.line, unit=f"lines changed since {diff.since}")
    if made.verdict is Verdict.FAIL and made.inspected < options.min_lines:
        text = f"{made.shown}; fewer than {options.min_lines} are too few to judge a share by"
        made = structs.replace(made, verdict=Verdict.TOO_SMALL, reason="too-small", text=text)
    yield made
    yield check("uncovered", changed.uncovered, at_most=options.max_uncovered)


def _critical(changed: Coverage, known: frozenset[str], patterns: Iterable[str]) -> Iterator[Check]:
    for pattern in sorted(set(patterns)):
        name = f"critical {pattern}"
        part = changed.under(pattern)
        if not any(map(matches(pattern), known)):
            yield no_evidence(name, "path-matches-nothing", "no file matches")
        elif part.uncovered.inspected:
            yield check(name, part.uncovered, at_most=0)


def _nothing_changed(diff: Diff) -> Check:
    return Check(
        name="line",
        measured=None,
        limit=None,
        unit="lines",
        verdict=Verdict.NOT_APPLICABLE,
        reason="nothing-changed",
        inspected=0,
        text=f"no executable line of the sources changed since {diff.since}",
    )
