from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.documents.signs import SIGNS, WORDS
from pytest_stagegate.documents.terminal import COLOURS, last_word, section
from pytest_stagegate.documents.view import View, view
from pytest_stagegate.model.decision import Blocker, Drift, Note
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import check_with, go, no_go, view_of
from tests.unit.fakes import result_of

LONG = "the quick brown fox jumps over the lazy dog " * 6


def mixed(**more: Any) -> View:
    bad = result_of(
        Verdict.FAIL,
        "NO_GO",
        gate="coverage",
        summary=LONG + "end.",
        remedy="Add tests.",
        checks=(check_with(Verdict.FAIL, name="line", where=("src/a.py:3", "src/b.py:9")),),
    )
    return view_of(result_of(summary="failed 0", checks=(check_with(shown="0 tests"),)), bad, **more)


def shown(view: View, verbosity: int = 0, width: int = 200) -> list[str]:
    return [text.line for text in section(view, verbosity=verbosity, width=width)]


def test_each_gate_has_a_line_with_sign_name_verdict_and_figures() -> None:
    assert shown(view(go(), "")) == ["✔ results  PASS  failed 0, passed 3"]


def test_a_gate_that_fell_short_says_where_and_what_to_do() -> None:
    assert shown(view(no_go(), "")) == [
        "✘ results  FAIL  failed 1 test, limit ≤ 0",
        "    where: t.py::test_a",
        "    remedy: Mend the tests.",
    ]


def test_names_and_verdicts_stand_in_columns() -> None:
    heads = [line for line in shown(mixed()) if line[0] in "✔✘"]
    assert heads[0].index("PASS") == heads[1].index("FAIL")


def test_quietly_only_what_fell_short_is_shown() -> None:
    quiet = shown(mixed(), verbosity=-1)
    assert quiet[0].startswith("✘ coverage")
    assert not [line for line in quiet if "results" in line]


def test_quietly_nothing_is_shown_of_a_go() -> None:
    assert shown(view(go(), ""), verbosity=-1) == []


def test_verbosely_every_check_is_shown_with_limit_and_how_much_was_looked_at() -> None:
    lines = shown(mixed(), verbosity=1)
    assert "    ✔ failed: 0 tests, limit ≤ 0 (looked at 3)" in lines
    assert "    ✘ line: 1 test, limit ≤ 0 (looked at 3)" in lines


@pytest.mark.parametrize("verbosity", [-1, 0, 1])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int, verbosity: int) -> None:
    assert max(map(len, shown(mixed(), verbosity, width))) < width


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_narrow_terminal_loses_no_word(width: int) -> None:
    words = " ".join(shown(mixed(), 0, width)).split()
    assert [word for word in words if word in LONG.split()] == LONG.split()


def test_a_gate_with_a_long_name_stays_readable_in_a_narrow_terminal() -> None:
    name = "payments-and-refunds-are-covered-well"
    lines = shown(view_of(result_of(Verdict.NO_EVIDENCE, "HOLD", gate=name, summary=LONG)), width=40)
    assert max(map(len, lines)) < 40
    assert "quick" in " ".join(lines).split()


@pytest.mark.parametrize(("listed", "omitted", "more"), [(5, 0, None), (7, 0, 2), (50, 950, 995)])
def test_five_places_are_shown_and_the_others_counted(listed: int, omitted: int, more: int | None) -> None:
    failed = check_with(Verdict.FAIL, where=tuple(map(str, range(listed))), where_omitted=omitted)
    places = [line for line in shown(view_of(result_of(Verdict.FAIL, "NO_GO", checks=(failed,)))) if "where" in line]
    assert places[:5] == [f"    where: {number}" for number in range(5)]
    assert places[5:] == ([f"    where: … and {more} more in report.html"] if more else [])


@pytest.mark.parametrize(
    ("enforcement", "note"), [("block", ""), ("warn", " (warn)"), ("warn, block from 2027-01-01",) * 2]
)
def test_a_gate_that_does_not_block_says_so(enforcement: str, note: str) -> None:
    (line, *_) = shown(view_of(result_of(Verdict.FAIL, "CONDITIONAL", enforcement=enforcement, summary="failed 1")))
    assert line.startswith("✘ results  FAIL  failed 1")
    assert note in line
    assert ("(" in line) is bool(note)


def test_a_reason_of_the_run_itself_is_shown() -> None:
    blocker = Blocker(effect=Word.HOLD, reason="worker-lost", gate=None, text="Worker gw1 went down.")
    assert shown(view_of(decision=Word.HOLD, blockers=(blocker,))) == ["‖ the run: Worker gw1 went down."]


def test_why_it_is_provisional_is_shown_even_quietly() -> None:
    note = Note(reason="dirty-tree", text="The work tree has changes.")
    assert shown(view_of(provisional=(note,)), verbosity=-1) == ["provisional: The work tree has changes."]


def test_the_width_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert max(len(text.line) for text in section(mixed(), verbosity=0)) < 50


def test_the_last_word() -> None:
    text = last_word(view(no_go(), ""), ".stagegate/report.html")
    assert " ".join(text.line.split()) == "✘ NO GO results: failed 1 test, limit ≤ 0. [.stagegate/report.html]"
    assert text.style == "no-go"


def test_the_last_word_says_when_it_is_provisional() -> None:
    note = Note(reason="dirty-tree", text="The work tree has changes.")
    line = last_word(view_of(result_of(), provisional=(note,)), "").line
    assert " ".join(line.split()) == "✔ GO (provisional) 1 gate met on 3 tests executed."


def test_every_style_has_a_colour() -> None:
    assert {style for *_, style in (*WORDS.values(), *SIGNS.values())} <= set(COLOURS)


def test_what_would_have_blocked_is_shown_in_a_line_even_quietly() -> None:
    bad = result_of(Verdict.FAIL, gate="flaky", enforcement="observe", would="NO_GO")
    for verbosity in (-1, 0):
        assert "would have blocked: flaky (observe), as NO GO" in shown(view_of(bad), verbosity)


def test_gate_drift_is_shown_in_a_line() -> None:
    drift = Drift(gate="coverage", option="line", before="90 %", now="85 %", since="v1.2.0")
    assert "gate drift: coverage line: 90 % → 85 % (since v1.2.0)" in shown(view_of(result_of(), drift=(drift,)))
