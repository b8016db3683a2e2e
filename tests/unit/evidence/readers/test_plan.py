from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.evidence.readers import goals_json, needs_json, plan
from pytest_stagegate.model.plan import Milestone, PlanData

DATA = Path(__file__).parents[3] / "data" / "goals"
GOAL = '[[goal]]\nid = "A"\ntitle = "a"\npriority = "must"\n'


def read(tmp_path: Path, text: str) -> PlanData:
    file = tmp_path / "stagegate-plan.toml"
    file.write_text(text, encoding="utf-8")
    goals = plan.read(file, tmp_path).goals
    assert goals is not None
    return goals


def test_a_plan_holds_goals_and_milestones(tmp_path: Path) -> None:
    milestone = '[[milestone]]\nid = "1"\nstart = 2026-11-01\ndue = 2026-12-01\n'
    said = read(tmp_path, milestone + GOAL + 'milestone = "1"\n')
    assert said.milestones == (Milestone("1", start=dt.date(2026, 11, 1), due=dt.date(2026, 12, 1)),)
    assert [(goal.id, goal.priority, goal.milestone) for goal in said.goals] == [("A", "must", "1")]


def test_goals_name_what_they_are_a_part_of_and_depend_on(tmp_path: Path) -> None:
    goal = read(tmp_path, GOAL + 'parent = "P"\ndepends_on = ["X", "Y"]\n').goals[0]
    assert (goal.parent, goal.depends_on) == ("P", ("X", "Y"))


def test_tables_and_lists_name_them_too(tmp_path: Path) -> None:
    table, listed = tmp_path / "goals.csv", tmp_path / "goals.json"
    table.write_text("id,title,parent,depends on\nA,a,P,X; Y 2\n", encoding="utf-8")
    listed.write_text('[{"id": "A", "title": "a", "priority": "must", "parent": "P", "depends_on": ["X", "Y 2"]}]')
    for file in (table, listed):
        goals = read_file(file, tmp_path, detect(file)).goals
        assert goals is not None
        assert (goals.goals[0].parent, goals.goals[0].depends_on) == ("P", ("X", "Y 2"))


@pytest.mark.parametrize("nested", ["[" * 700 + "]" * 700, '{"a": ["b"]}', '[{"a": 1}]'])
def test_a_field_that_is_no_text_says_nothing_whatever_is_nested_in_it(tmp_path: Path, nested: str) -> None:
    listed, needs = tmp_path / "goals.json", tmp_path / "needs.json"
    need = f'{{"id": "A", "title": {nested}, "parent_needs": {nested}, "depends_on": {nested}}}'
    listed.write_text(need.replace("parent_needs", "parent").join("[]"))
    needs.write_text(f'{{"current_version": "1", "versions": {{"1": {{"needs": {{"A": {need}}}}}}}}}')
    for file, format_ in ((listed, "goals-json"), (needs, "needs-json")):
        goals = read_file(file, tmp_path, format_).goals
        assert goals is not None
        assert [(goal.id, goal.title, goal.parent, goal.depends_on) for goal in goals.goals] == [("A", "", "", ())]


def test_a_field_that_stands_twice_in_other_letters_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "goals.json"
    file.write_text('[{"id": "A", "priority": "must", "Priority": "could", "x": 1, "X": 2}]')
    with pytest.raises(EvidenceError, match="goal 1: the field 'priority' stands twice"):
        read_file(file, tmp_path, "goals-json")


def test_a_number_of_thousands_of_digits_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="this is no plan: a number in it has too many digits"):
        read(tmp_path, f"{GOAL}x = {'9' * 5000}\n")


def test_needs_are_parts_of_others_and_needs_that_are_no_goals_are_left_out(tmp_path: Path) -> None:
    needs = {
        "A": {"id": "A", "type": "req", "parent_needs": ["S", "B"], "depends_on": ["S", "B"]},
        "B": {"id": "B", "type": "req", "parent_needs": [], "depends_on": None},
        "S": {"id": "S", "type": "spec"},
    }
    file = tmp_path / "needs.json"
    file.write_text(json.dumps({"current_version": "1", "versions": {"1": {"needs": needs}}}))
    goals = needs_json.read(file, tmp_path).goals
    assert goals is not None
    assert [(goal.id, goal.parent, goal.depends_on) for goal in goals.goals] == [("A", "B", ("B",)), ("B", "", ())]


def test_a_goal_without_an_id_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, '[[goal]]\ntitle = "a"\n').goals[0].id == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[goal]]\nid = 'A'\nprio = 'must'", "goal A: unknown key 'prio'; did you mean 'priority'?"),
        ("[[goal]]\nid = 'A'\npriority = 'Must'", "goal A: unknown priority 'Must'; did you mean 'must'?"),
        ("[[goal]]\nid = 'A'\nmilestone = '2'", "goal A: unknown milestone '2'; none is declared"),
        ("[[goal]]\nid = 7", "id has to be a text"),
        ("[[goal]]\nid = 'A'\nparent = ['B']", "parent has to be a text"),
        ("[[goal]]\nid = 'A'\nparent = ' B'", "its parent has to be one printable line"),
        ("[[goal]]\nid = 'A'\ndepends_on = 'B'", 'depends_on has to be a list of ids, for example ["A", "B"]'),
        ("[[goal]]\nid = 'A'\ndepends_on = [7]", "depends_on has to be a list of ids"),
        ("[[goal]]\nid = ' A'", "its id has to be one printable line"),
        ("[[goal]]\nid = 'A'\nowner = ''", "owner has to be a text of 1 to 4,000 characters"),
        ("goal = 3", "goal has to be an array of tables: [[goal]]"),
        ("[[goals]]", "unknown table 'goals'; did you mean 'goal'?"),
        ("[[milestone]]\ntitle = 'x'", "milestone number 1 has no id"),
        ("[[milestone]]\nid = '1'\n[[milestone]]\nid = '1'", "milestone 1 stands twice"),
        ("[[milestone]]\nid = '1'\ndue = '2026-01-01'", "due has to be a day"),
        ("[[milestone]]\nid = '1'\nstart = 2026-02-01\ndue = 2026-01-01", "it starts after the day on which it is due"),
        ("[[goal]", "this is no TOML"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(EvidenceError) as told:
        read(tmp_path, text)
    assert said in str(told.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as told:
        read(tmp_path, "[[goal]]\nprio = 'a'\nowns = 'b'\n")
    assert "prio" in str(told.value)
    assert "owns" in str(told.value)


def test_needs_of_the_current_version_are_goals() -> None:
    contents = needs_json.read(DATA / "sphinx-needs-9.1.0.needs.json", DATA)
    assert contents.goals is not None
    shown = [(goal.id, goal.priority, goal.owner, goal.status) for goal in contents.goals.goals]
    assert shown == [("RATE_1", "must", "dana", "implemented"), ("RATE_2", "should", "lee", "open")]
    assert contents.goals.milestones == (Milestone("1.4"),)
    assert contents.producer == "sphinx_needs 9.1.0"


def test_needs_without_their_current_version_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "needs.json"
    file.write_text('{"current_version": "2", "versions": {"1": {"needs": {}}}}')
    with pytest.raises(EvidenceError, match="it has no version '2'"):
        needs_json.read(file, tmp_path)


def test_a_plan_and_needs_are_told_from_their_content(tmp_path: Path) -> None:
    file = tmp_path / "any"
    file.write_text("# ours\n" + GOAL)
    needs = DATA / "sphinx-needs-9.1.0.needs.json"
    assert (detect(file), detect(needs)) == ("plan", "needs-json")
    assert read_file(needs, DATA, "needs-json").goals is not None


def test_of_many_unknown_milestones_a_few_are_told(tmp_path: Path) -> None:
    milestones = "".join(f'[[milestone]]\nid = "release {number}"\n' for number in range(5_000))
    goals = "".join(f'[[goal]]\nid = "A{number}"\nmilestone = "relaese {number}"\n' for number in range(5_000))
    with pytest.raises(EvidenceError) as caught:
        read(tmp_path, milestones + goals)
    assert "goal A0: unknown milestone 'relaese 0'; did you mean 'release 0'?" in str(caught.value)
    assert str(caught.value).endswith("; and 4990 more")


def test_a_milestone_that_stands_twice_keeps_both_of_its_days(tmp_path: Path) -> None:
    file = tmp_path / "goals.json"
    file.write_text('{"goals": [{"id": "A"}], "milestones": [{"id": "1"}, {"id": "1", "due": "2026-11-01"}]}')
    found = goals_json.read(file, tmp_path).goals
    assert found is not None
    assert [each.due for each in found.milestones] == [None, dt.date(2026, 11, 1)]
