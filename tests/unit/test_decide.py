from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

from pytest_stagegate.decide import blockers, decide, effect, exit_status, judged_anything, worst_check
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.verdicts import Check, Enforcement, Level, OnMissing, Verdict
from pytest_stagegate.model.word import Word
from tests.unit.fakes import result_of

NOT_WHOLE = Note(reason="worker-lost", text="Worker gw1 went down.")

TABLE = {
    # verdict: (block, warn, observe)
    "PASS": (None, None, None),
    "NOT_APPLICABLE": (None, None, None),
    "WARN": ("CONDITIONAL", "CONDITIONAL", None),
    "TOO_SMALL": ("CONDITIONAL", "CONDITIONAL", None),
    "WAIVED": ("CONDITIONAL", "CONDITIONAL", None),
    "FAIL": ("NO_GO", "CONDITIONAL", None),
    "NO_EVIDENCE": ("HOLD", "CONDITIONAL", None),
    "STALE": ("HOLD", "CONDITIONAL", None),
    "ERROR": ("HOLD", "HOLD", "CONDITIONAL"),
}
CELLS = [(verdict, level, word) for verdict, row in TABLE.items() for level, word in zip(Level, row, strict=True)]


@pytest.mark.parametrize(("verdict", "level", "word"), CELLS)
def test_what_a_verdict_does_to_the_decision(verdict: str, level: Level, word: str | None) -> None:
    assert effect(Verdict(verdict), level) == word


def test_the_table_has_every_verdict() -> None:
    assert set(TABLE) == {verdict.value for verdict in Verdict}


@pytest.mark.parametrize(
    ("verdict", "on_missing", "word"),
    [
        ("NO_EVIDENCE", OnMissing.WARN, Word.CONDITIONAL),
        ("STALE", OnMissing.SKIP, Word.HOLD),
        ("FAIL", OnMissing.WARN, Word.NO_GO),
        ("FAIL", OnMissing.SKIP, Word.NO_GO),
        ("ERROR", OnMissing.WARN, Word.HOLD),
        ("ERROR", OnMissing.SKIP, Word.HOLD),
    ],
)
def test_on_missing_softens_only_missing_evidence(verdict: str, on_missing: OnMissing, word: Word) -> None:
    assert effect(Verdict(verdict), Level.BLOCK, on_missing) is word


def check_with(verdict: Verdict, name: str = "", reason: str = "") -> Check:
    return Check(name=name, measured=1, limit=None, unit="", verdict=verdict, reason=reason, inspected=1)


def test_a_gate_s_verdict_is_its_worst_check() -> None:
    order = ["ERROR", "FAIL", "NO_EVIDENCE", "STALE", "TOO_SMALL", "WARN", "WAIVED", "PASS"]
    found = [worst_check([check_with(Verdict(word)) for word in reversed(order[at:])]).verdict for at in range(8)]
    assert found == order


def test_of_equally_bad_checks_the_first_speaks() -> None:
    first, second = check_with(Verdict.FAIL, "line"), check_with(Verdict.FAIL, "branch")
    assert worst_check([check_with(Verdict.PASS), first, second]) is first


@pytest.mark.parametrize("reason", ["files-missing", "path-matches-nothing"])
def test_of_equally_bad_checks_one_that_says_why_speaks_before_one_that_only_measured_nothing(reason: str) -> None:
    vague, clear = (
        check_with(Verdict.NO_EVIDENCE, "line", "nothing-measured"),
        check_with(Verdict.NO_EVIDENCE, "files", reason),
    )
    assert worst_check([vague, clear]) is clear
    assert worst_check([clear, vague]) is clear


@pytest.mark.parametrize("verdict", ["PASS", "WARN", "WAIVED", "FAIL"])
@pytest.mark.parametrize("level", [Level.BLOCK, Level.WARN])
def test_these_verdicts_count_as_having_judged(verdict: str, level: Level) -> None:
    assert judged_anything([(Verdict(verdict), level)])


@pytest.mark.parametrize("verdict", ["NOT_APPLICABLE", "NO_EVIDENCE", "STALE", "TOO_SMALL", "ERROR"])
def test_these_verdicts_judge_nothing(verdict: str) -> None:
    assert not judged_anything([(Verdict(verdict), Level.BLOCK)])


def test_a_gate_that_only_observes_judges_nothing() -> None:
    assert not judged_anything([(Verdict.PASS, Level.OBSERVE), (Verdict.FAIL, Level.OBSERVE)])


def test_all_gates_met_is_go() -> None:
    assert decide(blockers([result_of()], (), judged=True)) is Word.GO


def test_nothing_judged_is_hold() -> None:
    (blocker,) = blockers([result_of(Verdict.NOT_APPLICABLE)], (), judged=False)
    assert (blocker.effect, blocker.reason, blocker.gate) == (Word.HOLD, "nothing-judged", None)


def test_a_run_that_is_not_whole_is_at_best_hold() -> None:
    assert decide(blockers([result_of()], [NOT_WHOLE], judged=True)) is Word.HOLD


def test_a_run_that_is_not_whole_does_not_soften_no_go() -> None:
    assert decide(blockers([result_of(Verdict.FAIL, "NO_GO")], [NOT_WHOLE], judged=True)) is Word.NO_GO


def test_blockers_stand_worst_first_and_say_who_answers() -> None:
    gates = [
        result_of(Verdict.WARN, "CONDITIONAL", gate="skips"),
        result_of(Verdict.FAIL, "NO_GO", gate="coverage", owner="dana", remedy="add tests"),
    ]
    found = blockers(gates, [NOT_WHOLE], judged=True)
    assert [(each.effect, each.gate) for each in found] == [
        ("NO_GO", "coverage"),
        ("HOLD", None),
        ("CONDITIONAL", "skips"),
    ]
    assert (found[0].owner, found[0].remedy, found[0].text) == ("dana", "add tests", gates[1].summary)


@pytest.mark.parametrize("order", list(permutations(["CONDITIONAL", "HOLD", "NO_GO", ""])))
def test_the_worst_effect_decides_in_any_order(order: tuple[str, ...]) -> None:
    assert decide(blockers([result_of(effect=word) for word in order], (), judged=True)) is Word.NO_GO


@pytest.mark.parametrize(
    ("word", "provisional", "strict", "status"),
    [
        ("GO", False, False, 0),
        ("GO", True, False, 0),
        ("GO", False, True, 0),
        ("GO", True, True, 21),
        ("CONDITIONAL", False, False, 0),
        ("CONDITIONAL", True, False, 0),
        ("CONDITIONAL", False, True, 20),
        ("CONDITIONAL", True, True, 20),
        ("HOLD", False, False, 21),
        ("HOLD", True, True, 21),
        ("NO_GO", False, False, 20),
        ("NO_GO", True, True, 20),
    ],
)
def test_exit_status(word: str, provisional: bool, strict: bool, status: int) -> None:
    assert exit_status(Word(word), provisional=provisional, strict=strict) == status


@pytest.mark.parametrize(
    ("enforcement", "level"),
    [
        (Enforcement(Level.BLOCK), Level.BLOCK),
        (Enforcement(Level.OBSERVE), Level.OBSERVE),
        (Enforcement(Level.BLOCK, dt.date(2026, 12, 2)), Level.WARN),
        (Enforcement(Level.BLOCK, dt.date(2026, 12, 1)), Level.BLOCK),
    ],
)
def test_the_level_in_force_on_a_day(enforcement: Enforcement, level: Level) -> None:
    assert enforcement.on(dt.date(2026, 12, 1)) is level
