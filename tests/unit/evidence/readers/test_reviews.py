from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.reviews import Review, ReviewExport

DATA: Final = Path(__file__).parents[3] / "data" / "reviews"
HEAD: Final = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
MERGE: Final = "e5bd3914e2e596debea16f433f57875b5b90bcd6"


def export_of(path: Path, format_: str = "") -> ReviewExport:
    found = read_file(path, path.parent, format_ or detect(path)).reviews
    assert found is not None
    return found


def written(folder: Path, content: Any) -> Path:
    path = folder / "reviews.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def said(number: int = 1, **more: Any) -> dict[str, Any]:
    user = {"login": "erin", "type": "User"}
    return {"id": number, "user": user, "state": "APPROVED", "commit_id": HEAD, "pull_request_url": "u/pulls/1"} | more


def test_gh_says_all_of_a_pull_request_in_one_file() -> None:
    export = export_of(DATA / "gh-pr-view.json")
    assert (export.authors, export.head, export.merged) == (("dana", "gil"), HEAD, (MERGE,))
    assert export.reviews is not None
    assert export.reviews[3] == Review("erin", "approved", HEAD, "2026-11-21T08:30:00Z")


def test_the_list_and_the_pull_request_of_the_rest_api_name_the_same_request() -> None:
    listed, pull = (export_of(DATA / f"github-{each}-rest.json") for each in ("reviews", "pull"))
    assert listed.request == pull.request != ""
    assert (listed.authors, pull.authors, pull.head, pull.reviews) == (None, ("dana",), HEAD, None)
    assert [each.bot for each in listed.reviews or ()] == [False, False, True, False, False]


def test_gitlab_says_who_approves_and_of_which_request() -> None:
    listed, request = (export_of(DATA / f"gitlab-{each}-rest.json") for each in ("approvals", "merge-request"))
    assert listed.request == request.request == "1!12"
    assert next((each.person, each.name, each.commit) for each in listed.reviews or ()) == ("erin", "Erin", None)
    assert (request.authors, request.head, request.reviews) == (("dana",), HEAD, None)


def test_gitlab_says_that_changes_are_asked_for_and_not_by_whom(tmp_path: Path) -> None:
    whole = json.loads((DATA / "gitlab-merge-request-rest.json").read_text())
    export = export_of(written(tmp_path, whole | {"detailed_merge_status": "requested_changes"}))
    assert export.reviews == (Review("", "changes-requested"),)


def test_pages_that_gh_puts_into_one_list_are_one_list(tmp_path: Path) -> None:
    assert len(export_of(written(tmp_path, [[said(1)], [said(2)]])).reviews or ()) == 2


def test_reviews_stand_in_the_order_of_time_and_one_without_a_time_where_it_is(tmp_path: Path) -> None:
    times = ("2026-01-03T00:00:00Z", None, "2026-01-01T00:00:00Z")
    listed = [said(user={"login": str(number)}, submitted_at=at) for number, at in enumerate(times)]
    assert [each.person for each in export_of(written(tmp_path, listed)).reviews or ()] == ["2", "0", "1"]


def test_a_review_that_was_not_sent_yet_says_nothing(tmp_path: Path) -> None:
    assert export_of(written(tmp_path, [said(state="PENDING")])).reviews == ()


@pytest.mark.parametrize("count", [30, 100])
def test_a_full_page_may_be_followed_by_another(tmp_path: Path, count: int) -> None:
    assert f"full with {count} reviews" in export_of(written(tmp_path, [said(n) for n in range(count)])).cut


def test_a_hundred_commits_may_not_be_all(tmp_path: Path) -> None:
    whole = json.loads((DATA / "gh-pr-view.json").read_text())
    export = export_of(written(tmp_path, whole | {"commits": whole["commits"] * 50}))
    assert "no more than 100 commits" in export.cut


def test_reviews_that_gh_lists_without_their_commit_have_none(tmp_path: Path) -> None:
    entry = {"author": {"login": "erin"}, "state": "APPROVED", "commit": {"oid": ""}, "submittedAt": None}
    export = export_of(written(tmp_path, {"author": {"login": "dana", "is_bot": False}, "latestReviews": [entry]}))
    assert export.reviews == (Review("erin", "approved"),)


@pytest.mark.parametrize(
    ("content", "format_", "told"),
    [
        ("[]", "github-reviews", None),
        ([said(state="LGTM")], "github-reviews", "review 1 has the state 'LGTM'; known: APPROVED"),
        ([said(state=["APPROVED"])], "github-reviews", "review 1 has the state"),
        ([said(), said(pull_request_url="u/pulls/2")], "github-reviews", "reviews of several pull requests"),
        ([said(), 3], "github-reviews", "review 2 of the list is no object"),
        ({"author": {"login": "dana"}}, "github-reviews", "no list of reviews; ask gh for the field reviews"),
        ({"diff_url": "", "patch_url": "", "user": None}, "github-reviews", "has no user.login or no head.sha"),
        ("{", "github-reviews", "this is no well-formed JSON"),
        ({"approved_by": {}}, "gitlab-approvals", "approved_by is no list"),
        ({"approved_by": [3]}, "gitlab-approvals", "approval 1 has no user"),
        ({"iid": 1}, "gitlab-approvals", "neither approved_by, nor an author and a sha"),
        ("[]", "gitlab-approvals", "this is no export of GitLab's approvals"),
    ],
)
def test_what_is_no_export_is_refused_with_file_and_place(
    tmp_path: Path, content: Any, format_: str, told: str | None
) -> None:
    path = written(tmp_path, content)
    if told is None:
        assert export_of(path, format_).reviews == ()
        return
    with pytest.raises(EvidenceError, match=r"reviews\.json") as refused:
        export_of(path, format_)
    assert told in str(refused.value)
