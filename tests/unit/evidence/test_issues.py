from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.issues import read_issues
from pytest_stagegate.model.feedback import Issue

DATA: Final = Path(__file__).parents[2] / "data" / "goals"


def of(tmp_path: Path, content: Any, name: str = "issues.json") -> tuple[Issue, ...]:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_issues(path)


def github(**more: Any) -> dict[str, Any]:
    return {"number": 12, "title": "Dark mode", "state": "open", "labels": [], **more}


def test_an_issue_of_github_has_its_address_and_its_thumbs_up(tmp_path: Path) -> None:
    (found,) = of(tmp_path, [github(html_url="https://x/12", reactions={"+1": 7, "-1": 2, "total_count": 9})])
    assert (found.id, found.key, found.title, found.votes) == ("#12", "https://x/12", "Dark mode", 7)


def test_gh_counts_by_kind(tmp_path: Path) -> None:
    groups = [{"content": "THUMBS_UP", "users": {"totalCount": 3}}, {"content": "HEART", "users": {"totalCount": 9}}]
    assert [each.votes for each in of(tmp_path, [github(reactionGroups=groups)])] == [3]
    assert [each.votes for each in of(tmp_path, [github(reactionGroups=[])])] == [0]


def test_gitlab_counts_upvotes(tmp_path: Path) -> None:
    entry = {"iid": 4, "title": "Dark", "state": "opened", "labels": ["priority::must"], "upvotes": 5}
    (found,) = of(tmp_path, [{**entry, "web_url": "https://y/4"}])
    assert (found.key, found.votes, found.priority) == ("https://y/4", 5, "must")


def test_a_table_has_a_column_of_votes(tmp_path: Path) -> None:
    text = "Key,Summary,Votes,Status\nSHOP-1,Dark mode,12,open\n\nSHOP-2,Gifts,,open\nSHOP-3,Old,9,done\n"
    assert [(each.key, each.votes) for each in of(tmp_path, text, "i.csv")] == [
        ("goals-csv SHOP-1", 12),
        ("goals-csv SHOP-2", None),
    ]


@pytest.mark.parametrize("reactions", [{"+1": -1}, {"+1": "many"}, {"+1": True}, [], {}])
def test_votes_that_are_no_count_say_nothing(tmp_path: Path, reactions: object) -> None:
    assert [each.votes for each in of(tmp_path, [github(reactions=reactions)])] == [None]


def test_what_is_done_and_pull_requests_are_left_out(tmp_path: Path) -> None:
    assert of(tmp_path, [github(state="closed"), github(number=13, pull_request={})]) == ()


@pytest.mark.parametrize("name", ["github-issues-rest.json", "github-issues-gh.json", "gitlab-issues-rest.json"])
def test_an_export_that_is_read_as_goals_is_read_as_issues(name: str) -> None:
    assert all(each.id and each.source == name for each in read_issues(DATA / name))


def test_where_nothing_is_open_there_is_no_issue(tmp_path: Path) -> None:
    assert of(tmp_path, "[]\n") == ()


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="it is junit; issues are read as github-issues"):
        of(tmp_path, "<testsuite/>", "r.xml")
    with pytest.raises(EvidenceError, match="there is no such file"):
        read_issues(tmp_path / "none.json")


def test_a_table_as_jira_writes_it_names_labels_twice_and_its_key_later(tmp_path: Path) -> None:
    head = "Summary,Issue key,Status,Priority,Labels,Labels,Votes"
    (found,) = of(tmp_path, f"{head}\nDark mode,AB-1,To Do,Highest,a,b,12\nGone,AB-2,Done,Low,,,3\n", "jira.csv")
    assert (found.id, found.title, found.votes) == ("AB-1", "Dark mode", 12)


def test_a_table_of_issues_may_state_severities(tmp_path: Path) -> None:
    (found,) = of(tmp_path, "id,title,severity\n1,Dark mode,high\n", "bugs.csv")
    assert (found.id, found.title) == ("1", "Dark mode")


def test_what_is_no_list_of_issues_is_told_with_what_is(tmp_path: Path) -> None:
    for content in ("hello", '{"data": []}'):
        with pytest.raises(EvidenceError, match=r"its content is no list of issues; issues are read as github-issues"):
            of(tmp_path, content)
