"""``coverage``: how much of the code do the tests run?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.coverage import ContextsUnavailable, Coverage
from pytest_stagegate.model.numbers import Share, StageName
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class CoverageOptions(GateOptions, frozen=True):
    """Limits of the gate ``coverage``.

    Attributes:
        line: Share of executable lines that have to be run.
        branch: Share of branches that have to be taken.
        paths: Share of lines for files that a glob matches, relative to the root.
        by_stage: Judge only what the tests of this stage cover by themselves.
        source: Folders or packages to measure when the plugin measures; coverage's own configuration when absent.
    """

    line: Share | None = None
    branch: Share | None = None
    paths: dict[str, Share] = {}  # noqa: RUF012 - msgspec copies it for each instance
    by_stage: StageName | None = None
    source: list[str] = []  # noqa: RUF012 - likewise

    def declares_a_limit(self) -> bool:
        """Return whether any limit is set; `source` and `by_stage` are none."""
        return self.line is not None or self.branch is not None or bool(self.paths)


@gate(
    name="coverage",
    title="Enough of the code is run by the tests",
    stage="test",
    options=CoverageOptions,
    enforcement="observe",
    always=True,
    remedy="Add tests that run the lines listed under 'where', or take out code that nothing needs.",
)
def coverage(measured: Coverage, options: CoverageOptions) -> Iterator[Check]:
    """Yield a check for lines, one for branches and one for each path."""
    empty = [name for name in options.source if not measured.of_source([name]).files]
    if empty:
        text = f"no file of the source {', '.join(map(repr, empty))} was measured"
        yield no_evidence("source", "source-matches-nothing", text)
        return
    if options.source:
        measured = measured.of_source(options.source)
    if options.by_stage is not None:
        try:
            measured = measured.by_stage(options.by_stage)
        except ContextsUnavailable as error:
            yield no_evidence("by-stage", "contexts-unavailable", str(error))
            return
    shown_only = not options.declares_a_limit()
    if options.line is not None or shown_only:
        yield check("line", measured.lines, at_least=options.line)
    if options.branch is not None or (shown_only and measured.measured_branches):
        yield _branches(measured, options.branch)
    for pattern, limit in sorted(options.paths.items()):
        yield _path(measured.under(pattern), pattern, limit)


def _branches(measured: Coverage, limit: Share | None) -> Check:
    made = check("branch", measured.branches, at_least=limit)
    if made.verdict is Verdict.NO_EVIDENCE and not measured.measured_branches:
        text = "branches were not measured; set branch = true in coverage's configuration"
        return no_evidence("branch", "branches-not-measured", text, unit="branches", limit_shown=made.limit_shown)
    return made


def _path(part: Coverage, pattern: str, limit: Share) -> Check:
    made = check(pattern, part.lines, at_least=limit)
    if not part.files:
        return msgspec.structs.replace(made, reason="path-matches-nothing", text="no measured file matches")
    return made
