from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_stagegate.hooks import GateOptions, Warnings, gate, gates_of
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Unfit, WarningLine
from pytest_stagegate.model.numbers import Count, Measure, Share
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Check, Enforcement, GateResult, Level, OnMissing, Verdict
from pytest_stagegate.registry import load_gate_module
from pytest_stagegate.stock.flaky import flaky
from pytest_stagegate.stock.results import results
from pytest_stagegate.thresholds import check, no_evidence
from tests.unit.fakes import HOUR, coverage_of, evidence_of, file_of, judged, outcomes_of, verdicts

Load = Callable[[str], Callable[..., Any]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a gate module as a project would, load it, and return its one gate."""

    def loaded(body: str) -> Callable[..., Any]:
        path = tmp_path / "own.py"
        head = "from pytest_stagegate import Coverage, TestResults, check, gate\n\n"
        path.write_text(head + textwrap.dedent(body), encoding="utf-8")
        (found,) = gates_of(load_gate_module(path))
        return found.judge

    return loaded


def short(result: GateResult) -> tuple[str, str, str]:
    return result.verdict.value, result.reason, result.effect


def test_a_gate_that_yields_is_judged_by_its_worst_check() -> None:
    def both(tests: TestResults) -> Iterator[Check]:
        yield check("passed", tests.passed, at_least=1)
        yield check("failed", tests.failed, at_most=0)

    result = judged(both, evidence_of(outcomes_of(passed=2, failed=1)))
    assert short(result) == ("FAIL", "limit-not-met", "NO_GO")
    assert verdicts(result) == {"passed": "PASS", "failed": "FAIL"}


def test_a_gate_may_return_one_check() -> None:
    def one(tests: TestResults) -> Check:
        return check("passed", tests.passed, at_least=1)

    assert short(judged(one)) == ("PASS", "", "")


def test_a_gate_reads_coverage_and_warnings() -> None:
    def reads(measured: Coverage, recorded: Warnings) -> Iterator[Check]:
        yield check("line", measured.lines, at_least="80 %")
        yield check("warnings", recorded.total, at_most=1)

    warning = WarningLine(category="UserWarning", message="old", place="a.py:3", count=2)
    result = judged(reads, evidence_of(coverage=coverage_of(file_of("a.py", 8, 10)), warnings=[warning]))
    assert verdicts(result) == {"line": "PASS", "warnings": "FAIL"}


def test_an_exception_in_a_gate_is_an_error_and_holds() -> None:
    def broken(tests: TestResults) -> Iterator[Check]:
        yield check("ratio", 1 // 0, at_least=1)

    result = judged(broken)
    assert short(result) == ("ERROR", "gate-raised", "HOLD")
    assert "ZeroDivisionError" in result.summary


@pytest.mark.parametrize("leave", [lambda: pytest.skip("not today"), lambda: pytest.fail("no"), lambda: exit(0)])
def test_leaving_a_gate_by_another_way_is_an_error(leave: Callable[[], None]) -> None:
    def leaves(tests: TestResults) -> None:
        leave()

    try:
        result = judged(leaves)
    except BaseException as error:
        raise AssertionError("a gate has broken the decision") from error
    assert short(result) == ("ERROR", "gate-raised", "HOLD")


def test_ctrl_c_in_a_gate_is_left_to_the_caller() -> None:
    def interrupted(tests: TestResults) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(interrupted)


def test_a_gate_that_reads_nothing_and_returns_none_is_an_error() -> None:
    def idle(tests: TestResults) -> None:
        pass

    assert short(judged(idle)) == ("ERROR", "inspected-nothing", "HOLD")


def test_a_gate_that_read_only_empty_measures_is_an_error() -> None:
    def reads(tests: TestResults) -> None:
        assert tests.collected is not None

    assert short(judged(reads, evidence_of(outcomes_of()))) == ("ERROR", "inspected-nothing", "HOLD")


def test_plain_asserts_that_hold_pass_and_count_what_was_read() -> None:
    def sound(tests: TestResults) -> None:
        assert tests.passed >= 3

    (made,) = judged(sound).checks
    assert (made.verdict, made.inspected) == (Verdict.PASS, 3)


def test_a_plain_assert_explains_itself(load: Load) -> None:
    broken = load("""
        @gate
        def nothing_fails(tests: TestResults):
            assert tests.failed == 0
    """)
    result = judged(broken, evidence_of(outcomes_of(passed=2, failed=1)))
    assert short(result) == ("FAIL", "assertion", "NO_GO")
    assert result.summary.startswith("assert <1 test> == 0")


def test_the_explanation_of_an_assert_is_the_same_each_time(load: Load) -> None:
    broken = load("""
        @gate
        def nothing_fails(tests: TestResults, measured: Coverage):
            assert tests.failed == measured.lines
    """)
    evidence = evidence_of(outcomes_of(failed=1), coverage=coverage_of(file_of("a.py", 1, 2)))
    assert " object at 0x" not in judged(broken, evidence).summary


def test_the_message_of_an_assert_is_its_text(load: Load) -> None:
    broken = load("""
        @gate
        def nothing_fails(tests: TestResults):
            assert tests.failed == 0, "mend the tests first"
    """)
    assert judged(broken, evidence_of(outcomes_of(failed=1))).summary.startswith("mend the tests first")


def test_an_assertion_error_without_text_still_says_something() -> None:
    def silent(tests: TestResults) -> None:
        raise AssertionError

    assert judged(silent).summary == "an assert of the gate did not hold"


def test_asserting_about_nothing_measured_is_no_evidence() -> None:
    def covered(measured: Coverage) -> None:
        assert measured.under("src/none").lines >= "90 %"

    result = judged(covered, evidence_of(coverage=coverage_of(file_of("a.py", 1, 1))))
    assert short(result) == ("NO_EVIDENCE", "nothing-measured", "HOLD")


def test_a_check_that_failed_is_not_forgotten_when_a_later_assert_has_nothing_to_measure() -> None:
    def mixed(tests: TestResults, measured: Coverage) -> Iterator[Check]:
        yield check("failed", tests.failed, at_most=0)
        assert measured.under("src/none").lines >= "90 %"

    evidence = evidence_of(outcomes_of(failed=1), coverage=coverage_of(file_of("a.py", 1, 1)))
    assert judged(mixed, evidence, on_missing=OnMissing.SKIP).verdict is Verdict.FAIL


def test_a_stage_s_own_coverage_without_labels_is_no_evidence() -> None:
    def covered(measured: Coverage) -> None:
        assert measured.by_stage("deploy").lines >= "90 %"

    unlabelled = coverage_of(file_of("a.py", 1, 1), label_problem="contexts are taken by the project")
    result = judged(covered, evidence_of(coverage=unlabelled))
    assert short(result) == ("NO_EVIDENCE", "contexts-unavailable", "HOLD")


def test_asserts_are_not_trusted_under_dash_o(monkeypatch: pytest.MonkeyPatch) -> None:
    def sound(tests: TestResults) -> None:
        assert tests.passed >= 3

    monkeypatch.setattr("pytest_stagegate.judging.sys", type("sys", (), {"flags": type("flags", (), {"optimize": 1})}))
    assert short(judged(sound)) == ("ERROR", "asserts-off", "HOLD")


def test_a_gate_that_yields_no_check_is_an_error() -> None:
    def empty(tests: TestResults) -> list[Check]:
        assert tests.passed >= 1
        return []

    assert short(judged(empty)) == ("ERROR", "no-check", "HOLD")


@pytest.mark.parametrize("answer", [[True], "PASS", b"PASS", 1, True, float("nan"), [None], {"ok": True}])
def test_an_answer_that_is_no_check_is_an_error(answer: object) -> None:
    def wrong(tests: TestResults) -> object:
        return answer

    result = judged(wrong)
    assert (result.verdict, result.effect) == (Verdict.ERROR, "HOLD")
    assert "no check" in result.summary


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_an_error(value: float) -> None:
    def wrong(tests: TestResults) -> Check:
        return check("ratio", value, at_least=0, inspected=1)  # type: ignore[arg-type]

    assert short(judged(wrong)) == ("ERROR", "not-a-number", "HOLD")


@pytest.mark.parametrize("several", [True, False], ids=["yielded", "returned"])
def test_claiming_pass_with_nothing_inspected_is_an_error(several: bool) -> None:
    def liar(tests: TestResults) -> Check | list[Check]:
        claim = msgspec.structs.replace(check("passed", tests.passed, at_least=1), inspected=0)
        return [claim] if several else claim

    result = judged(liar)
    assert result.verdict is Verdict.ERROR
    assert "check 'passed' claims PASS with nothing inspected" in result.summary


def test_missing_coverage_is_no_evidence_and_says_how_to_get_it() -> None:
    def covered(measured: Coverage) -> Check:
        return check("line", measured.lines, at_least="90 %")

    result = judged(covered)
    assert short(result) == ("NO_EVIDENCE", "not-measured", "HOLD")
    assert result.summary == "nobody measured coverage in this run. Install pytest-cov."


class Ceiling(GateOptions, frozen=True):
    at_most: Count | None = None


@gate(options=Ceiling, name="own")
def own(tests: TestResults, options: Ceiling) -> Iterator[Check]:
    yield check("failed", tests.failed, at_most=options.at_most)


def test_options_without_a_limit_make_a_gate_not_applicable() -> None:
    assert short(judged(own)) == ("NOT_APPLICABLE", "not-declared", "")


def test_options_with_a_limit_are_judged() -> None:
    assert short(judged(own, at_most=0)) == ("PASS", "", "")


class Floor(GateOptions, frozen=True):
    line: Share | None = None

    def declares_a_limit(self) -> bool:
        return self.line is not None


@gate(options=Floor, always=True)
def floor(measured: Coverage, options: Floor) -> Iterator[Check]:
    yield check("line", measured.lines, at_least=options.line)


def test_missing_coverage_that_nobody_asked_for_is_not_applicable() -> None:
    assert short(judged(floor)) == ("NOT_APPLICABLE", "not-declared", "")


def test_missing_coverage_that_has_a_limit_holds() -> None:
    assert short(judged(floor, line=Share.parse("90 %"))) == ("NO_EVIDENCE", "not-measured", "HOLD")


def passes(tests: TestResults) -> Check:
    return check("passed", tests.passed, at_least=1)


@pytest.mark.parametrize(("age", "verdict"), [(HOUR, "PASS"), (HOUR + 1, "STALE"), (30 * HOUR, "STALE")])
def test_evidence_past_its_age_is_stale(age: int, verdict: str) -> None:
    assert judged(passes, evidence_of(age=age), max_age=HOUR).verdict == verdict


def test_stale_evidence_holds_and_says_how_old_it_is() -> None:
    result = judged(passes, evidence_of(age=30 * HOUR), max_age=HOUR)
    assert short(result) == ("STALE", "too-old", "HOLD")
    assert result.summary == "age: evidence.jsonl is 30 h old; this gate takes nothing older than 1 h"


@pytest.mark.parametrize(("age", "verdict"), [(24 * HOUR, Verdict.PASS), (24 * HOUR + 1, Verdict.STALE)])
def test_without_max_age_each_piece_has_the_limit_of_its_own(age: int, verdict: Verdict) -> None:
    assert judged(passes, evidence_of(age=age)).verdict is verdict


def test_a_gate_may_take_older_evidence_than_others() -> None:
    assert judged(passes, evidence_of(age=30 * HOUR), max_age=40 * HOUR).verdict is Verdict.PASS


@pytest.mark.parametrize(("kind", "verdict"), [("tests", Verdict.STALE), ("coverage", Verdict.PASS)])
def test_a_gate_does_not_use_stale_evidence_of_a_kind_that_it_reads(kind: str, verdict: Verdict) -> None:
    note = Note(reason="changed", text="a.xml: its content has changed since the run recorded it.")
    evidence = msgspec.structs.replace(evidence_of(), unfit=(Unfit(kind, Verdict.STALE, note),))
    assert judged(passes, evidence).verdict is verdict


BROKE_OFF = Unfit("tests", Verdict.ERROR, Note(reason="producer-failed", text="a.xml: it ended with the status 3."))


@pytest.mark.parametrize("age", [0, 30 * HOUR])
@pytest.mark.parametrize("level", [Level.BLOCK, Level.WARN])
def test_evidence_of_a_tool_that_failed_is_an_error_however_old_it_is(age: int, level: Level) -> None:
    evidence = msgspec.structs.replace(evidence_of(age=age), unfit=(BROKE_OFF,))
    result = judged(passes, evidence, enforcement=Enforcement(level), on_missing=OnMissing.SKIP)
    assert short(result) == ("ERROR", "producer-failed", "HOLD")


def test_a_tool_that_failed_without_a_file_is_never_skipped() -> None:
    evidence = msgspec.structs.replace(evidence_of(), unfit=(BROKE_OFF._replace(verdict=Verdict.NO_EVIDENCE),))
    result = judged(passes, evidence, on_missing=OnMissing.SKIP)
    assert short(result) == ("NO_EVIDENCE", "producer-failed", "HOLD")


def missing(tests: TestResults) -> Check:
    return no_evidence("coverage", "not-measured", "nobody measured")


@pytest.mark.parametrize(
    ("on_missing", "expected"),
    [
        (OnMissing.HOLD, ("NO_EVIDENCE", "not-measured", "HOLD")),
        (OnMissing.WARN, ("NO_EVIDENCE", "not-measured", "CONDITIONAL")),
        (OnMissing.SKIP, ("NOT_APPLICABLE", "missing-skipped", "")),
    ],
)
def test_what_missing_evidence_does_is_the_policy_s_choice(
    on_missing: OnMissing, expected: tuple[str, str, str]
) -> None:
    assert short(judged(missing, on_missing=on_missing)) == expected


def test_stale_evidence_is_never_skipped() -> None:
    result = judged(passes, evidence_of(age=2 * HOUR), max_age=HOUR, on_missing=OnMissing.SKIP)
    assert short(result) == ("STALE", "too-old", "HOLD")


def fails(tests: TestResults) -> Check:
    return check("failed", tests.failed, at_most=0)


@pytest.mark.parametrize(
    ("day", "effect", "enforcement"),
    [
        (dt.date(2026, 11, 24), "CONDITIONAL", "warn, block from 2026-11-24"),
        (dt.date(2026, 11, 23), "NO_GO", "block"),
        (dt.date(2026, 11, 22), "NO_GO", "block"),
    ],
)
def test_a_gate_that_blocks_from_a_day_only_warns_before_it(day: dt.date, effect: str, enforcement: str) -> None:
    result = judged(fails, evidence_of(outcomes_of(failed=1)), enforcement=Enforcement(Level.BLOCK, day))
    assert (result.effect, result.enforcement) == (effect, enforcement)


def test_the_remedy_is_given_only_when_something_fell_short() -> None:
    bad = judged(fails, evidence_of(outcomes_of(failed=1)), remedy="mend it")
    good = judged(fails, remedy="mend it")
    assert (bad.remedy, good.remedy) == ("mend it", "")


def test_the_summary_of_a_failure_has_value_and_limit() -> None:
    result = judged(fails, evidence_of(outcomes_of(passed=1, failed=2)))
    assert result.summary == "failed 2 tests, limit ≤ 0"


def test_the_summary_of_a_pass_has_the_figures() -> None:
    assert judged(passes).summary == "passed 3"


def test_the_summary_names_each_check_that_fell_short() -> None:
    def two(tests: TestResults) -> Iterator[Check]:
        yield no_evidence("line", "not-measured", "no lines")
        yield no_evidence("branch", "not-measured", "no branches")
        yield check("passed", tests.passed, at_least=1)

    assert judged(two).summary == "line: no lines; branch: no branches"


def test_a_gate_gets_what_it_asks_for_in_any_order() -> None:
    def asks(recorded: Warnings, tests: TestResults) -> Check:
        assert (type(recorded), type(tests)) == (Warnings, TestResults)
        return check("passed", tests.passed, at_least=1)

    assert judged(asks).verdict is Verdict.PASS


def test_comparing_a_measure_with_nonsense_is_an_error_not_a_failure() -> None:
    def nonsense(tests: TestResults) -> None:
        assert tests.passed == "many"

    assert judged(nonsense).verdict is Verdict.ERROR


def test_a_measure_made_by_a_gate_may_be_anything_exact() -> None:
    def own_measure(tests: TestResults) -> Check:
        return check("total", Measure(2_500_000, kind="duration", inspected=5), at_most="3 s")

    assert judged(own_measure).summary == "total 2.5 s"


@pytest.mark.parametrize(
    ("enforcement", "would"),
    [
        (Enforcement(Level.OBSERVE), "NO_GO"),
        (Enforcement(Level.WARN), "NO_GO"),
        (Enforcement(Level.BLOCK, dt.date(2100, 1, 1)), "NO_GO"),
        (Enforcement(Level.BLOCK, dt.date(2000, 1, 1)), ""),
        (Enforcement(Level.BLOCK), ""),
    ],
)
def test_a_gate_that_would_stop_the_build_at_block_says_so(enforcement: Enforcement, would: str) -> None:
    red = evidence_of(outcomes_of(failed=1), exit_status=1)
    assert judged(results, red, enforcement=enforcement).would == would


def test_a_gate_that_is_met_or_not_applicable_would_stop_nothing() -> None:
    observes = Enforcement(Level.OBSERVE)
    assert judged(results, evidence_of(), enforcement=observes).would == ""
    assert judged(flaky, evidence_of(), enforcement=observes).would == ""


def test_what_fails_is_not_hidden_by_an_old_file_beside_it() -> None:
    old = Unfit("tests", Verdict.STALE, Note(reason="too-old", text="b.xml is old."))
    evidence = msgspec.structs.replace(evidence_of(outcomes_of(passed=1, failed=1), exit_status=1), unfit=(old,))
    result = judged(results, evidence, on_missing=OnMissing.WARN)
    assert (result.verdict, result.effect) == (Verdict.FAIL, "NO_GO")
    assert {check.verdict for check in result.checks} == {Verdict.STALE, Verdict.FAIL}


def test_skipping_what_is_missing_keeps_what_falls_short_otherwise() -> None:
    def gate_() -> Iterator[Check]:
        yield no_evidence("other", "metric-missing", "there is no such metric")
        yield check("lat", 7, inspected=1, at_most=10, warn_above=5)

    result = judged(gate_, on_missing=OnMissing.SKIP)
    assert (result.verdict, result.reason, result.effect) == (Verdict.WARN, "warning-limit", "CONDITIONAL")
