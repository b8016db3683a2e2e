from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pytest_stagegate.comparing import compared
from pytest_stagegate.model.comparison import Comparison
from pytest_stagegate.model.decision import Blocker, CollectionError, Decision, PolicyReference, TestRow
from pytest_stagegate.model.goals import GoalRow, MilestoneRow
from pytest_stagegate.model.manual import ManualRow
from pytest_stagegate.model.moves import Direction, Group
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.requirements import LinkedTest, RequirementRow
from pytest_stagegate.model.roll import roll_of_decision, roll_of_tests
from pytest_stagegate.model.verdicts import Limit, Verdict
from pytest_stagegate.model.waivers import WaiverRow
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import check_with, decision_of, go, no_go
from tests.unit.fakes import named_tests, result_of


def between(before: Decision, now: Decision) -> Comparison:
    return compared(before, now, (roll_of_decision(before), roll_of_decision(now)))


def one_test(before: str, now: str) -> str | None:
    """Return the group of a test that was and is what two words of `named_tests` say, where every test is known."""
    first, second = (
        roll_of_tests(named_tests(*([("t", word)] if word != "absent" else [])), go()) for word in (before, now)
    )
    return next((each.group.value for each in compared(go(), go(), (first, second)).tests), None)


@pytest.mark.parametrize(
    ("before", "now", "group"),
    [
        ("passed", "failed", "newly-failing"),
        ("absent", "errors", "newly-failing"),
        ("flaky", "failed", "newly-failing"),
        ("errors", "failed", "still-failing"),
        ("failed", "passed", "fixed"),
        ("failed", "xpassed", "fixed"),
        ("failed", "absent", "gone"),
        ("failed", "deselected", "not-run"),
        ("failed", "lost", "not-run"),
        ("failed", "skipped", "newly-skipped"),
        ("failed", "xfailed", "newly-xfailed"),
        ("failed", "flaky", "newly-flaky"),
        ("passed", "flaky", "newly-flaky"),
        ("flaky", "passed", "no-longer-flaky"),
        ("passed", "skipped", "newly-skipped"),
        ("absent", "skipped", "newly-skipped"),
        ("skipped", "passed", "back"),
        ("deselected", "passed", "back"),
        ("passed", "absent", "gone"),
        ("passed", "deselected", "not-run"),
        ("deselected", "absent", None),
        ("absent", "passed", None),
        ("passed", "passed", None),
        ("skipped", "skipped", None),
    ],
)
def test_each_test_is_in_the_group_of_what_it_did(before: str, now: str, group: str | None) -> None:
    assert one_test(before, now) == group


def test_new_tests_are_counted_where_all_earlier_ones_are_known() -> None:
    rolls = tuple(roll_of_tests(named_tests(*((name, "passed") for name in names)), go()) for names in ("a", "ab"))
    assert compared(go(), go(), (rolls[0], rolls[1])).appeared == 1
    assert compared(go(), go(), (roll_of_decision(go()), rolls[1])).appeared == 0


# ---- what a decision by itself does not tell


def row(name: str, outcome: str, **more: Any) -> TestRow:
    values: dict[str, Any] = {"stage": "test", "reason": "", "message": "", "reruns": 0, "subtests": ()} | more
    return TestRow(id=name, outcome=outcome, **values)


def listing(*rows: TestRow, omitted: int = 0, **counts: int) -> Decision:
    decision = decision_of()
    tests = msgspec.structs.replace(decision.tests, **counts)
    return decision_of(not_passed=rows, not_passed_omitted=omitted, tests=tests)


def test_a_failure_that_is_listed_no_more_is_not_called_fixed() -> None:
    found = between(listing(row("a", "failed"), failed=1), listing())
    assert [each.group for each in found.tests] == [Group.UNTOLD]
    assert {each.value for each in found.tests[0].now} == {"passed", "deselected", "absent"}


def test_a_failure_is_new_where_all_earlier_failures_are_listed() -> None:
    found = between(listing(row("b", "failed"), failed=1), listing(row("a", "failed", reason="no"), failed=1))
    assert [(each.id, each.reason) for each in found.of(Group.NEWLY_FAILING)] == [("a", "no")]


def test_a_failure_is_not_called_new_where_earlier_failures_were_too_many_to_list() -> None:
    before = listing(row("b", "failed"), omitted=4, failed=5)
    found = between(before, listing(row("a", "failed"), failed=1))
    assert {each.id: each.group for each in found.tests} == {"a": Group.UNTOLD, "b": Group.UNTOLD}


def test_skips_that_are_too_many_to_list_leave_failures_known() -> None:
    before = listing(row("s", "skipped"), omitted=600, skipped=601)
    found = between(before, listing(row("a", "failed"), failed=1))
    assert [each.id for each in found.of(Group.NEWLY_FAILING)] == ["a"]


def test_a_test_is_told_with_the_goal_that_it_verifies() -> None:
    linked = LinkedTest(id="a", stage="test", environment=None, shard=None, outcome="failed")
    now = msgspec.structs.replace(
        listing(row("a", "failed"), failed=1),
        requirements=(RequirementRow(id="PAY-1", outcome="failed", tests=(linked,)),),
        goals=(goal("PAY-1", "failed", owner="dana"),),
    )
    assert between(listing(), now).tests[0].serves == (("PAY-1", "dana"),)


def test_modules_that_can_be_collected_no_more_are_told_and_those_that_can_again() -> None:
    broken = decision_of(collection_errors=(CollectionError(path="a.py", message="E  SyntaxError"),))
    assert [each.path for each in between(go(), broken).uncollectable] == ["a.py"]
    assert between(broken, go()).collectable == ("a.py",)
    assert between(broken, broken).changed is False


def test_tests_of_a_module_that_can_not_be_collected_are_not_called_gone_nor_new() -> None:
    broken = decision_of(collection_errors=(CollectionError(path="a.py", message="E  SyntaxError"),))
    sound, without = (
        roll_of_tests(named_tests(("a.py::t", "passed")), go()),
        roll_of_tests(named_tests(), broken),
    )
    assert [each.group for each in compared(go(), broken, (sound, without)).tests] == [Group.NOT_RUN]
    back = compared(broken, go(), (without, sound))
    assert ([each.group for each in back.tests], back.appeared) == ([Group.BACK], 0)


def test_a_module_that_is_skipped_as_a_whole_is_newly_skipped_and_its_tests_did_not_run() -> None:
    whole = named_tests()
    whole.skipped_files["a.py"] = "no tls"
    rolls = roll_of_tests(named_tests(("a.py::t", "passed")), go()), roll_of_tests(whole, go())
    found = compared(go(), go(), rolls)
    assert {each.id: each.group for each in found.tests} == {"a.py": Group.NEWLY_SKIPPED, "a.py::t": Group.NOT_RUN}
    assert found.appeared == 0


# ---- gates


def gate(verdict: Verdict = Verdict.PASS, effect: str = "", *, checks: tuple[Any, ...] = (), **more: Any) -> Decision:
    return decision_of(result_of(verdict, effect, checks=checks, **more))


def share(numerator: int, shown: str, at_least: int = 90) -> Any:
    limit = Limit(op="at_least", value=Ratio(at_least, 100))
    measured = Ratio(numerator, 1000)
    return check_with(name="line", measured=measured, limit=limit, shown=shown, limit_shown=f"≥ {at_least} %")


def test_a_gate_that_falls_short_is_worse_and_says_from_what_to_what() -> None:
    before = gate(checks=(share(912, "91.2 %"),), owner="platform")
    fails = msgspec.structs.replace(share(884, "88.4 %"), verdict=Verdict.FAIL)
    (move,) = between(before, gate(Verdict.FAIL, "NO_GO", checks=(fails,), owner="platform")).gates
    assert (move.direction, move.owner) == (Direction.WORSE, "platform")
    (check,) = move.checks
    assert (check.before, check.now, check.limit_now, check.value) == ("91.2 %", "88.4 %", "≥ 90 %", Direction.WORSE)


@pytest.mark.parametrize(
    ("now", "direction"),
    [
        (Verdict.NO_EVIDENCE, Direction.OTHER),
        (Verdict.STALE, Direction.OTHER),
        (Verdict.TOO_SMALL, Direction.OTHER),
        (Verdict.WAIVED, Direction.OTHER),
        (Verdict.WARN, Direction.BETTER),
        (Verdict.PASS, Direction.BETTER),
        (Verdict.ERROR, Direction.WORSE),
    ],
)
def test_a_failure_that_nobody_looks_at_any_more_or_that_is_waived_is_not_better(
    now: Verdict, direction: Direction
) -> None:
    (move,) = between(gate(Verdict.FAIL, "NO_GO"), gate(now, "HOLD")).gates
    assert move.direction is direction


def test_a_share_that_moved_inside_its_limit_is_told() -> None:
    (move,) = between(gate(checks=(share(912, "91.2 %"),)), gate(checks=(share(930, "93 %"),))).gates
    assert (move.direction, move.checks[0].value) == (Direction.SAME, Direction.BETTER)


@pytest.mark.parametrize(
    "more",
    [{"unit": "microseconds", "limit": Limit("at_most", 9)}, {"limit": Limit("at_least", 1)}, {"limit": None}],
)
def test_times_and_counts_without_an_upper_limit_are_not_told_while_the_verdict_stays(more: dict[str, Any]) -> None:
    sides = [gate(checks=(check_with(measured=value, shown=str(value), **more),)) for value in (3, 4)]
    assert between(*sides).gates == ()


def test_a_limit_that_was_lowered_is_looser() -> None:
    (move,) = between(gate(checks=(share(912, "91.2 %"),)), gate(checks=(share(912, "91.2 %", 80),))).gates
    assert (move.checks[0].limit, move.checks[0].limit_before) == (Direction.WORSE, "≥ 90 %")


def test_an_upper_limit_that_was_lowered_is_tighter() -> None:
    sides = [gate(checks=(check_with(limit=Limit("at_most", limit)),)) for limit in (5, 3)]
    assert between(*sides).gates[0].checks[0].limit is Direction.BETTER


def test_gates_that_came_went_or_are_taken_otherwise_are_told() -> None:
    one, other = gate(gate="a", enforcement="block"), gate(gate="b", enforcement="block")
    assert [each.direction for each in between(one, other).gates] == [Direction.REMOVED, Direction.ADDED]
    (move,) = between(one, gate(gate="a", enforcement="warn")).gates
    assert (move.enforcement_before, move.enforcement_now) == ("block", "warn")


def test_a_gate_that_judges_nothing_any_more_is_neither_better_nor_worse() -> None:
    (move,) = between(gate(), gate(Verdict.NOT_APPLICABLE)).gates
    assert move.direction is Direction.OTHER


def test_a_reason_not_to_go_is_new_or_as_before() -> None:
    assert [each.kind for each in between(go(), no_go()).blockers] == ["new"]
    assert [each.kind for each in between(no_go(), no_go()).blockers] == ["known"]


def test_of_reasons_that_are_gone_those_of_the_run_are_told() -> None:
    lost = Blocker(effect=Word.HOLD, reason="lost", gate=None, text="A worker went down.")
    gate_ = no_go().blockers
    found = between(decision_of(blockers=(lost, *gate_)), go()).blockers
    assert [(each.kind, each.blocker) for each in found] == [("gone", lost)]


# ---- plans and people


def goal(name: str, outcome: str, *, status: str = "", owner: str = "") -> GoalRow:
    return GoalRow(
        id=name, title=name.title(), priority="must", milestone="", owner=owner, status=status, outcome=outcome
    )


@pytest.mark.parametrize(
    ("before", "now", "direction"),
    [
        (goal("a", "partial"), goal("a", "passed"), Direction.BETTER),
        (goal("a", "passed"), goal("a", "failed"), Direction.WORSE),
        (goal("a", "passed", status="open"), goal("a", "passed", status="done"), Direction.BETTER),
        (goal("a", "passed", status="open"), goal("a", "failed", status="done"), Direction.OTHER),
        (None, goal("a", "not-run"), Direction.ADDED),
        (goal("a", "not-run"), None, Direction.REMOVED),
    ],
)
def test_goals_advance_fall_back_come_and_go(before: GoalRow | None, now: GoalRow | None, direction: Direction) -> None:
    sides = [decision_of(goals=(side,) if side else ()) for side in (before, now)]
    assert [each.direction for each in between(*sides).goals] == [direction]


def test_goals_without_an_id_are_not_taken_for_one_another() -> None:
    goals = (goal("", "passed"), goal("", "failed"))
    assert between(decision_of(goals=goals), decision_of(goals=goals)).goals == ()


def milestone(done: int, state: str = "open") -> MilestoneRow:
    return MilestoneRow(id="beta", title="Beta", due="2026-12-01", goals=3, done=done, state=state)


def test_milestones_with_other_progress_are_told() -> None:
    sides = [decision_of(milestones=(milestone(*side),)) for side in ((1, "late"), (2, "open"))]
    (move,) = between(*sides).milestones
    assert (move.done_before, move.done, move.state_before, move.state) == (1, 2, "late", "open")
    assert between(sides[1], sides[1]).milestones == ()


def waiver(state: str, days_left: int) -> WaiverRow:
    return WaiverRow(
        gate="skips", subject="", owner="dana", reason="r", expires="2026-12-01", days_left=days_left, state=state
    )


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (waiver("used", 15), waiver("used", 14), "expiring"),
        (waiver("used", 30), waiver("used", 15), None),
        (waiver("used", 0), waiver("expired", -1), "expired"),
        (waiver("expired", -1), waiver("expired", -2), "still-expired"),
        (waiver("unused", 30), waiver("used", 29), "newly-used"),
        (None, waiver("used", 29), "newly-used"),
        (waiver("elsewhere", 3), waiver("elsewhere", 2), None),
    ],
)
def test_waivers_that_somebody_has_to_know_of_are_told(
    before: WaiverRow | None, now: WaiverRow, kind: str | None
) -> None:
    found = between(decision_of(waivers=(before,) if before else ()), decision_of(waivers=(now,)))
    assert [each.kind for each in found.waivers] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("pending", "passed", "newly-passed"),
        ("passed", "blocked", "newly-failed"),
        ("failed", "failed", None),
        ("passed", "stale", "open"),
        (None, "pending", "open"),
    ],
)
def test_manual_tests_that_were_done_or_have_to_be_are_told(before: str | None, now: str, kind: str | None) -> None:
    sides = [
        decision_of(manual=(ManualRow(id="m", title="M", stage="test", environment=None, outcome=word),))
        if word
        else decision_of()
        for word in (before, now)
    ]
    assert [each.kind for each in between(*sides).manual] == ([kind] if kind else [])


def test_another_policy_is_a_change() -> None:
    other = decision_of(policy=PolicyReference(source="built-in", sha256="2" * 64))
    assert between(decision_of(), other).changed is True
