from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest

from pytest_stagegate.feedback import learnt, newest
from pytest_stagegate.feedback.entries import dropped_in, goals_to_add
from pytest_stagegate.model.decision import Decision, TestRow
from pytest_stagegate.model.feedback import FeedbackItem, Issue
from pytest_stagegate.model.goals import GoalRow
from pytest_stagegate.model.plan import Goal
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.model.waivers import WaiverRow
from tests.unit.documents.samples import decision_of
from tests.unit.fakes import result_of

FAR: Final = {"gate": "slo", "subject": "", "owner": "erin", "reason": "moving", "expires": "2026-12-01"}


def short(name: str = "checkout", verdict: Verdict = Verdict.FAIL, **more: Any) -> Check:
    values = {"measured": 3, "limit": None, "unit": "", "reason": "limit-not-met", "inspected": 1, **more}
    return Check(name=name, verdict=verdict, **{"shown": "130 %", "limit_shown": "≤ 100 %", **values})


def running(*checks: Check, effect: str = "NO_GO", stage: str = "monitor", uses: str = "slo", **more: Any) -> Decision:
    verdict = checks[0].verdict if checks else Verdict.PASS
    gate = result_of(verdict, effect, gate=uses, uses=uses, stage=stage, owner="dana", title="It keeps", checks=checks)
    return msgspec.structs.replace(decision_of(gate), stage=stage, **more)


def items(*decisions: Decision, **more: Any) -> tuple[FeedbackItem, ...]:
    values: dict[str, Any] = {"issues": (), "plan": (), "dropped": (), **more}
    return learnt(newest(decisions), values["issues"], values["plan"], values["dropped"]).items


def only(*decisions: Decision, **more: Any) -> FeedbackItem:
    (found,) = items(*decisions, **more)
    return found


def test_a_check_that_stops_a_running_release_must_be_planned_for() -> None:
    found = only(running(short()))
    assert (found.kind, found.priority, found.owner, found.state) == ("gate", "must", "dana", "new")
    assert (found.title, found.why) == ("slo checkout at monitor", "FAIL: checkout: 130 %, limit ≤ 100 %")
    assert (found.benefit, found.milestone) == ("It keeps", "")


@pytest.mark.parametrize(
    ("verdict", "effect"), [(Verdict.WARN, "CONDITIONAL"), (Verdict.FAIL, ""), (Verdict.FAIL, "CONDITIONAL")]
)
def test_one_that_only_warns_should_be(verdict: Verdict, effect: str) -> None:
    assert only(running(short(verdict=verdict), effect=effect)).priority == "should"


def test_what_passes_or_has_too_little_teaches_nothing() -> None:
    assert items(running(short(verdict=Verdict.PASS), short(verdict=Verdict.TOO_SMALL), effect="")) == ()


def test_what_the_policy_says_to_skip_teaches_nothing() -> None:
    skipped = result_of(Verdict.NOT_APPLICABLE, gate="slo", uses="slo", stage="monitor", checks=(short(),))
    assert items(msgspec.structs.replace(decision_of(skipped), stage="monitor")) == ()


def test_gates_of_earlier_stages_are_for_the_people_who_build() -> None:
    assert items(running(short(), stage="test", uses="coverage")) == ()
    assert only(running(short(), stage="test", uses="regression")).kind == "gate"


def test_what_falls_short_of_one_objective_is_one_matter() -> None:
    budget = short("checkout budget", verdict=Verdict.WARN, shown="3 %", limit_shown="≥ 0 %")
    found = only(running(short(), budget, short("checkout burn 1h")))
    assert (found.id, found.title) == (only(running(short())).id, "slo checkout at monitor")
    assert found.why.startswith("FAIL: checkout: 130 %, limit ≤ 100 %; WARN: checkout budget: 3 %")


def test_each_version_whose_support_ends_is_a_matter_of_its_own() -> None:
    ended = short("ended", where=("python 3.9.18: 2025-10-31",))
    soon = short("ending", verdict=Verdict.WARN, where=("python 3.10.2: 2026-12-31",))
    found = items(running(ended, soon, stage="manage", uses="runtime-support"))
    assert [each.priority for each in found] == ["must", "should"]
    assert found[1].title == "runtime-support: python 3.10.2: 2026-12-31 at manage"


def test_what_several_checks_show_is_taken_as_the_worst_has_it() -> None:
    twice = (short("high", where=("INC-7: down",)), short("low", verdict=Verdict.WARN, where=("INC-7: down",)))
    assert only(running(*twice, uses="incidents")).priority == "must"


def test_each_incident_is_a_matter_of_its_own() -> None:
    first, second = items(running(short(where=("INC 7: down (high)", "INC 8: slow (low)")), uses="incidents"))
    assert first.id != second.id
    assert only(running(short(where=("INC 7: down again (critical)",)), uses="incidents")).id in (first.id, second.id)


def test_the_same_matter_has_the_same_id_whatever_its_figures() -> None:
    worse = short(shown="300 %", where=("elsewhere",), verdict=Verdict.WARN)
    assert only(running(short())).id == only(running(worse, as_of="2027-01-01T00:00:00Z")).id
    assert only(running(short("search"))).id != only(running(short())).id


def test_of_each_stage_and_environment_the_newest_decision_counts() -> None:
    old = running(short(), as_of="2026-11-20T00:00:00Z")
    assert items(old, running(as_of="2026-11-21T00:00:00Z")) == ()
    assert only(old, running(as_of="2026-11-21T00:00:00Z", environment="staging")).kind == "gate"


def test_the_newest_decision_stands_first_however_old_others_of_its_stage_are() -> None:
    oldest, middle, last = (
        running(as_of=f"2026-11-2{day}T00:00:00Z", environment=env)
        for day, env in ((0, "lab"), (1, "staging"), (2, "lab"))
    )
    assert newest((middle, oldest, last)) == (last, middle)


def test_a_flaky_test_should_be_mended_once() -> None:
    row = {"outcome": "passed", "reason": "", "message": "", "reruns": 2, "subtests": ()}
    here, there = (
        TestRow(id=f"t.py::test_a ({env})", stage="test", environment=env, **row) for env in ("lab", "staging")
    )
    found = only(running(not_passed=(here, there)))
    assert (found.title, found.priority) == ("flaky test t.py::test_a", "should")


@pytest.mark.parametrize(
    ("state", "days", "priority"), [("expired", -1, "must"), ("used", 14, "should"), ("unused", 3, "should")]
)
def test_a_waiver_that_runs_out_is_told(state: str, days: int, priority: str) -> None:
    row = WaiverRow(state=state, days_left=days, **FAR)
    assert (only(running(waivers=(row,))).priority, only(running(waivers=(row,))).owner) == (priority, "erin")


def test_a_waiver_that_holds_for_long_is_not() -> None:
    assert items(running(waivers=(WaiverRow(state="used", days_left=15, **FAR),))) == ()


def goal(outcome: str, **more: str) -> GoalRow:
    values = {"title": "Books", "milestone": "", "owner": "lee", "status": "", "priority": "could", **more}
    return GoalRow(id="A", outcome=outcome, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", ["failed", "partial", "not-run"])
def test_a_goal_that_is_not_verified_stays_planned(outcome: str) -> None:
    found = only(running(goals=(goal(outcome),)))
    assert (found.goal, found.title, found.priority, found.state) == ("A", "A: Books", "could", "planned")
    assert goals_to_add([found]) == ()


def test_a_goal_that_was_verified_at_another_stage_is_done_unless_it_failed_here() -> None:
    tested = running(stage="test", goals=(goal("passed"),))
    assert items(tested, running(goals=(goal("not-run"),))) == ()
    assert only(tested, running(goals=(goal("failed"),))).why == "a test of it failed"


@pytest.mark.parametrize(
    ("votes", "stated", "priority"), [(10, "", "should"), (9, "", "could"), (None, "", "could"), (0, "must", "must")]
)
def test_an_issue_weighs_what_people_say(votes: int | None, stated: str, priority: str) -> None:
    found = only(issues=[Issue("#12", "github #12", "Dark", priority=stated, votes=votes, source="i.json")])
    assert (found.priority, found.votes, found.goal) == (priority, votes, "#12")


def test_what_the_plan_has_is_not_new() -> None:
    new = only(running(short()))
    assert only(running(short()), plan=[Goal(new.id)]).state == "planned"
    assert only(running(short()), plan=[Goal(new.id, status="done")]).state == "back"
    assert only(running(short()), dropped=[new.id]).state == "dropped"
    assert [each.id for each in goals_to_add([new])] == [new.id]
    assert goals_to_add(items(running(short()), dropped=[new.id])) == ()


def test_an_issue_that_is_a_goal_is_not_new() -> None:
    issue = Issue("#12", "github #12", "Dark")
    assert only(issues=[issue], plan=[Goal("#12")]).state == "planned"


def test_a_comment_says_what_was_dropped() -> None:
    text = "# dropped FB-0123456789: not worth it\n  #Dropped: FB-aaaaaaaaaa\nid = 'x' # dropped FB-bbbbbbbbbb\n"
    assert dropped_in(text) == {"FB-0123456789", "FB-aaaaaaaaaa"}


def test_what_must_be_stands_first_and_of_issues_those_that_most_people_want() -> None:
    asked = [Issue(f"#{votes}", f"#{votes}", "Dark", votes=votes) for votes in (2, 30, 20)]
    assert [each.goal for each in items(running(short()), issues=asked)] == ["", "#30", "#20", "#2"]


def test_an_incident_is_told_without_the_others() -> None:
    found = items(running(short(where=("7: down (high)", "8: slow (high)")), uses="incidents"))
    assert {each.why for each in found} == {"FAIL: checkout: 130 %, limit ≤ 100 %"}


def test_what_a_decision_does_not_list_is_told_as_one_matter() -> None:
    found = items(running(short(where=("7: down (high)",), where_omitted=3), uses="incidents"))
    assert {each.title for each in found} == {"incidents: 7: down (high) at monitor", "incidents checkout at monitor"}


def test_a_matter_that_the_plan_has_taken_in_is_listed_once() -> None:
    matter = only(running(short()))
    taken = msgspec.structs.replace(goal("not-run"), id=matter.id)
    assert only(running(short(), goals=(taken,)), plan=[Goal(matter.id)]).kind == "gate"
    assert only(running(goals=(taken,)), plan=[Goal(matter.id)]).kind == "goal"


def test_a_goal_that_failed_is_told_beside_the_issue_that_it_is() -> None:
    issue = Issue("A", "github A", "Dark")
    assert len(items(running(goals=(goal("failed"),)), issues=[issue], plan=[Goal("A")])) == 2
