"""Inspecting: what a file is and what it says, without a policy and without a decision."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.evidence.gathering import Defaults, gather
from pytest_stagegate.evidence.inspecting_supply import said, supplied
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.deployments import FAILED, REMOVED, SUCCEEDED
from pytest_stagegate.model.environments import PASSED
from pytest_stagegate.model.findings import LEVELS
from pytest_stagegate.model.flags import APPLICATION
from pytest_stagegate.model.incidents import SEVERITIES, UNKNOWN
from pytest_stagegate.model.inspected import Inspected
from pytest_stagegate.model.manual import OUTCOMES
from pytest_stagegate.model.relations import circles
from pytest_stagegate.model.relations import told as in_words
from pytest_stagegate.model.reviews import APPROVED, CHANGES, COMMENTED, DISMISSED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.deployments import Deployment
    from pytest_stagegate.model.environments import EnvironmentReport
    from pytest_stagegate.model.findings import FindingsData
    from pytest_stagegate.model.flags import FlagsData
    from pytest_stagegate.model.incidents import IncidentsData
    from pytest_stagegate.model.manual import ManualResult
    from pytest_stagegate.model.reviews import ReviewExport
    from pytest_stagegate.model.service_levels import ServiceLevelsFile
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.model.tests import TestData


def looked_at(path: Path, root: Path, format_: str) -> Inspected:
    """Return what one file says.

    Args:
        path: The file.
        root: The project's root; paths of covered files are made relative to it.
        format_: Name of the format; told from the content when empty.
    """
    source = gather([Given(path, format_)], Defaults(root, (), "", None))[0]
    evidence = source.evidence
    contents = source.contents
    warnings = [] if evidence is None else [note.text for note in evidence.incomplete]
    warnings += contents.warnings if contents is not None else ()
    warnings += _unfinished(contents.findings or ()) if contents is not None else ()
    if contents is not None and contents.goals is not None:
        warnings += map(in_words, circles(contents.goals.goals))
    told = source.note.text if source.note is not None else None
    if told is not None and contents is not None:
        # It could be read; what was stated of it is another matter.
        warnings.append(told)
    return Inspected(
        source=path.as_posix(),
        kind=("tests" if source.kind == "run" else source.kind) or None,
        format=source.format or None,
        producer=contents.producer if contents is not None else source.producer,
        created=contents.created if contents is not None else source.created,
        commit=contents.commit if contents is not None else source.commit,
        figures=_figures(source),
        names=_names(source),
        warnings=tuple(warnings),
        error=told if contents is None else None,
    )


def _unfinished(reports: Sequence[FindingsData]) -> list[str]:
    return [f"{each.tool} did not come to its end: {each.unfinished}" for each in reports if each.unfinished]


def _figures(source: Source) -> dict[str, int | dict[str, int]]:
    if source.evidence is not None:
        coverage = source.evidence.coverage
        lines = _coverage(coverage) if isinstance(coverage, CoverageData) else {}
        return {**_tests(source.evidence.tests), **lines}
    contents = source.contents
    if contents is None:
        return {}
    if contents.findings is not None:
        return _findings(contents.findings)
    if contents.sbom is not None or contents.scan is not None or contents.statements is not None:
        return supplied(contents)
    if contents.metrics is not None:
        return {"metrics": len(contents.metrics.metrics)}
    if contents.goals is not None:
        return {"goals": len(contents.goals.goals), "milestones": len(contents.goals.milestones)}
    if contents.reviews is not None:
        return _reviews(contents.reviews)
    if contents.decision is not None:
        return _decision(contents.decision)
    if contents.manual is not None:
        return _manual(contents.manual)
    if contents.looked_at is not None:
        return _environment(contents.looked_at)
    if contents.support is not None:
        return {"cycles": len(contents.support.cycles)}
    if contents.steps is not None:
        return {"steps": len(contents.steps), "opened": sum(each.opened for each in contents.steps)}
    if contents.drills is not None:
        return {"drills": len(contents.drills), "passed": sum(each.outcome == "passed" for each in contents.drills)}
    if contents.incidents is not None:
        return _incidents(contents.incidents)
    if contents.flags is not None:
        return _flags(contents.flags)
    if contents.deployments is not None:
        return _deployments(contents.deployments)
    if contents.service_levels is not None:
        return _levels(contents.service_levels)
    tests = _tests(contents.tests) if contents.tests is not None else {}
    return {**tests, **(_coverage(contents.coverage) if contents.coverage is not None else {})}


def _names(source: Source) -> tuple[str, ...]:
    if source.contents is not None and source.contents.decision is not None:
        return (_in_words(source.contents.decision),)
    if source.contents is not None and source.contents.statements is not None:
        return said(source.contents.statements)
    if source.contents is not None and source.contents.looked_at is not None:
        report = source.contents.looked_at
        return (report.environment, *report.failed)
    if source.contents is not None and source.contents.deployments is not None:
        return tuple(dict.fromkeys(f"{each.service} in {each.environment}" for each in source.contents.deployments))
    if source.contents is not None and source.contents.service_levels is not None:
        levels = source.contents.service_levels
        return tuple(each.asked.name for each in levels.readings) + tuple(each.name for each in levels.metrics)
    metrics = source.contents.metrics if source.contents is not None else None
    return tuple(dict.fromkeys(each.name for each in metrics.metrics)) if metrics is not None else ()


def _decision(decision: Decision) -> dict[str, int | dict[str, int]]:
    return {
        "gates": len(decision.gates),
        "tests": decision.tests.collected,
        "artifacts": len(decision.subject.artifacts),
    }


def _reviews(export: ReviewExport) -> dict[str, int | dict[str, int]]:
    counts = Counter(each.answer for each in export.reviews or ())
    answers = (APPROVED, CHANGES, DISMISSED, COMMENTED)
    return {"reviews": counts.total(), "by_answer": {answer: counts[answer] for answer in answers}}


def _manual(results: Sequence[ManualResult]) -> dict[str, int | dict[str, int]]:
    counts = Counter(each.outcome for each in results)
    return {"results": len(results), "by_outcome": {outcome: counts[outcome] for outcome in OUTCOMES}}


def _incidents(export: IncidentsData) -> dict[str, int | dict[str, int]]:
    counts = Counter(each.severity for each in export.incidents if each.open)
    return {
        "incidents": len(export.incidents),
        "open": counts.total(),
        "by_severity": {severity: counts[severity] for severity in (*SEVERITIES, UNKNOWN)},
    }


def _flags(found: FlagsData) -> dict[str, int | dict[str, int]]:
    several = sum(len(flag.shows) > 1 for flag in found.flags)
    return {
        "flags": len(found.flags),
        "variants": sum(len(flag.variants) for flag in found.flags),
        "by_rule": several,
        "left_to_the_application": sum(flag.shows == (APPLICATION,) for flag in found.flags),
    }


def _deployments(found: Sequence[Deployment]) -> dict[str, int | dict[str, int]]:
    counts = Counter[str](each.outcome for each in found)
    outcomes = (SUCCEEDED, FAILED, REMOVED)
    return {"deployments": len(found), "by_outcome": {outcome: counts[outcome] for outcome in outcomes}}


def _environment(report: EnvironmentReport) -> dict[str, int | dict[str, int]]:
    return {
        "conditions": len(report.conditions),
        "held": sum(each.held for each in report.conditions),
        "questions": len(report.answers),
        "passed": sum(each.outcome == PASSED for each in report.answers),
    }


def _levels(found: ServiceLevelsFile) -> dict[str, int | dict[str, int]]:
    return {"objectives": len(found.readings), "metrics": len(found.metrics), "problems": len(found.problems)}


def _in_words(decision: Decision) -> str:
    about = "@".join(part for part in (decision.stage, decision.environment) if part)
    return f"{about}: {decision.decision}{' (provisional)' if decision.provisional else ''}"


def _tests(tests: TestData) -> dict[str, int]:
    counts = tests.counts()
    always = {
        "tests": counts.collected,
        "passed": counts.passed,
        "failed": counts.failed,
        "errors": counts.errors,
        "skipped": counts.skipped,
    }
    more = {name: getattr(counts, name) for name in ("xfailed", "xpassed", "flaky", "deselected", "lost")}
    return always | {name: count for name, count in more.items() if count}


def _findings(reports: Sequence[FindingsData]) -> dict[str, int | dict[str, int]]:
    found = [each for report in reports for each in report.findings]
    counts = Counter(each.level for each in found if not each.suppressed)
    return {
        "findings": sum(counts.values()),
        "by_level": {level: counts[level] for level in LEVELS},
        "suppressed": sum(each.suppressed for each in found),
    }


def _coverage(data: CoverageData) -> dict[str, int]:
    return {
        "lines_covered": sum(row.covered for row in data.rows),
        "lines_total": sum(row.lines for row in data.rows),
        "branches_covered": sum(row.taken for row in data.rows),
        "branches_total": sum(row.branches for row in data.rows),
        "files": len(data.rows),
    }
