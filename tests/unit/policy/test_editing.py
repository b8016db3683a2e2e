from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.errors import UsageError
from pytest_stagegate.model.waivers import Waiver
from pytest_stagegate.policy.editing import with_waiver, without_waivers
from tests.unit.fakes import TODAY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ONE = '[[waiver]]\ngate = "results"\nreason = "one"\nowner = "dana"\nexpires = 2026-11-23\n'
TWO = ONE.replace("one", "two")


def test_a_waiver_is_added_at_the_end() -> None:
    waiver = Waiver("results", "tests/**", "one", "dana", TODAY, ("test",))
    written = ONE.replace("reason", 'subject = "tests/**"\nreason') + 'stage = ["test"]\n'
    assert with_waiver('stages = ["test"]\n', (), waiver) == f'stages = ["test"]\n\n{written}'


def test_in_pyproject_it_stands_below_the_tool() -> None:
    text = with_waiver(
        "[project]\nname = 'x'\n[tool.stagegate]\n", ("tool", "stagegate"), Waiver("a", "", "b", "c", TODAY)
    )
    assert '\n\n[[tool.stagegate.waiver]]\ngate = "a"\n' in text


def test_line_ends_stay() -> None:
    assert "\n" not in with_waiver("a = 1\r\n", (), Waiver("a", "", "b", "c", TODAY)).replace("\r\n", "")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_any_text_is_read_back(text: str) -> None:
    added = with_waiver("", (), Waiver("results", text, text, text, TODAY))
    (entry,) = tomllib.loads(added)["waiver"]
    assert (entry["subject"], entry["reason"], entry["owner"]) == (text, text, text)


def test_a_waiver_is_taken_out_and_the_rest_stays() -> None:
    head, tail = "# ours\nstages = ['test']\n\n# why\n", "[gate.results]\nmin_passed = 2  # two\n"
    text = f"{head}{ONE}\n{TWO}\n{tail}"
    assert without_waivers(text, (), [0]) == f"{head}{TWO}\n{tail}"
    assert without_waivers(text, (), [1]) == f"{head}{ONE}\n{tail}"


@pytest.mark.parametrize(
    "inline", ["waiver = [{ gate = 'results' }]\n", "x = '''\n[[waiver]]\n'''\nwaiver = [{a = 1}]\n"]
)
def test_what_can_t_be_edited_safely_is_left_to_people(inline: str) -> None:
    with pytest.raises(UsageError, match="edit the file by hand"):
        without_waivers(inline, (), [0])
    with pytest.raises(UsageError, match="edit the file by hand"):
        with_waiver(inline, (), Waiver("a", "", "b", "c", TODAY))
