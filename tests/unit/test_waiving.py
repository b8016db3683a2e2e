from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate import stock
from pytest_stagegate.hooks import gate, gates_of
from pytest_stagegate.judging import ActiveGate, judge
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.decision import Artifact
from pytest_stagegate.model.evidence import Evidence, WarningLine
from pytest_stagegate.model.findings import Finding, FindingsData
from pytest_stagegate.model.metrics import Metric, MetricsData
from pytest_stagegate.model.numbers import Percentage
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.provenance import StatementData, StatementSubject
from pytest_stagegate.model.repository import NO_REPOSITORY, ChangedFile, Diff, RepositoryData
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Enforcement, GateResult, Level, Verdict
from pytest_stagegate.model.waivers import Waiver
from pytest_stagegate.stock.metrics import metrics
from pytest_stagegate.stock.regression import regression
from pytest_stagegate.thresholds import check
from pytest_stagegate.waiving import Waivers, judge_with_waivers, rows, without
from tests.unit.fakes import NOW, SUBJECT, TODAY, coverage_of, definition, evidence_of, file_of, metrics_of, run_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.verdicts import Check

HERE = Place("test", None, NOW)


@gate
def no_failures(tests: TestResults) -> Iterator[Check]:
    yield check("failed", tests.failed, at_most=0)


@gate
def covered(coverage: Coverage) -> Iterator[Check]:
    yield check("line", coverage.lines, at_least="90 %")


@gate
def broken(tests: TestResults) -> Iterator[Check]:
    yield check("failed", tests.failed, at_most=0)
    raise RuntimeError


def active(judge: Any, level: Level = Level.BLOCK) -> ActiveGate:
    found = definition(judge)
    return ActiveGate(found.name, found, None, Enforcement(level))


def waiver(gate_: str = "no-failures", subject: str = "", days: int = 10, **more: Any) -> Waiver:
    return Waiver(gate_, subject, "see #411", "dana", TODAY + dt.timedelta(days=days), **more)


def waived(
    gate_: ActiveGate, evidence: Evidence, *waivers: Waiver, place: Place = HERE
) -> tuple[GateResult, tuple[Waiver, ...]]:
    result, used, _ = judge_with_waivers(gate_, evidence, place, Path(), Waivers(waivers))
    return result, used


RED = evidence_of(run_of({"build": {"passed": 2}, "code": {"failed": 1}, "test": {"failed": 2}}), exit_status=1)


def test_a_waiver_covers_a_failure_and_hides_nothing_of_it() -> None:
    result, used = waived(active(no_failures), RED, waiver())
    assert (result.verdict, result.reason, result.effect) == ("WAIVED", "waived", "CONDITIONAL")
    assert result.checks[0].verdict == "FAIL"
    assert result.summary == "failed 3 tests, limit ≤ 0 (waived by dana until 2026-12-03: see #411)"
    assert result.waiver is not None
    assert (result.waiver.owner, result.waiver.expires) == ("dana", "2026-12-03")
    assert used == (waiver(),)


def test_a_waiver_covers_missing_evidence() -> None:
    result, _ = waived(active(covered), evidence_of(), waiver("covered"))
    assert result.verdict is Verdict.WAIVED


def test_a_waiver_never_covers_a_broken_gate() -> None:
    result, used = waived(active(broken), RED, waiver("broken"))
    assert (result.verdict, used) == (Verdict.ERROR, ())


def test_a_waiver_of_a_gate_that_is_met_changes_nothing() -> None:
    result, used = waived(active(no_failures), evidence_of(), waiver())
    assert (result.verdict, result.waiver, used) == (Verdict.PASS, None, ())


@pytest.mark.parametrize(
    ("more", "holds"),
    [
        ({"days": 0}, True),
        ({"days": -1}, False),
        ({"stages": ("test", "release")}, True),
        ({"stages": ("release",)}, False),
        ({"environments": ("live",)}, False),
        ({"gate_": "covered"}, False),
    ],
)
def test_a_waiver_holds_to_its_last_day_and_where_it_says(more: dict[str, Any], holds: bool) -> None:
    result, _ = waived(active(no_failures), RED, waiver(**more))
    assert (result.verdict is Verdict.WAIVED) is holds


def test_a_waiver_holds_in_its_environment() -> None:
    live = Place("test", "live", NOW)
    result, _ = waived(active(no_failures), RED, waiver(environments=("live",)), place=live)
    assert result.verdict is Verdict.WAIVED


@pytest.mark.parametrize(
    ("subjects", "covers"),
    [
        (["test.py", "code.py::failed_0"], True),
        (["????.py"], True),
        (["test.py"], False),
        (["test.py::failed_0", "code.py"], False),
    ],
)
def test_a_subject_covers_only_what_it_names(subjects: list[str], covers: bool) -> None:
    result, used = waived(active(no_failures), RED, *(waiver(subject=each) for each in subjects))
    assert (result.verdict is Verdict.WAIVED) is covers
    assert len(used) == (len(subjects) if covers else 0)


def test_when_everything_is_left_out_nothing_is_known() -> None:
    only = evidence_of(run_of({"test": {"failed": 2}}), exit_status=1)
    result, _ = waived(active(no_failures), only, waiver(subject="test.py"))
    assert result.verdict is Verdict.FAIL


def test_only_waivers_that_are_needed_are_used() -> None:
    wide, narrow, idle = waiver(subject="????.py"), waiver(subject="code.py"), waiver(subject="other.py")
    _, used = waived(active(no_failures), RED, narrow, wide, idle, waiver())
    assert used == (wide,)


def test_of_several_waivers_the_first_to_expire_is_shown() -> None:
    soon, late = waiver(subject="code.py", days=3), waiver(subject="test.py", days=9)
    result, _ = waived(active(no_failures), RED, late, soon)
    assert result.waiver is not None
    assert (result.waiver.subject, result.waiver.expires) == ("code.py", "2026-11-26")


def test_coverage_is_judged_without_the_files_of_the_subject() -> None:
    evidence = evidence_of(coverage=coverage_of(file_of("src/legacy/a.py", 1, 9), file_of("src/b.py", 9, 9)))
    result, _ = waived(active(covered), evidence, waiver("covered", "src/legacy/**"))
    assert (result.verdict, result.checks[0].shown) == (Verdict.WAIVED, "55.5 % (10 of 18 lines)")


def test_a_waiver_that_reaches_too_far_does_not_hold() -> None:
    waivers = Waivers((waiver(days=91),), max_days=90)
    result, _, _ = judge_with_waivers(active(no_failures), RED, HERE, Path(), waivers)
    assert result.verdict is Verdict.FAIL
    assert [row.state for row in rows(waivers, (), (), [HERE])] == ["too-long"]


def test_every_waiver_is_told_with_what_became_of_it() -> None:
    every = (waiver(), waiver(days=-1), waiver(stages=("release",)), waiver("covered"))
    found = rows(Waivers(every), every[:1], (), [HERE])
    assert [(row.state, row.days_left) for row in found] == [
        ("used", 10),
        ("expired", -1),
        ("elsewhere", 10),
        ("unused", 10),
    ]


def test_a_waiver_that_covers_a_part_is_not_enough_and_not_unused() -> None:
    part = Waivers((waiver(subject="code.py"),))
    _, used, short = judge_with_waivers(active(no_failures), RED, HERE, Path(), part)
    assert [row.state for row in rows(part, used, short, [HERE])] == ["not-enough"]


def full() -> Evidence:
    found = Finding(rule="F401", level="error", path="src/a.py", line=1, message="unused", fingerprint="abc")
    diff = Diff(since="main", commit="c", files=(ChangedFile("src/a.py", "1-2"), ChangedFile("src/b.py", "1")))
    return replace(
        evidence_of(warnings=[WarningLine(category="UserWarning", message="m", place="src/a.py:3", count=1)]),
        findings=(FindingsData(tool="ruff", producer="ruff 1", findings=(found,)),),
        metrics=(MetricsData(producer="k6", metrics=(Metric(name="p95", value="1"),)),),
        repository=RepositoryData(branch=diff, release=NO_REPOSITORY, tracked=("src/a.py", "src/b.py")),
        baseline=BaselineData({"tests": {"test.py::passed_0": (), "src/a.py": ()}}),
    )


@pytest.mark.parametrize("subject", ["src/a.py", "F401", "abc"])
def test_findings_go_by_file_rule_and_fingerprint(subject: str) -> None:
    assert without(full(), [subject]).findings[0].findings == ()


def test_every_kind_of_evidence_goes_without_the_subject() -> None:
    rest = without(full(), ["src/a.py", "p95", "test.py"])
    assert (rest.tests.ids, rest.warnings, rest.metrics[0].metrics, rest.baseline.tables) == ([], (), (), {"tests": {}})
    assert rest.repository is not None
    assert rest.repository.tracked == ("src/b.py",)
    assert isinstance(rest.repository.branch, Diff)
    assert [file.path for file in rest.repository.branch.files] == ["src/b.py"]


@pytest.mark.parametrize("subject", ["test.py::case", "test.py", "test.py::case[1] (staging linux)"])
def test_a_test_is_named_with_all_its_parameters_and_places(subject: str) -> None:
    data = run_of({"test": {"passed": 1}})
    data.ids[0] = "test.py::case[1] (staging linux)"
    assert without(evidence_of(data), [subject]).tests.ids == []


def test_a_subject_that_names_nothing_leaves_everything() -> None:
    assert without(full(), ["docs/**"]) == replace(full(), waived=("docs/**",))


@pytest.mark.parametrize("module", [stock.artifacts, stock.provenance])
def test_an_artifact_that_a_waiver_names_is_still_there_and_no_fault_of_it_counts(module: ModuleType) -> None:
    damaged = Artifact(name="a.tar.gz", sha256="ab" * 32, kind="sdist", problem="it is damaged")
    whole = Artifact(name="b.tar.gz", sha256="cd" * 32, kind="sdist", project="rates", version="1.2.0")
    subjects = (StatementSubject(name=whole.name, sha256=whole.sha256),)
    statement = StatementData(file="s.json", predicate_type="https://slsa.dev/provenance/v1", subjects=subjects)
    subject = msgspec.structs.replace(SUBJECT, artifacts=(damaged, whole))
    evidence = replace(evidence_of(), subject=subject, statements=(statement,))
    (found,) = gates_of(module)
    assert found.options is not None
    asked = ActiveGate(found.name, found, found.options(), Enforcement(Level.BLOCK))
    for name, verdict in (("a.*", Verdict.WAIVED), ("b.*", judge(asked, evidence, HERE).verdict)):
        assert waived(asked, evidence, waiver(found.name, name))[0].verdict is verdict


@pytest.mark.parametrize("held", [metrics, regression])
@pytest.mark.parametrize(("subject", "verdict"), [("p99", "WAIVED"), ("p*", "WAIVED"), ("size", "FAIL")])
def test_a_metric_that_falls_short_is_waived_by_its_name(held: Any, subject: str, verdict: str) -> None:
    runs = tuple(text for run in "abc" for text in (run, "1", "1", ""))
    table: dict[str, Table] = {"metrics": {"p99": ("1",), "size": ("1",)}, "history": {"p99": runs, "size": runs}}
    evidence = evidence_of(metrics=[metrics_of(("p99", "9"), ("size", "1"))], baseline=table)
    options = held.__stagegate__.options(max_growth=dict.fromkeys(("p99", "size"), Percentage.parse("10 %")))
    gate_ = ActiveGate(held.__stagegate__.name, held.__stagegate__, options, Enforcement(Level.BLOCK))
    waivers = Waivers((waiver(gate_.id, subject=subject),))
    assert judge_with_waivers(gate_, evidence, HERE, Path(), waivers)[0].verdict.value == verdict
