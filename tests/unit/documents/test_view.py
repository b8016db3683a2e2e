from __future__ import annotations

import msgspec
import pytest

from pytest_stagegate.documents.signs import SIGNS, WORDS
from pytest_stagegate.documents.view import view
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model import decision as model
from pytest_stagegate.model.decision import Blocker, Note
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import HOSTILE, check_with, decision_of, everywhere, go, no_go, view_of
from tests.unit.fakes import SUBJECT, result_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é ✔ text", "plain é ✔ text"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("a\x00b\x07c\x7f", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("over\rwritten", "over\N{REPLACEMENT CHARACTER}written"),
        ("\u202egnp.exe", "\N{REPLACEMENT CHARACTER}gnp.exe"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_text_is_clean_of_what_a_terminal_or_browser_would_act_on(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_every_string_of_a_view_can_be_written_and_shown() -> None:
    shown = repr(msgspec.to_builtins(view(everywhere(HOSTILE), "d" * 64)))
    assert not [mark for mark in ("\\x1b", "\\x00", "\\u202e", "\\ud800", "\\ufffe", "\\uffff") if mark in shown]


@pytest.mark.parametrize(("count", "shown"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests")])
def test_plural(count: int, shown: str) -> None:
    assert plural(count, "test") == shown


def test_every_word_and_every_verdict_has_its_own_sign() -> None:
    assert len({sign for _, sign, _ in WORDS.values()}) == len(Word)
    assert len({sign for sign, _ in SIGNS.values()}) == len(Verdict)


def test_go_says_how_much_was_judged_and_run() -> None:
    shown = view(go(), "d" * 64)
    assert (shown.word, shown.sentence) == ("GO", "1 gate met on 3 tests executed.")


def test_a_gate_that_fell_short_and_only_observes_is_not_counted_as_met() -> None:
    observed = result_of(Verdict.FAIL, "", gate="skips", enforcement="observe")
    assert view_of(result_of(), observed).sentence == "1 gate met on 3 tests executed."


def test_another_word_says_why_first() -> None:
    assert view(no_go(), "d" * 64).sentence == "results: failed 1 test, limit ≤ 0."


def test_further_reasons_are_counted() -> None:
    gates = [result_of(Verdict.FAIL, "NO_GO", gate=name) for name in ("a", "b", "c")]
    assert view_of(*gates).sentence == "a: failed 1, limit ≤ 0. And 2 more reasons."


@pytest.mark.parametrize(
    ("stage", "environment", "question"),
    [
        ("test", None, "May this build go on from “test” to “release”?"),
        ("test", "staging", "May this build go on from “test” to “release”, judged against staging?"),
        ("release", None, "May this build leave the stage “release”?"),
        ("other", None, "May this build leave the stage “other”?"),
    ],
)
def test_the_question_says_where_it_goes(stage: str, environment: str | None, question: str) -> None:
    stages = (model.StageRow(stage="test"), model.StageRow(stage="release"))
    assert view_of(stage=stage, environment=environment, stages=stages).question == question


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, f"{'c' * 40} (clean)"),
        ({"dirty": True}, f"{'c' * 40} (with changes that are in no commit)"),
        (
            {"dirty": None, "commit_source": "GITHUB_SHA"},
            f"{'c' * 40} (state of the work tree unknown, from GITHUB_SHA)",
        ),
        ({"commit": None, "commit_source": None}, "unknown"),
    ],
)
def test_the_commit_says_where_it_comes_from(changes: dict[str, object], shown: str) -> None:
    subject = msgspec.structs.replace(SUBJECT, **changes)
    assert dict(view_of(subject=subject).identity)["commit"] == shown


def test_what_is_not_known_is_said() -> None:
    subject = msgspec.structs.replace(SUBJECT, version=None)
    identity = dict(view_of(subject=subject).identity)
    assert (identity["version"], identity["environment"]) == ("not stated", "none named")


def test_digests_stand_beside_what_they_are_of() -> None:
    identity = dict(view_of().identity)
    assert identity["policy"] == f"built-in, sha256 {'1' * 64}"
    assert identity["decision.json"] == f"sha256 {'d' * 64}"


@pytest.mark.parametrize(
    ("verdict", "effect", "style"),
    [
        (Verdict.FAIL, "NO_GO", "no-go"),
        (Verdict.FAIL, "CONDITIONAL", "conditional"),
        (Verdict.FAIL, "", "quiet"),
        (Verdict.NO_EVIDENCE, "HOLD", "hold"),
        (Verdict.PASS, "", "go"),
    ],
)
def test_a_failure_is_coloured_by_what_it_does(verdict: Verdict, effect: str, style: str) -> None:
    assert view_of(result_of(verdict, effect)).gates[0].style == style


@pytest.mark.parametrize(("verdict", "short"), [("PASS", False), ("NOT_APPLICABLE", False), ("WARN", True)])
def test_which_gates_fell_short(verdict: str, short: bool) -> None:
    assert view_of(result_of(Verdict(verdict))).gates[0].short is short


def test_places_that_are_not_listed_are_counted() -> None:
    made = check_with(Verdict.FAIL, where=("a", "b"), where_omitted=950)
    assert view_of(result_of(Verdict.FAIL, checks=(made,))).gates[0].checks[0].where == ("a", "b", "… and 950 more")


@pytest.mark.parametrize(("listed", "omitted", "more"), [(5, 0, None), (7, 0, 2), (50, 950, 995)])
def test_a_blocker_shows_five_places_and_counts_the_others(listed: int, omitted: int, more: int | None) -> None:
    places = tuple(f"t.py::test_{number}" for number in range(listed))
    failed = check_with(Verdict.FAIL, where=places, where_omitted=omitted)
    (blocker,) = view_of(result_of(Verdict.FAIL, "NO_GO", checks=(failed,))).blockers
    assert blocker.where[:5] == places[:5]
    assert list(blocker.where[5:]) == ([f"… and {more} more in report.html"] if more else [])


def test_a_blocker_points_to_its_gate() -> None:
    shown = view(no_go(), "d" * 64)
    (blocker,) = shown.blockers
    assert (blocker.name, blocker.anchor, blocker.remedy) == ("results", shown.gates[0].anchor, "Mend the tests.")


def test_a_reason_of_the_run_itself_points_nowhere() -> None:
    note = Blocker(effect=Word.HOLD, reason="worker-lost", gate=None, text="Worker gw1 went down.")
    (blocker,) = view_of(result_of(), decision=Word.HOLD, blockers=(note,)).blockers
    assert (blocker.name, blocker.anchor) == ("worker-lost", "")


@pytest.mark.parametrize("names", [("a.b", "a-b"), ("Größe", "Gräße"), ("Skips", "skips")])
def test_gates_with_similar_names_have_anchors_of_their_own(names: tuple[str, str]) -> None:
    shown = view_of(*(result_of(gate=name) for name in names))
    assert len({gate.anchor for gate in shown.gates}) == 2


def test_every_count_has_a_label() -> None:
    totals = dict(view_of().totals)
    assert (totals["collected"], totals["passed"], totals["without a stage of their own"]) == ("3", "3", "3")
    assert len(totals) == 15


def test_the_matrix_has_a_row_a_stage() -> None:
    shown = view_of()
    assert [len(row) for row in shown.matrix] == [len(shown.matrix_head)]
    assert shown.matrix[0][:4] == ("test", "–", "3", "3")


@pytest.mark.parametrize(
    ("reruns", "outcome"), [(0, "passed"), (1, "passed after 1 rerun"), (2, "passed after 2 reruns")]
)
def test_reruns_of_a_test_are_told(reruns: int, outcome: str) -> None:
    row = model.TestRow(id="t", stage="test", outcome="passed", reason="", message="", reruns=reruns, subtests=())
    assert view_of(not_passed=(row,)).tests[0].outcome == outcome


@pytest.mark.parametrize(("omitted", "shown"), [(0, ""), (3, "3 more are in evidence.jsonl.")])
def test_tests_that_are_not_listed_are_counted(omitted: int, shown: str) -> None:
    assert view_of(not_passed_omitted=omitted).tests_more == shown


def test_evidence_without_a_digest_is_part_of_the_record() -> None:
    (item,) = decision_of().evidence
    shown = view_of(evidence=(msgspec.structs.replace(item, sha256=None),))
    assert shown.evidence[0][-1] == "part of the record"


def test_why_it_is_provisional_stands_in_the_view() -> None:
    note = Note(reason="dirty-tree", text="The work tree has changes that are in no commit.")
    assert view_of(provisional=(note,)).provisional == (note.text,)
