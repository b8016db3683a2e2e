"""``coverage``: how much of the code do the tests run?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.coverage import ContextsUnavailable, Coverage
from pytest_stagegate.model.numbers import Share, StageName
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.stock._unmeasured import never_measured, unmatched_source
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.numbers import Measure
    from pytest_stagegate.model.verdicts import Check


class CoverageOptions(GateOptions, frozen=True):
    """Limits of the gate ``coverage``.

    Attributes:
        line: Share of executable lines that have to be run.
        branch: Share of branches that have to be taken.
        combined: Share of lines and branches together, which is coverage.py's own total.
        paths: Share of lines for files that a glob matches, relative to the root.
        critical: Globs of files in which every line has to be run.
        by_stage: Judge only what the tests of this stage cover by themselves.
        source: Folders or packages to measure when the plugin measures; coverage's own configuration when absent.
    """

    line: Share | None = None
    branch: Share | None = None
    combined: Share | None = None
    paths: dict[str, Share] = {}  # noqa: RUF012 - msgspec copies it for each instance
    critical: list[str] = []  # noqa: RUF012 - likewise
    by_stage: StageName | None = None
    source: list[str] = []  # noqa: RUF012 - likewise

    def declares_a_limit(self) -> bool:
        """Return whether any limit is set; `source` and `by_stage` are none."""
        shares = (self.line, self.branch, self.combined)
        return any(share is not None for share in shares) or bool(self.paths) or bool(self.critical)


@gate(
    name="coverage",
    title="Enough of the code is run by the tests",
    stage="test",
    options=CoverageOptions,
    enforcement="observe",
    always=True,
    remedy="Add tests that run the lines listed under 'where', or take out code that nothing needs.",
)
def coverage(measured: Coverage, repository: Repository, options: CoverageOptions) -> Iterator[Check]:
    """Checks lines, branches, each path, and whether files were never measured."""
    unmatched = tuple(unmatched_source(measured, options.source))
    yield from unmatched
    if unmatched:
        return
    if options.declares_a_limit():
        yield from _never_seen(measured, repository, options)
    if options.source:
        measured = measured.of_source(options.source)
    if options.by_stage is not None:
        try:
            measured = measured.by_stage(options.by_stage)
        except ContextsUnavailable as error:
            yield no_evidence("by-stage", "contexts-unavailable", str(error))
            return
    yield from _limits(measured, options)


def _limits(measured: Coverage, options: CoverageOptions) -> Iterator[Check]:
    shown_only = not options.declares_a_limit()
    if options.line is not None or shown_only:
        yield check("line", measured.lines, at_least=options.line)
    if options.branch is not None or (shown_only and measured.measured_branches):
        yield _with_branches("branch", measured, measured.branches, options.branch)
    if options.combined is not None:
        yield _with_branches("combined", measured, measured.combined, options.combined)
    for pattern, limit in sorted(options.paths.items()):
        yield _path(measured.under(pattern), pattern, limit)
    for pattern in sorted(set(options.critical)):
        part = measured.under(pattern)
        yield _matching(part, check(f"critical {pattern}", part.uncovered, at_most=0))


def _never_seen(measured: Coverage, repository: Repository, options: CoverageOptions) -> Iterator[Check]:
    """Yield that files which git lists in the source were never measured; nothing where it is not known."""
    tracked = repository.tracked or ()
    measured = measured.located(frozenset(tracked))
    extent = measured.extent(tracked, options.source)
    seen = set(measured.files)
    yield from never_measured([path for path in tracked if path not in seen and extent.holds(path)], "")


def _with_branches(name: str, measured: Coverage, value: Measure, limit: Share | None) -> Check:
    made = check(name, value, at_least=limit)
    if measured.measured_branches:
        return made
    text = "branches were not measured; set branch = true in coverage's configuration"
    return no_evidence(name, "branches-not-measured", text, unit=made.unit, limit_shown=made.limit_shown)


def _path(part: Coverage, pattern: str, limit: Share) -> Check:
    return _matching(part, check(pattern, part.lines, at_least=limit))


def _matching(part: Coverage, made: Check) -> Check:
    if not part.files:
        return structs.replace(made, reason="path-matches-nothing", text="no measured file matches")
    return made
