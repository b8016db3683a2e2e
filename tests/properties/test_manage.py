"""What holds for the gates of the stage manage: worse evidence never looks better."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.drills import DrillEntry, Logged
from pytest_stagegate.model.incidents import SEVERITIES, Incident, IncidentsData
from pytest_stagegate.model.links import DRILL, Link
from pytest_stagegate.model.support import Cycle, SupportData
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.drills import drills
from pytest_stagegate.stock.incidents import incidents
from pytest_stagegate.stock.rollback import rollback
from pytest_stagegate.stock.runtime_support import runtime_support
from tests.unit.fakes import SUBJECT, TODAY, evidence_of, judged, named_tests, outcomes_of

INCIDENTS = st.builds(
    Incident,
    id=st.sampled_from("abc"),
    title=st.sampled_from("xy"),
    severity=st.sampled_from([*SEVERITIES, "unknown"]),
    open=st.booleans(),
    service=st.sampled_from(["", "shop", "mail"]),
)
LIMITS: Any = st.fixed_dictionaries(
    {"max_critical": st.integers(0, 1), "max_high": st.integers(0, 2), "max_medium": st.integers(0, 2) | st.none()},
    optional={"services": st.just(["shop"])},
)
ENTRIES = st.builds(
    lambda days, outcome, version, kind: Logged(
        entry=DrillEntry(
            drill=kind,
            at=f"{(TODAY - dt.timedelta(days=days)).isoformat()}T00:00:00Z",
            outcome=outcome,
            by="dana",
            version=version,
        ),
        source="log",
    ),
    st.integers(0, 120),
    st.sampled_from(["passed", "passed", "failed"]),
    st.sampled_from([str(SUBJECT.version), "9", ""]),
    st.sampled_from(["restore", "rollback"]),
)
LOGS = st.lists(ENTRIES, max_size=5)


def quiet(found: list[Incident], limits: dict[str, Any], cut: str = "") -> bool:
    export = IncidentsData(tool="t", incidents=tuple(found), cut=cut)
    evidence = replace(evidence_of(), incidents=(export,))
    return judged(incidents, evidence, stage="manage", **limits).verdict is Verdict.PASS


def exercised(gate: Any, entries: list[Logged], **options: Any) -> bool:
    evidence = replace(evidence_of(outcomes_of(passed=1)), drills=tuple(entries))
    return judged(gate, evidence, stage="manage", **options).verdict is Verdict.PASS


@given(st.lists(INCIDENTS, max_size=4), INCIDENTS, LIMITS)
def test_one_more_open_incident_never_helps(found: list[Incident], more: Incident, limits: dict[str, Any]) -> None:
    assert quiet([*found, msgspec.structs.replace(more, open=True)], limits) <= quiet(found, limits)


@given(st.lists(INCIDENTS, min_size=1, max_size=4), LIMITS, st.sampled_from(["critical", "unknown"]))
def test_a_worse_incident_never_helps(found: list[Incident], limits: dict[str, Any], severity: str) -> None:
    worse = [msgspec.structs.replace(each, severity=severity, open=True) for each in found]
    assert quiet(worse, limits) <= quiet(found, limits)
    assert not quiet(found, limits, cut="there are more")


@given(LOGS, ENTRIES)
def test_one_more_exercise_that_failed_never_helps(entries: list[Logged], more: Logged) -> None:
    failed = Logged(entry=msgspec.structs.replace(more.entry, outcome="failed"), source="log")
    assert exercised(drills, [*entries, failed], kinds=["restore"]) <= exercised(drills, entries, kinds=["restore"])
    assert exercised(rollback, [*entries, failed]) <= exercised(rollback, entries)


@given(LOGS, st.integers(1, 200))
def test_exercises_that_are_older_never_help(entries: list[Logged], days: int) -> None:
    def older(each: Logged) -> Logged:
        at = dt.datetime.fromisoformat(each.entry.at.replace("Z", "+00:00")) - dt.timedelta(days=days)
        return Logged(entry=msgspec.structs.replace(each.entry, at=at.isoformat()), source="log")

    assert exercised(drills, [*map(older, entries)], kinds=["restore"]) <= exercised(drills, entries, kinds=["restore"])


@given(LOGS, st.sampled_from(["passed", "failed"]), st.integers(0, 200), st.integers(0, 200))
def test_exercises_among_tests_of_an_older_run_never_help(
    entries: list[Logged], outcome: str, days: int, more: int
) -> None:
    tests = named_tests(("t.py::test_a", outcome))
    tests.links.add(Link(DRILL, "restore"), [0])

    def passes(days: int) -> bool:
        drilled = {"restore": f"{(TODAY - dt.timedelta(days=days)).isoformat()}T00:00:00Z"}
        evidence = replace(evidence_of(tests), drills=tuple(entries), drilled=drilled)
        return judged(drills, evidence, stage="manage", kinds=["restore"]).verdict is Verdict.PASS

    assert passes(days + more) <= passes(days)
    assert outcome == "passed" or not passes(days)


@given(LOGS)
def test_more_kinds_never_make_it_easier(entries: list[Logged]) -> None:
    both = exercised(drills, entries, kinds=["restore", "rollback"])
    assert both <= exercised(drills, entries, kinds=["restore"])


@given(st.integers(-200, 200), st.integers(0, 100), st.integers(0, 400), st.integers(0, 100))
def test_support_that_ends_earlier_and_older_tables_never_help(days: int, less: int, age: int, older: int) -> None:
    def supported(left: int, old: int) -> bool:
        cycle = Cycle("python", "3.11", TODAY + dt.timedelta(days=left))
        table = SupportData(cycles=(cycle,), made=TODAY - dt.timedelta(days=old), file="t")
        evidence = replace(evidence_of(), support=(table,), pythons=("3.11.1",))
        return judged(runtime_support, evidence, stage="manage").verdict is Verdict.PASS

    assert supported(days - less, age) <= supported(days, age)
    assert supported(days, age + older) <= supported(days, age)
