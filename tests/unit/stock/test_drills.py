from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.drills import DrillEntry, Logged
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.links import DRILL, Link
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.drills import DrillsOptions, drills
from pytest_stagegate.stock.rollback import rollback
from pytest_stagegate.summing import drills_of
from tests.unit.fakes import SUBJECT, TODAY, check_of, evidence_of, judged, named_tests


def entry(days: int, outcome: Any = "passed", kind: str = "restore", **more: str) -> Logged:
    at = f"{(TODAY - dt.timedelta(days=days)).isoformat()}T06:00:00Z"
    values = {"by": "dana", **more}
    return Logged(entry=DrillEntry(drill=kind, at=at, outcome=outcome, **values), source="stagegate-drills.json")


def logged(*entries: Logged, kind: str = "restore", tests: tuple[str, ...] = ()) -> Evidence:
    data = named_tests(*((f"t.py::test_{number}", word) for number, word in enumerate(tests)))
    data.links.add(Link(DRILL, kind), range(len(tests)))
    return replace(evidence_of(data), drills=entries)


def ask(*entries: Logged, tests: tuple[str, ...] = (), **options: Any) -> GateResult:
    return judged(drills, logged(*entries, tests=tests), stage="manage", **{"kinds": ["restore"], **options})


def rehearse(*entries: Logged, tests: tuple[str, ...] = (), **options: Any) -> GateResult:
    return judged(rollback, logged(*entries, kind="rollback", tests=tests), stage="deploy", **options)


def test_without_a_kind_nothing_is_asked() -> None:
    assert judged(drills, logged()).reason == "not-declared"


@pytest.mark.parametrize(("days", "verdict"), [(0, "PASS"), (90, "PASS"), (91, "FAIL")])
def test_a_drill_that_passed_is_good_for_some_days(days: int, verdict: str) -> None:
    assert ask(entry(days)).verdict == verdict


def test_one_that_gets_old_is_told() -> None:
    assert ask(entry(80), warn_days=60).verdict == "WARN"


def test_a_test_of_this_decision_counts() -> None:
    assert ask(tests=("passed",)).verdict == "PASS"
    assert ask(entry(100), tests=("passed",)).verdict == "PASS"


@pytest.mark.parametrize("word", ["skipped", "deselected"])
def test_a_test_that_was_not_run_is_none(word: str) -> None:
    assert (ask(tests=(word,)).verdict, ask(tests=(word,)).reason) == ("NO_EVIDENCE", "drill-missing")


def test_a_drill_of_another_kind_is_none() -> None:
    assert ask(entry(1, kind="failover")).reason == "drill-missing"


@pytest.mark.parametrize("word", ["failed", "errors"])
def test_the_last_one_counts(word: str) -> None:
    assert ask(entry(10), entry(5, "failed")).reason == "drill-failed"
    assert ask(entry(5), entry(10, "failed")).verdict == "PASS"
    assert ask(entry(5), tests=(word,)).verdict == "FAIL"
    assert ask(entry(5, "failed")).verdict == "FAIL"


def test_of_one_instant_the_failure_counts() -> None:
    assert ask(entry(5), entry(5, "failed")).verdict == "FAIL"


def test_a_rehearsal_with_this_version_passes() -> None:
    assert rehearse(tests=("passed",)).verdict == "PASS"
    assert rehearse(entry(40, kind="rollback", version=str(SUBJECT.version))).verdict == "PASS"
    assert rehearse(entry(40, kind="rollback", commit=str(SUBJECT.commit))).verdict == "PASS"


@pytest.mark.parametrize("of", [{}, {"version": "0.0.1"}, {"commit": "f" * 40, "version": str(SUBJECT.version)}])
def test_a_rehearsal_with_another_version_is_none(of: dict[str, str]) -> None:
    assert rehearse(entry(0, kind="rollback", **of)).reason == "drill-missing"


def test_a_rehearsal_that_failed_fails() -> None:
    assert rehearse(tests=("passed", "failed")).verdict == "FAIL"
    assert check_of(rehearse(tests=("failed",)), "rehearsed").verdict == "FAIL"


def test_a_rehearsal_may_have_to_be_somewhere() -> None:
    here = entry(0, kind="rollback", version=str(SUBJECT.version), environment="staging")
    assert rehearse(here, environments=["staging"]).verdict == "PASS"
    assert rehearse(here, environments=["production"]).reason == "drill-missing"


def on(days: int) -> str:
    return f"{(TODAY - dt.timedelta(days=days)).isoformat()}T06:00:00.250Z"


def test_a_test_of_an_older_run_counts_from_then() -> None:
    older = replace(logged(tests=("passed",)), drilled={"restore": on(100)})
    result = judged(drills, older, stage="manage", kinds=["restore"])
    assert (result.verdict, check_of(result, "restore").shown) == ("FAIL", "100 days")
    assert check_of(result, "restore").where[0].startswith("restore: last passed 2026-")
    (row,) = drills_of(older, TODAY)
    assert row.passed == on(100).replace(".250", "")


def test_one_that_failed_counts_from_the_newest_run() -> None:
    both = replace(logged(entry(10), tests=("failed",)), drilled={"restore": on(100)})
    assert judged(drills, both, stage="manage", kinds=["restore"]).reason == "drill-failed"


def test_a_kind_that_no_test_can_have_is_refused() -> None:
    assert [*DrillsOptions(kinds=["restore", " a"]).contradictions()] == [
        (("kinds",), "' a' is no name of a kind of drills")
    ]
