"""Small evidence built by hand, so that a test shows only the numbers it is about."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.assembling import Question
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.hooks import Gate, gate
from pytest_stagegate.judging import ActiveGate, judge
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.decision import Note, Subject
from pytest_stagegate.model.evidence import Age, Evidence, WarningLine
from pytest_stagegate.model.extent import Scope
from pytest_stagegate.model.findings import Finding, FindingsData, fingerprint
from pytest_stagegate.model.linesets import ranges
from pytest_stagegate.model.metrics import Metric, MetricsData
from pytest_stagegate.model.numbers import Share
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.property_tests import PropertyTest
from pytest_stagegate.model.repository import NO_REPOSITORY, ChangedFile, Diff, RepositoryData
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import Detail, Exit, Outcome, TestData
from pytest_stagegate.model.verdicts import Check, Enforcement, GateResult, Level, OnMissing, Verdict
from pytest_stagegate.run import decide_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.expected import Expected
    from pytest_stagegate.project import Project

STARTED: Final = "2026-11-23T09:00:00Z"
FINISHED: Final = "2026-11-23T09:05:00Z"
TODAY: Final = dt.date(2026, 11, 23)
HOUR: Final = 3_600_000_000
NO_SHAPE: Final = hashlib.sha256(b"{}").hexdigest()
"""What a policy without stages, environments, tag rules and expected cells has."""

NOW: Final = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone.utc)
SUBJECT: Final = Subject(name="rates", version="1.2.0", commit="c" * 40, commit_source="git", dirty=False)
ABSENT: Final = Absent("not-measured", "nobody measured coverage in this run", "Install pytest-cov.")

_OUTCOMES: Final = {
    "passed": (Outcome.PASSED, None),
    "flaky": (Outcome.PASSED, Detail(executed=True, reruns=1)),
    "failed": (Outcome.FAILED, Detail(executed=True, reason="assert 1 == 2")),
    "errors": (Outcome.ERROR, Detail(reason="fixture broke")),
    "skipped": (Outcome.SKIPPED, Detail(reason="no certificate")),
    "bare_skips": (Outcome.SKIPPED, Detail()),
    "xfailed": (Outcome.XFAILED, Detail(executed=True, reason="see #411")),
    "xpassed": (Outcome.XPASSED, Detail(executed=True, reason="see #411")),
    "deselected": (Outcome.DESELECTED, Detail()),
    "lost": (Outcome.LOST, None),
}


def run_of(stages: dict[str, dict[str, int]]) -> TestData:
    """Return tests named after their stage and outcome: ``run_of({"test": {"passed": 2, "failed": 1}})``."""
    data = TestData(tags=[Tag(stage, (), True) for stage in stages])
    for tag, (stage, outcomes) in enumerate(stages.items()):
        for word, count in outcomes.items():
            outcome, detail = _OUTCOMES[word]
            for number in range(count):
                if detail is not None:
                    data.details[len(data.ids)] = detail
                data.ids.append(f"{stage}.py::{word}_{number}")
                data.tag_of.append(tag)
                data.outcomes.append(outcome)
                data.durations.append(1_000)
    return data


def outcomes_of(**outcomes: int) -> TestData:
    """Return tests of the stage *test*: ``outcomes_of(passed=2, failed=1)``."""
    return run_of({"test": outcomes})


def named_tests(*tests: tuple[str, str] | tuple[str, str, str]) -> TestData:
    """Return tests by id, word of `run_of` and reason: ``named_tests(("t.py::test_a", "skipped", "no tls"))``."""
    data = TestData(tags=[Tag("test", (), True)])
    for name, word, *reason in tests:
        outcome, detail = _OUTCOMES[word]
        if reason and detail is not None:
            detail = msgspec.structs.replace(detail, reason=reason[0])
        data.add(name, outcome, 1_000, detail)
    return data


def timed(*microseconds: int) -> TestData:
    """Return passed tests with these durations."""
    data = outcomes_of(passed=len(microseconds))
    for index, duration in enumerate(microseconds):
        data.durations[index] = duration
    return data


def file_of(path: str, covered: int, lines_: int, taken: int = 0, branches: int = 0, **stages: int) -> FileCoverage:
    """Return the coverage of one file; what is missing stands at its end."""
    names = [f"{line}>{line + 2}" for line in range(1, branches + 1)]
    return FileCoverage(
        path,
        ranges(range(1, covered + 1)),
        ranges(range(covered + 1, lines_ + 1)),
        " ".join(names[:taken]),
        " ".join(names[taken:]),
        {stage: (ranges(range(1, count + 1)), "") for stage, count in stages.items()},
    )


def coverage_of(
    *files: FileCoverage, branches: bool = False, label_problem: str = "", scopes: tuple[Scope, ...] = ()
) -> CoverageData:
    """Return the coverage of a run."""
    return CoverageData(
        producer="coverage 7.0",
        measured_branches=branches,
        labelled=not label_problem,
        label_problem=label_problem,
        files=files,
        scopes=scopes,
    )


def diff_of(since: str = "origin/main", **lines_: str) -> Diff:
    """Return what changed, files named with ``__`` for ``/`` and without ``.py``: ``diff_of(src__pay="1-3")``."""
    files = {f"{name.replace('__', '/')}.py": written for name, written in lines_.items()}
    return Diff(since=since, commit="b" * 40, files=tuple(ChangedFile(*each) for each in sorted(files.items())))


def repository_of(
    branch: Diff | Absent = NO_REPOSITORY,
    release: Diff | Absent = NO_REPOSITORY,
    tracked: Iterable[str] | None = None,
) -> RepositoryData:
    """Return what git says."""
    return RepositoryData(branch=branch, release=release, tracked=None if tracked is None else tuple(sorted(tracked)))


def finding_of(level: str = "error", path: str = "src/app.py", line: int = 1, **more: Any) -> Finding:
    """Return a finding of the rule ``R1``, known by its rule and path."""
    values: dict[str, Any] = {"rule": "R1", "message": "no", "suppressed": False} | more
    known = fingerprint(values.pop("known_by", f"{values['rule']} {path}"), level)
    return Finding(level=level, path=path, line=line, fingerprint=known, **values)


def report_of(*findings: Finding, tool: str = "ruff", unfinished: str = "") -> FindingsData:
    """Return what one run of a tool found."""
    return FindingsData(tool=tool, producer=f"{tool} 1.0", findings=findings, unfinished=unfinished)


def evidence_of(
    tests: TestData | None = None,
    *,
    coverage: CoverageData | Absent = ABSENT,
    warnings: Iterable[WarningLine] = (),
    warnings_recorded: bool = True,
    exit_status: int | None = 0,
    incomplete: tuple[Note, ...] = (),
    age: int = 0,
    metrics: Iterable[MetricsData] = (),
    baseline: dict[str, Table] | BaselineData | None = None,
    expected: tuple[Expected, ...] = (),
    repository: RepositoryData | None = None,
    tracked: tuple[str, ...] | None = None,
) -> Evidence:
    """Return the evidence of one run; by default of three passed tests."""
    tests = tests if tests is not None else outcomes_of(passed=3)
    counts = tests.counts()
    return Evidence(
        tests=tests,
        coverage=coverage,
        warnings=tuple(warnings),
        warnings_recorded=warnings_recorded,
        subject=SUBJECT,
        started=STARTED,
        finished=FINISHED,
        exits=(Exit(exit_status, counts.failed + counts.errors, incomplete),),
        incomplete=incomplete,
        provisional=(),
        collection_errors=(),
        ages=tuple(Age(kind, "evidence.jsonl", age, 24 * HOUR) for kind in ("tests", "coverage")),
        metrics=tuple(metrics),
        baseline=baseline if isinstance(baseline, BaselineData) else BaselineData(tables=baseline or {}),
        expected=expected,
        repository=repository or repository_of(tracked=tracked),
    )


def metrics_of(*numbers: tuple[str, str], unit: str = "") -> MetricsData:
    """Return the numbers of one file: ``metrics_of(("p95_ms", "312"))``."""
    rows = sorted(numbers)
    return MetricsData(producer="", metrics=tuple(Metric(name=name, value=value, unit=unit) for name, value in rows))


def property_test(name: str, passing: int = 0, *, counted: bool = True, **more: Any) -> PropertyTest:
    """Return what Hypothesis says of a test that stopped at its limit."""
    values = {"stopped": "settings.max_examples" if counted else "", **more}
    return PropertyTest(name=name, counted=counted, passing=passing, **values)


def definition(judge_: Callable[..., Any], **more: Any) -> Gate:
    """Return the gate that a function is."""
    made: Gate = getattr(gate(**more)(judge_), "__stagegate__")  # noqa: B009 - the decorator adds it
    return made


def judged(
    judge_: Callable[..., Any],
    evidence: Evidence | None = None,
    *,
    enforcement: Enforcement | None = None,
    on_missing: OnMissing = OnMissing.HOLD,
    max_age: int | None = None,
    remedy: str = "",
    instant: dt.datetime = NOW,
    stage: str = "test",
    environment: str | None = None,
    **options: Any,
) -> GateResult:
    """Judge a gate function; what is not for the judging is an option of the gate's own."""
    gate_ = getattr(judge_, "__stagegate__", None) or definition(judge_)
    active = ActiveGate(
        gate_.name,
        gate_,
        gate_.options(**options) if gate_.options is not None else None,
        enforcement or Enforcement(Level.BLOCK),
        on_missing=on_missing,
        max_age=max_age,
        remedy=remedy,
    )
    return judge(active, evidence or evidence_of(), Place(stage, environment, instant))


def check_of(result: GateResult, name: str) -> Check:
    """Return one check of a result by its name."""
    (found,) = [check for check in result.checks if check.name == name]
    return found


def verdicts(result: GateResult) -> dict[str, str]:
    """Return the verdict of each check by its name."""
    return {check.name: check.verdict.value for check in result.checks}


def result_of(verdict: Verdict = Verdict.PASS, effect: str = "", **more: Any) -> GateResult:
    """Return the result of a gate with one check."""
    values: dict[str, Any] = {
        "gate": "results",
        "uses": "results",
        "title": "The tests pass",
        "stage": "test",
        "environment": None,
        "reason": "" if verdict is Verdict.PASS else "limit-not-met",
        "enforcement": "block",
        "owner": "",
        "summary": "failed 1, limit ≤ 0",
        "remedy": "",
        "waiver": None,
        "checks": (),
    }
    return GateResult(verdict=verdict, effect=effect, **(values | more))


def share(written: str) -> Share:
    """Return a share as a policy writes it."""
    return Share.parse(written)


def run_line(**more: Any) -> lines.Run:
    """Return the first line of a record."""
    values: dict[str, Any] = {
        "schema": lines.SCHEMA,
        "producer": "pytest 9.0",
        "started": STARTED,
        "stage": "test",
        "environment": None,
        "subject": SUBJECT,
        "policy_sha256": "0" * 64,
        "shape_sha256": NO_SHAPE,
        "warnings_recorded": True,
        "provisional": (),
        "facts": {},
    }
    return lines.Run(**(values | more))


def collected(count: int, stage: str = "test") -> tuple[lines.Tags, lines.Items]:
    """Return the lines that say which tests are expected: ``t.py::test_0`` and so on."""
    ids = tuple(f"t.py::test_{number}" for number in range(count))
    return lines.Tags(tags=((stage, (), True),)), lines.Items(first=0, ids=ids, tags=(0,) * count)


def passed(*items: int) -> lines.Passed:
    """Return a batch of passed tests."""
    return lines.Passed(items=items, us=(1_000,) * len(items))


def end(exit_status: int = 0, *, lines_: int = 0) -> lines.End:
    """Return the line that closes a record; `encoded` fills in how many lines there are."""
    return lines.End(exit_status=exit_status, finished=FINISHED, lines=lines_)


def encoded(*written: lines.Line) -> bytes:
    """Return lines as they stand in a file, each end with the number of lines up to it."""
    numbered = [
        msgspec.structs.replace(line, lines=number) if isinstance(line, lines.End) else line
        for number, line in enumerate(written, start=1)
    ]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in numbered)


def record_at(path: Path, *written: lines.Line) -> Path:
    """Write a record of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(*written))
    return path


def decision_on(
    project: Project, *given: Path, as_of: dt.datetime | None = None, checkout: Subject = SUBJECT, **more: Any
) -> Decision:
    """Decide from evidence files."""
    asked = tuple(Given(path) for path in given)
    question = Question(given=asked, checkout=(checkout, ()), as_of=as_of, **more)
    return decide_on(project, question, wanted=(), out=given[0].parent).decision


def green_record(path: Path, **header: Any) -> Path:
    """Write the whole record of two passed tests."""
    return record_at(path, run_line(**header), *collected(2), passed(0, 1), end())


def project_at(rootdir: Path, **files: str) -> Path:
    """Write a project's files, named with ``__`` for ``/`` and without ``.py``; `policy` is ``stagegate.toml``."""
    for name, text in files.items():
        path = rootdir / ("stagegate.toml" if name == "policy" else f"{name.replace('__', '/')}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return rootdir
