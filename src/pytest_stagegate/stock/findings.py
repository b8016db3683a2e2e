"""``findings``: what do linters, type checkers and scanners find that was not there before?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.findings import Findings
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._comparing import without_baseline
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class FindingsOptions(GateOptions, frozen=True):
    """Limits of the gate ``findings``; each counts only what the baseline does not have.

    Attributes:
        max_errors: How many errors there may be.
        max_warnings: How many errors and warnings there may be together.
        max_notes: How many findings of any level there may be.
        paths: How many findings of any level there may be in files that a glob matches, relative to the root.
        tools: Tools that have to report, by their names in any case.
    """

    upper_limits: ClassVar[tuple[str, ...]] = ("paths",)

    max_errors: Count = 0
    max_warnings: Count | None = None
    max_notes: Count | None = None
    paths: dict[str, Count] = {}  # noqa: RUF012 - msgspec copies it for each instance
    tools: list[str] = []  # noqa: RUF012 - likewise


@gate(
    name="findings",
    title="Linters, type checkers and scanners find nothing new",
    stage=("code", "test"),
    options=FindingsOptions,
    remedy="Mend what is listed under 'where'; what has to stay is accepted by a baseline or in the tool itself.",
)
def findings(found: Findings, baseline: Baseline, repository: Repository, options: FindingsOptions) -> Iterator[Check]:
    """Checks new findings of each level and path, and whatever keeps the findings from being whole."""
    missing = sorted(tool for tool in options.tools if tool.lower() not in found.tools)
    if missing:
        text = f"there is no report of {', '.join(missing)} among the evidence"
        yield no_evidence("tools", "tool-missing", text)
    if not found.tools:
        if not missing:
            text = "no linter, type checker or scanner has reported; hand over its report as evidence"
            yield no_evidence("reports", "not-reported", text)
        return
    for sentence in found.unfinished:
        unfinished = no_evidence("unfinished", "producer-failed", sentence)
        yield msgspec.structs.replace(unfinished, verdict=Verdict.ERROR, shown="")
    accepted = baseline.of("findings")
    none_yet = isinstance(accepted, Absent) and accepted.reason == "no-baseline"
    if isinstance(accepted, Absent) and not none_yet:
        # Whatever it held may have been accepted, so nothing can be said to be new.
        yield without_baseline("baseline", accepted)
        yield from _figures(found)
        return
    table = {} if isinstance(accepted, Absent) else accepted
    new = found.beyond({name: count for name, (count, *_) in table.items() if isinstance(count, int)})
    yield from _levels(new, options)
    for pattern, limit in sorted(options.paths.items()):
        yield _path(new, pattern, limit, repository)
    yield from _borne(found, new, accepted)


def _levels(new: Findings, options: FindingsOptions) -> Iterator[Check]:
    """Yield a limit on a level together with those above it: else a warning would pass by becoming an error."""
    yield check("errors", new.at_level("error"), at_most=options.max_errors)
    for level, limit in (("warning", options.max_warnings), ("note", options.max_notes)):
        if limit is None:
            yield check(f"{level}s", new.at_level(level))
        else:
            yield check(f"{level}s-or-worse", new.at_least(level), at_most=limit)


def _path(new: Findings, pattern: str, limit: int, repository: Repository) -> Check:
    """Return the check of one glob; reports list no clean files, so that it matches any is git's to say."""
    made = check(pattern, new.under(pattern).total, at_most=limit)
    inside = matches(pattern)
    if made.verdict is Verdict.FAIL or any(map(inside, repository.tracked or ())):
        return made
    if repository.tracked is None:
        text = "git does not list the project's files, so nothing says that the glob matches any"
        return no_evidence(pattern, "no-repository", text, unit="findings", limit_shown=made.limit_shown)
    text = "no source file that git lists matches"
    return no_evidence(pattern, "path-matches-nothing", text, unit="findings", limit_shown=made.limit_shown)


def _borne(found: Findings, new: Findings, accepted: object) -> Iterator[Check]:
    """Yield the figures of what does not count."""
    old = check("accepted", found.count - new.count, inspected=len(found.tools), unit="findings")
    if isinstance(accepted, Absent):
        old = msgspec.structs.replace(old, text="no baseline yet, so every finding counts as new")
    yield old
    yield check("suppressed", found.suppressed)


def _figures(found: Findings) -> Iterator[Check]:
    for level in ("error", "warning", "note"):
        yield check(f"{level}s", found.at_level(level))
    yield check("suppressed", found.suppressed)
