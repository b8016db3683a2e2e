from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.plan import Goal, Milestone, PlanData

DATA = Path(__file__).parents[3] / "data" / "goals"
DUE = dt.date(2026, 12, 18)


def read(path: Path, format_: str) -> PlanData:
    goals = read_file(path, path.parent, format_).goals
    assert goals is not None
    return goals


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "any"
    file.write_text(text, encoding="utf-8")
    return file


def test_issues_of_gh_are_goals() -> None:
    said = read(DATA / "github-issues-gh.json", "github-issues")
    first = said.goals[0]
    assert (first.id, first.priority, first.owner, first.status) == ("#12", "must", "dana", "closed")
    assert first.acceptance == "- each row of the table gives its price"
    assert said.goals[1] == Goal("#14", "Weights are rounded up", status="open")
    assert said.milestones == (Milestone("1.4", due=DUE),)


def test_pull_requests_of_githubs_api_are_no_goals() -> None:
    said = read(DATA / "github-issues-rest.json", "github-issues")
    assert [(goal.id, goal.priority, goal.milestone) for goal in said.goals] == [("#12", "must", "1.4")]


def test_issues_of_gitlab_are_goals() -> None:
    said = read(DATA / "gitlab-issues-rest.json", "gitlab-issues")
    assert [(goal.id, goal.priority, goal.owner) for goal in said.goals] == [("#6", "must", "dana")]
    assert said.milestones == (Milestone("1.4", start=dt.date(2026, 11, 2), due=DUE),)


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("github-issues", '[{"number": 3, "title": "1.4", "open_issues": 4, "due_on": "2026-12-18T08:00:00Z"}]'),
        ("gitlab-issues", '[{"iid": 3, "title": "1.4", "due_date": "2026-12-18"}]'),
    ],
)
def test_milestones_alone_bring_no_goal(tmp_path: Path, format_: str, text: str) -> None:
    file = written(tmp_path, text)
    assert detect(file) == format_
    assert read(file, format_) == PlanData(milestones=(Milestone("1.4", due=DUE),))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_row_of_csv_is_a_goal(tmp_path: Path, separator: str) -> None:
    rows = [["Key", "Summary", "Priority", "Fix version"], ["A-1", "a goal", "Must have", "1.4"]]
    file = written(tmp_path, "\r\n".join(separator.join(row) for row in rows) + "\r\n")
    assert detect(file) == "goals-csv"
    assert read(file, "goals-csv").goals == (Goal("A-1", "a goal", "must", "1.4"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title,priority\na,must\n", "its header names no column with ids"),
        ("id,title,id\n", "names the column 'id' twice"),
        ("id,title\nA\n", "line 2 has 1 fields, and the header 2"),
        ('id,title\n"A,b', "this is no CSV"),
    ],
)
def test_csv_that_is_not_whole_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(EvidenceError) as told:
        read(written(tmp_path, text), "goals-csv")
    assert said in str(told.value)


def test_goals_of_json_are_read_from_a_list_and_from_an_object(tmp_path: Path) -> None:
    goal = '{"id": "A", "title": "a", "priority": "must", "milestone": "1"}'
    alone = written(tmp_path, f"[{goal}]")
    assert detect(alone) == "goals-json"
    assert read(alone, "goals-json").milestones == (Milestone("1"),)
    whole = written(tmp_path, f'{{"goals": [{goal}], "milestones": [{{"id": "1", "due": "2026-12-18"}}]}}')
    assert detect(whole) == "goals-json"
    assert read(whole, "goals-json").milestones == (Milestone("1", due=DUE),)


@pytest.mark.parametrize("format_", ["github-issues", "gitlab-issues"])
def test_an_issue_without_a_number_is_refused(tmp_path: Path, format_: str) -> None:
    with pytest.raises(EvidenceError, match="issue 1 of the list has no number"):
        read(written(tmp_path, '[{"title": "a", "labels": []}]'), format_)


def test_a_heading_of_any_length_is_read_at_once(tmp_path: Path) -> None:
    body = f"# a{' ' * 60_000}x\\n## Acceptance criteria ##\\nEvery row."
    text = f'[{{"number": 1, "state": "open", "labels": [], "body": "{body}"}}]'
    assert read(written(tmp_path, text), "github-issues").goals[0].acceptance == "Every row."
