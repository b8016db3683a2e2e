"""Whatever a title holds, the plan that it is written into reads as before, and has it as a text."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.feedback import feedback_json, feedback_lines, feedback_markdown
from pytest_stagegate.evidence.readers.plan import read
from pytest_stagegate.feedback import learnt
from pytest_stagegate.feedback.entries import dropped_in, goals_to_add, written_behind
from pytest_stagegate.model.feedback import Issue
from pytest_stagegate.model.toml import toml_string
from tests.unit.documents.samples import HOSTILE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PIECES: Final = st.sampled_from(
    ['"""', "'''", "\n[[goal]]\n", "\\", "]", "#", "\r\n", "=1+1", "|", "<b>", "\x7f", "\u202e", "\ud800", HOSTILE]
)
TEXTS: Final = st.lists(st.one_of(PIECES, st.text(st.characters(), max_size=9)), max_size=6).map("".join)
PLANS: Final = st.sampled_from(
    [
        "\n",
        '# ours\n[[goal]]\nid = "A"\r\ntitle = """x\n"""',
        '[[milestone]]\nid = "1"\n\n\n[[goal]]\nid = "A" # last',
        "# only words",
    ]
)
ISSUES: Final = st.lists(
    st.builds(Issue, TEXTS, TEXTS, TEXTS, priority=st.just(""), owner=TEXTS, benefit=TEXTS, source=TEXTS), max_size=3
)


@given(TEXTS)
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    whole = "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= each <= "\udfff" else each for each in text)
    written = toml_string(text)
    assert "\n" not in written
    assert tomllib.loads(f"a = {written}\nb = 1")["a"] == whole


@given(PLANS, ISSUES)
def test_a_plan_reads_as_before_with_the_new_goals_behind(plan: str, issues: list[Issue]) -> None:
    goals = goals_to_add(learnt((), issues, (), ()).items)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stagegate-plan.toml")
        path.write_bytes(plan.encode())
        before = read(path, path.parent).goals
        path.write_bytes((plan + written_behind(plan, goals)).encode())
        after = read(path, path.parent).goals
    assert before is not None
    assert after is not None
    assert after.goals == (*before.goals, *goals)
    assert after.milestones == before.milestones
    assert dropped_in(plan + written_behind(plan, goals)) == frozenset()


@given(ISSUES)
def test_nothing_in_a_title_acts(issues: list[Issue]) -> None:
    feedback = learnt((), issues, (), ())
    shown = "\n".join(each.line for each in feedback_lines(feedback, 80)) + feedback_markdown(feedback).decode()
    assert not set(shown) & set("\x00\x07\x1b\x7f\u202e\r")
    assert "<b>" not in feedback_markdown(feedback).decode()
    rows = [row for row in feedback_markdown(feedback).decode().splitlines() if row.startswith("|")]
    assert len(rows) == (len(feedback.items) + 2 if feedback.items else 0)
    assert feedback_json(feedback).decode()


@given(ISSUES)
def test_the_order_of_what_is_read_makes_no_difference(issues: list[Issue]) -> None:
    unique = list({each.key: each for each in issues}.values())
    assert learnt((), unique, (), ()) == learnt((), unique[::-1], (), ())
