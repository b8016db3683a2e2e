from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pytest_stagegate.comparing import compared
from pytest_stagegate.documents.standup import standup_view
from pytest_stagegate.documents.standup_markdown import standup_markdown
from pytest_stagegate.documents.standup_terminal import standup_lines
from pytest_stagegate.model.decision import CollectionError, Note
from pytest_stagegate.model.manual import ManualRow
from pytest_stagegate.model.roll import roll_of_decision, roll_of_tests
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.waivers import WaiverRow
from tests.unit.documents.samples import HOSTILE, blocker_of, check_with, decision_of, everywhere, go, no_go
from tests.unit.fakes import named_tests, result_of

if TYPE_CHECKING:
    from pytest_stagegate.documents.standup import StandupView
    from pytest_stagegate.model.decision import Decision


def view_between(before: Decision, now: Decision, was: dict[str, str], are: dict[str, str]) -> StandupView:
    rolls = tuple(roll_of_tests(named_tests(*side.items()), of) for side, of in ((was, before), (are, now)))
    return standup_view(compared(before, now, (rolls[0], rolls[1])))


def terminal(view: StandupView, columns: int = 80, *, every: bool = False) -> str:
    return "".join(f"{text.line}\n" for text in standup_lines(view, columns, every=every))


def failing(count: int) -> StandupView:
    tests = {f"tests/test_{number:05}.py::test_it": "failed" for number in range(count)}
    return view_between(go(), no_go(), {}, tests)


def test_it_is_read_aloud_from_the_decision_down_to_who_has_to_act() -> None:
    was = {"t.py::test_a": "passed", "t.py::test_b": "failed", "t.py::test_c": "failed", "t.py::test_d": "passed"}
    are = {"t.py::test_a": "failed", "t.py::test_b": "passed", "t.py::test_c": "passed", "t.py::test_d": "skipped"}
    assert terminal(view_between(go(), no_go(as_of="2026-11-24T09:00:00Z"), was, are)) == (
        "✘ rates at test: NO GO, before GO\n"
        "Now: 2026-11-24 09:00 UTC, 1.2.0, commit cccccccccccc. Before: 2026-11-23 09:00\n"
        "UTC, 1.2.0, commit cccccccccccc.\n"
        "\n"
        "1 test is newly failing.\n"
        "  - t.py::test_a: assert 1 == 2\n"
        "\n"
        "2 tests are fixed.\n"
        "  - t.py::test_b\n"
        "  - t.py::test_c\n"
        "\n"
        "1 test is newly skipped.\n"
        "  - t.py::test_d\n"
        "\n"
        "1 gate is worse.\n"
        "  - results: PASS → FAIL; failed 0 tests → 1 test, limit ≤ 0\n"
        "\n"
        "1 reason why it is not GO, and who has to act.\n"
        "  - results: failed 1 test, limit ≤ 0; new (no owner is named)\n"
    )


def test_where_nothing_changed_it_says_so_in_one_sentence() -> None:
    view = view_between(go(), go(), {"a": "passed"}, {"a": "passed"})
    assert view.title == "✔ rates at test: GO, as before"
    assert view.lines[1:] == ("Nothing changed.",)
    assert view.sections == ()


def test_a_provisional_decision_is_marked() -> None:
    note = Note(reason="narrowed", text="The run was narrowed by hand with -k.")
    view = view_between(decision_of(provisional=(note,)), decision_of(provisional=(note,)), {}, {})
    assert "This decision is provisional. The run was narrowed by hand with -k." in view.lines
    assert "The decision before is provisional. The run was narrowed by hand with -k." in view.lines


def test_what_is_said_of_a_tests_past() -> None:
    was = {"b": "skipped", "c": "failed", "d": "passed"}
    view = view_between(go(), go(), was, {"a": "failed", "b": "failed", "d": "lost"})
    said = {each.name: each.text for section in view.sections for each in section.items}
    assert said == {
        "a": "a new test",
        "b": "it was skipped before",
        "c": "it failed before",
        "d": "it has no result",
    }


def test_what_can_not_be_told_is_said_to_be_so() -> None:
    was = roll_of_tests(named_tests(("a", "failed"), ("b", "skipped"), ("c", "passed")), go())
    found = standup_view(compared(go(), go(), (was, roll_of_decision(go()))))
    assert [(each.sentence, [item.name for item in each.items]) for each in found.sections] == [
        ("1 test that failed is not among the failures now: fixed or not run, that can't be told.", ["a"]),
        ("What became of 2 more tests can't be told: too little is known.", []),
    ]


def test_waivers_and_manual_tests_are_told_with_who_owns_them() -> None:
    waiver = WaiverRow(
        gate="skips", subject="a/**", owner="dana", reason="see #4", expires="2026-12-01", days_left=1, state="used"
    )
    row = ManualRow(id="m", title="Print a label", stage="test", environment="staging", outcome="pending")
    now = decision_of(waivers=(waiver,), manual=(row,))
    view = view_between(now, now, {}, {})
    assert view.lines[-1] == "Nothing changed."
    assert [(each.sentence, *each.items) for each in view.sections] == [
        ("1 waiver is about to expire.", view.sections[0].items[0]),
        ("1 manual test has to be done.", view.sections[1].items[0]),
    ]
    waived, manual = (section.items[0] for section in view.sections)
    assert (waived.name, waived.text, waived.owner) == (
        "skips (a/**)",
        "until 2026-12-01, 1 day left; see #4",
        "owner: dana",
    )
    assert (manual.name, manual.text) == ("m", "Print a label; in staging")


def test_a_title_that_stands_in_the_id_is_told_once() -> None:
    row = ManualRow(
        id="by-hand/a.md::Print a label", title="Print a label", stage="test", environment=None, outcome="pending"
    )
    now = decision_of(manual=(row,))
    (section,) = view_between(now, now, {}, {}).sections
    assert section.items[0].text == ""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("a.py:1: in <module>\n    import nope\nE   ModuleNotFoundError: nope\n", "ModuleNotFoundError: nope"),
        ("Error at the beginning", "Error at the beginning"),
        ("", ""),
    ],
)
def test_a_module_that_can_not_be_collected_is_told_with_what_it_was(message: str, told: str) -> None:
    error = CollectionError(path="a.py", message=message)
    (section,) = view_between(decision_of(), decision_of(collection_errors=(error,)), {}, {}).sections
    assert section.items[0].text == told


def test_long_lists_are_cut_in_the_terminal_unless_all_is_asked_for() -> None:
    assert "  … and 2 more (--verbose shows them)\n" in terminal(failing(12))
    assert terminal(failing(12), every=True).count("test_it") == 12


def test_a_long_name_loses_its_first_folders_and_the_middle_of_its_parameters() -> None:
    name = f"{'folder/' * 12}test_x.py::TestIt::test_one"
    long = f"tests/test_y.py::test_two[{'x' * 200}-end]"
    shown = terminal(view_between(go(), go(), {}, {name: "failed", long: "failed"}), 200)
    rows = [row for row in shown.splitlines() if "test_" in row and row.startswith("  -")]
    assert any(row.startswith("  - …/folder/") and "folder/test_x.py::TestIt::test_one: " in row for row in rows)
    assert any("xx…xx" in row and "-end]" in row for row in rows)
    assert all(len(row) < 120 for row in rows)


def test_markdown_names_every_test_where_there_is_room() -> None:
    text = standup_markdown(failing(400)).decode()
    assert text.count("`tests/test_") == 400
    assert "## 400 tests are newly failing.\n\n- `tests/test_00000.py::test_it`: a new test\n" in text


def test_markdown_that_has_no_room_says_how_many_are_left_out() -> None:
    text = standup_markdown(failing(5000)).decode()
    assert len(text) <= 60_000
    assert f"- … and {5000 - text.count('`tests/test_')} more, for which there is no room here\n" in text


def test_what_is_hostile_stays_inert() -> None:
    now = everywhere(HOSTILE)
    gate = result_of(
        Verdict.FAIL, "NO_GO", gate=HOSTILE, owner=HOSTILE, checks=(check_with(name=HOSTILE, shown=HOSTILE),)
    )
    was = decision_of(gate, subject=now.subject, blockers=(blocker_of(gate),))
    more: dict[str, Any] = {
        "waivers": (
            WaiverRow(
                gate=HOSTILE,
                subject=HOSTILE,
                owner=HOSTILE,
                reason=HOSTILE,
                expires="2026-12-01",
                days_left=1,
                state="used",
            ),
        ),
        "manual": (
            ManualRow(id=HOSTILE, title=HOSTILE, stage="t", environment=HOSTILE, outcome="failed", who=HOSTILE),
        ),
        "collection_errors": (CollectionError(path=HOSTILE, message=HOSTILE),),
        "provisional": (Note(reason="dirty", text=HOSTILE),),
    }
    view = view_between(was, msgspec.structs.replace(now, **more), {"b": "passed"}, {HOSTILE: "failed", "b": "skipped"})
    shown, text = terminal(view, every=True), standup_markdown(view).decode()
    for written in (shown, text):
        assert not set(written) & set("\x1b\x00\x08\u202e\ud800\ufffe")
    assert "<b>" in shown
    assert "<b>" not in re.sub(r"``(?!`).*?(?<!`)``", "", text)
