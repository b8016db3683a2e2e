from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.links import REQUIREMENT, Link, Links
from pytest_stagegate.model.numbers import EnvironmentName
from pytest_stagegate.model.plan import Goal, GoalsData, PlanData, PlanFile
from pytest_stagegate.model.verdicts import GateResult, OnMissing
from pytest_stagegate.stock.requirements import requirements
from tests.unit.fakes import check_of, evidence_of, judged, named_tests, share, verdicts

WHOLE = Goal("A", "a goal", "must", owner="dana", acceptance="it works")


def planned(
    *goals: Goal, files: tuple[PlanFile, ...] = (), verified: bool = True, **outcomes: tuple[str, ...]
) -> Evidence:
    """Return evidence with goals, and for each id the words for its linked tests."""
    words = [(name, word) for name, several in outcomes.items() for word in several]
    data = named_tests(*((f"t.py::test_{number}", word) for number, (_, word) in enumerate(words)))
    data.links = Links()
    for number, (name, _) in enumerate(words):
        data.links.add(Link(REQUIREMENT, name), [number])
    plans = (PlanData(goals, source="plan.toml"),) if goals else ()
    return replace(evidence_of(data), goals=GoalsData(plans, files, verified_here=verified))


def ask(*goals: Goal, on_missing: OnMissing = OnMissing.HOLD, options: Any = None, **more: Any) -> GateResult:
    return judged(requirements, planned(*goals, **more), on_missing=on_missing, **(options or {}))


def test_a_whole_goal_whose_tests_passed_passes() -> None:
    names = ("complete", "linked", "verified", "orphans", "duplicates")
    assert verdicts(ask(WHOLE, A=("passed", "flaky"))) == dict.fromkeys(names, "PASS")


@pytest.mark.parametrize("key", ["id", "priority", "owner", "acceptance"])
def test_what_the_plan_does_not_say_is_told(key: str) -> None:
    check = check_of(ask(WHOLE._replace(**{key: ""}), A=("passed",)), "complete")
    assert (check.verdict, check.where[0].rpartition(": ")[2]) == ("FAIL", f"no {key}")


def test_a_goal_without_a_test_is_not_linked() -> None:
    check = check_of(ask(WHOLE), "linked")
    assert (check.verdict, check.where) == ("FAIL", ("A: no linked test",))


def test_before_the_stage_test_a_collected_test_is_enough() -> None:
    found = verdicts(ask(WHOLE, verified=False, A=("skipped",)))
    assert "verified" not in found
    assert found["linked"] == "PASS"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("passed", "failed"), "failed"),
        (("errors",), "failed"),
        (("passed", "skipped"), "partial"),
        (("xfailed",), "partial"),
        (("passed", "lost"), "partial"),
        (("skipped",), "not-run"),
        (("deselected",), "not-run"),
    ],
)
def test_a_goal_is_verified_only_when_all_of_its_tests_passed(words: tuple[str, ...], why: str) -> None:
    check = check_of(ask(WHOLE, A=words), "verified")
    assert (check.verdict, check.where) == ("FAIL", (f"A: {why}",))


def test_should_goals_are_not_asked() -> None:
    assert check_of(ask(WHOLE, Goal("B", priority="should"), A=("passed",)), "complete").verdict == "PASS"


def test_a_goal_without_a_priority_counts_as_one_that_must_be_met() -> None:
    assert check_of(ask(WHOLE, Goal("B"), A=("passed",)), "linked").where == ("B: no linked test",)


def test_a_share_lets_a_team_begin() -> None:
    more = [WHOLE._replace(id=f"B{number}") for number in range(9)]
    options = {"linked": share("10 %"), "verified": share("10 %")}
    assert set(verdicts(ask(WHOLE, *more, options=options, A=("passed",))).values()) == {"PASS"}


def test_an_id_that_no_goal_has_is_an_orphan() -> None:
    check = check_of(ask(WHOLE, A=("passed",), Z=("passed",)), "orphans")
    assert (check.verdict, check.where) == ("FAIL", ("Z",))


def test_an_id_of_two_goals_is_a_duplicate() -> None:
    check = check_of(ask(WHOLE, WHOLE, A=("passed",)), "duplicates")
    assert (check.verdict, check.where) == ("FAIL", ("A (plan.toml)",))


def test_a_goal_has_to_be_verified_in_each_environment_that_is_asked() -> None:
    check = check_of(ask(WHOLE, options={"environments": [EnvironmentName("staging")]}, A=("passed",)), "verified")
    assert (check.verdict, check.where) == ("FAIL", ("A: not-run in staging",))


PART = WHOLE._replace(id="B", parent="A")


def test_a_goal_is_verified_only_with_its_parts() -> None:
    check = check_of(ask(WHOLE, PART, A=("passed",), B=("skipped",)), "verified")
    assert check.where == ("A: partial, B below it is not verified", "B: not-run")
    assert check_of(ask(WHOLE, PART, A=("passed",), B=("passed",)), "verified").verdict == "PASS"


def test_a_goal_without_tests_of_its_own_is_what_its_parts_are() -> None:
    assert ask(WHOLE, PART, B=("passed",)).verdict == "PASS"
    result = ask(WHOLE, PART, B=("failed",))
    assert check_of(result, "linked").verdict == "PASS"
    assert check_of(result, "verified").where == ("A: failed, B below it is not verified", "B: failed")
    assert check_of(ask(WHOLE, PART), "linked").where == ("A: no linked test", "B: no linked test")


def test_a_part_that_need_not_be_met_says_nothing_of_the_whole() -> None:
    could = PART._replace(priority="could")
    assert ask(WHOLE, could, A=("passed",), B=("failed",)).verdict == "PASS"
    assert check_of(ask(WHOLE, could, B=("passed",)), "linked").where == ("A: no linked test",)


def test_parts_have_to_be_verified_in_each_environment() -> None:
    options = {"environments": [EnvironmentName("staging")]}
    check = check_of(ask(WHOLE, PART, options=options, B=("passed",)), "verified")
    assert check.where == ("A: passed, B below it is not verified", "B: not-run in staging")


def test_what_a_goal_waits_for_is_told_and_changes_no_verdict() -> None:
    waiting = WHOLE._replace(id="B", depends_on=("A",))
    check = check_of(ask(WHOLE, waiting, A=("failed",), B=("skipped",)), "verified")
    assert check.where == ("A: failed", "B: not-run, waits for A")
    assert check_of(ask(WHOLE, waiting, A=("failed",), B=("passed",)), "verified").where == ("A: failed",)


def test_goals_that_contradict_each_other_are_no_evidence() -> None:
    wrong = "goals need each other in a circle: A -> B -> A"
    evidence = planned(WHOLE._replace(parent="B"), PART, A=("passed",), B=("passed",))
    evidence = replace(evidence, goals=replace(evidence.goals, mistakes=(wrong,)))
    result = judged(requirements, evidence, on_missing=OnMissing.SKIP)
    assert (result.verdict, check_of(result, "plan").reason) == ("FAIL", "goals-contradict")
    assert check_of(result, "plan").text == wrong
    assert check_of(result, "verified").where == ("A: not verified", "B: not verified")


def test_no_plan_is_no_evidence() -> None:
    result = ask()
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "goals-missing")


def test_a_plan_without_a_goal_that_must_be_met_is_no_evidence() -> None:
    assert ask(Goal("B", priority="could")).verdict == "NO_EVIDENCE"


def test_a_plan_that_cannot_be_read_blocks_beside_one_that_can() -> None:
    broken = PlanFile("b.toml", "0", problem="this is no TOML")
    result = ask(WHOLE, files=(broken,), on_missing=OnMissing.SKIP, A=("passed",))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "unreadable")


def test_a_waiver_for_an_id_excuses_no_goal_that_is_called_like_it() -> None:
    evidence = planned(Goal("A", "Sell", "must"), Goal("", "A", "must"))
    waived = replace(evidence, goals=replace(evidence.goals, excused=frozenset({"A"})))
    check = check_of(judged(requirements, waived), "complete")
    assert (check.verdict, check.where) == ("FAIL", ("A: no id, no owner, no acceptance",))
