from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.reviews import CommitPeople, Person, Review, ReviewExport, TrailersData
from pytest_stagegate.model.verdicts import GateResult, OnMissing
from pytest_stagegate.stock.review import review
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged, verdicts

HEAD: Final = "c" * 40
OLD: Final = "0" * 40
DANA: Final = Person("Dana", "dana@example.org")
ERIN: Final = Person("Erin", "erin@example.org")
FRANK: Final = Person("Frank", "frank@example.org")


def said(person: str = "erin", answer: str = "approved", commit: str | None = HEAD, **more: Any) -> Review:
    return Review(person, answer, commit, **more)


def export(*reviews: Review, **more: Any) -> ReviewExport:
    values = {"host": "github", "authors": ("dana",), "head": HEAD, "file": "pr.json", "request": "pulls/1"} | more
    return ReviewExport(reviews=reviews, **values)


def commit(*reviewers: Person, by: tuple[Person, ...] = (DANA,), name: str = HEAD) -> CommitPeople:
    return CommitPeople(commit=name, authors=by, reviewers=reviewers)


def trailers(*commits: CommitPeople, merge: CommitPeople | None = None, tip: str = HEAD) -> TrailersData:
    return TrailersData(tip=tip, since="main", commits=commits, merge=merge)


def ask(
    *exports: ReviewExport,
    git: TrailersData | Absent | None = None,
    decided: str | None = HEAD,
    on_missing: OnMissing = OnMissing.HOLD,
    **options: Any,
) -> GateResult:
    subject = msgspec.structs.replace(SUBJECT, commit=decided)
    evidence = replace(evidence_of(), reviews=exports, trailers=git, subject=subject)
    return judged(review, evidence, on_missing=on_missing, **options)


def reason_of(result: GateResult) -> tuple[str, str]:
    return result.verdict.value, result.reason


# ---- exports


def test_an_approval_of_the_commit_by_somebody_else_passes() -> None:
    assert verdicts(ask(export(said()))) == {"approvals": "PASS", "changes-requested": "PASS"}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (said("dana"), "dana: made a part of it"),
        (said("DANA"), "DANA: made a part of it"),
        (said("ci[bot]"), "ci[bot]: is no person"),
        (said("checker", bot=True), "checker: is no person"),
        (said("github-actions"), "github-actions: is no person"),
        (said("project_7_bot_4ffca"), "project_7_bot_4ffca: is no person"),
        (said(""), "an account that is gone: can't be told from others"),
    ],
)
def test_who_is_no_reviewer_is_told_with_the_reason(entry: Review, why: str) -> None:
    result = ask(export(entry))
    assert (*reason_of(result), check_of(result, "approvals").where) == ("FAIL", "limit-not-met", (why,))


@pytest.mark.parametrize("later", ["changes-requested", "dismissed"])
def test_a_later_word_of_the_same_person_replaces_an_approval(later: str) -> None:
    result = ask(export(said(), said("Erin", later)))
    assert check_of(result, "approvals").where == ("erin: has said something else since",)


@pytest.mark.parametrize("later", ["changes-requested", "dismissed"])
@pytest.mark.parametrize("when", ["2026-11-27T10:00:00Z", "2026-11-27T10:00:01Z"])
def test_an_earlier_export_does_not_bring_an_approval_back(later: str, when: str) -> None:
    old = export(said(at="2026-11-27T10:00:00Z"), file="old.json")
    new = export(said(answer=later, at=when), file="new.json")
    assert [ask(*files).verdict for files in ((old,), (old, new), (new,))] == ["PASS", "FAIL", "FAIL"]


def test_who_asked_for_changes_in_an_earlier_export_and_approves_in_a_later_one_approves() -> None:
    old = export(said(answer="changes-requested", at="2026-11-27T10:00:00Z"), file="old.json")
    new = export(said(at="2026-11-27T11:00:00Z"), file="new.json")
    assert ask(old, new).verdict == "PASS"
    assert ask(old, replace(new, request="pulls/2")).verdict == "FAIL"


def test_a_comment_takes_nothing_back_and_approves_nothing() -> None:
    assert ask(export(said(), said(answer="commented"))).verdict == "PASS"
    assert ask(export(said(answer="commented"))).verdict == "FAIL"


def test_an_approval_of_another_commit_is_stale_unless_the_policy_takes_it() -> None:
    result = ask(export(said(commit=OLD)))
    assert reason_of(result) == ("STALE", "other-commit")
    assert "erin: approved commit 000000000000" in result.summary
    assert ask(export(said(commit=OLD)), any_commit=True).verdict == "PASS"


def test_a_request_stands_for_the_merges_that_were_made_of_it() -> None:
    merge = "d" * 40
    assert ask(export(said(), merged=(merge,)), decided=merge).verdict == "PASS"
    assert reason_of(ask(export(said(commit=OLD), merged=(merge,)), decided=merge)) == ("STALE", "other-commit")


@pytest.mark.parametrize(("entry", "decided"), [(said(commit=None), HEAD), (said(), None)])
def test_an_approval_of_an_unknown_commit_is_no_evidence(entry: Review, decided: str | None) -> None:
    result = ask(export(entry), decided=decided, on_missing=OnMissing.SKIP)
    assert reason_of(result) == ("NO_EVIDENCE", "commit-not-stated")


def test_without_an_author_nobody_can_be_told_from_one() -> None:
    result = ask(export(said(), authors=None), on_missing=OnMissing.SKIP)
    assert reason_of(result) == ("NO_EVIDENCE", "author-not-stated")


def test_the_author_may_stand_in_another_file_of_the_same_request() -> None:
    pull = ReviewExport(host="github", request="pulls/1", authors=("dana",), head=HEAD, file="pull.json")
    assert ask(export(said(), authors=None), pull).verdict == "PASS"
    assert ask(export(said("dana"), authors=None), pull).verdict == "FAIL"
    assert ask(export(said(), authors=None), replace(pull, request="pulls/2")).reason == "author-not-stated"


def test_git_tells_the_authors_where_their_addresses_name_accounts() -> None:
    hidden = Person("D", "12+dana@users.noreply.github.com")
    found = trailers(commit(by=(hidden,)))
    assert ask(export(said(), authors=None), git=found).verdict == "PASS"
    assert ask(export(said("dana"), authors=None), git=found).verdict == "FAIL"
    assert ask(export(said("dana"), authors=("gil",)), git=found).verdict == "FAIL"


def test_approvals_on_gitlab_are_of_the_last_commit_of_the_request() -> None:
    request = ReviewExport(host="gitlab", request="1!2", authors=("dana",), head=HEAD, file="mr.json")
    listed = ReviewExport(host="gitlab", request="1!2", reviews=(said(commit=None, name="Erin"),), file="a.json")
    assert ask(listed, request).verdict == "PASS"
    assert reason_of(ask(listed, replace(request, head=OLD))) == ("STALE", "other-commit")
    assert ask(listed, request, git=trailers(commit(by=(ERIN,)))).verdict == "FAIL"
    # GitLab's free edition does not say which request it is.
    assert ask(replace(listed, request=""), request).verdict == "PASS"


def test_two_approvals_of_one_account_are_one() -> None:
    assert check_of(ask(export(said(), said(), said("ERIN")), min_approvals=2), "approvals").measured == 1


def test_accounts_and_addresses_are_not_added_up() -> None:
    result = ask(export(said()), git=trailers(commit(FRANK)), min_approvals=2)
    assert (result.verdict, check_of(result, "approvals").measured) == ("FAIL", 1)


@pytest.mark.parametrize("commit_", [HEAD, OLD])
def test_changes_that_somebody_still_asks_for_fail(commit_: str) -> None:
    result = ask(export(said(), said("frank", "changes-requested", commit_)))
    assert check_of(result, "changes-requested").where == ("frank in pr.json",)
    assert result.verdict == "FAIL"


def test_a_list_that_may_not_be_whole_is_no_evidence() -> None:
    result = ask(export(said(), cut="its last page is full"), on_missing=OnMissing.SKIP)
    assert reason_of(result) == ("NO_EVIDENCE", "reviews-cut-off")


def test_a_list_without_an_approval_fails() -> None:
    assert reason_of(ask(export())) == ("FAIL", "limit-not-met")


# ---- trailers


def test_a_reviewer_whom_the_commit_names_passes() -> None:
    assert verdicts(ask(git=trailers(commit(ERIN)))) == {"approvals": "PASS"}


@pytest.mark.parametrize(
    "reviewer",
    [
        DANA,
        Person("Somebody", "DANA@Example.ORG"),
        Person("dana", "private@example.net"),
        Person("\uff24\uff41\uff4e\uff41", "private@example.net"),
        Person("erin", ""),
        Person("renovate[bot]", "bot@example.org"),
    ],
)
def test_authors_programs_and_names_without_an_address_review_nothing(reviewer: Person) -> None:
    assert ask(git=trailers(commit(reviewer))).verdict == "FAIL"


def test_every_commit_has_to_be_reviewed() -> None:
    result = ask(git=trailers(commit(ERIN), commit(name=OLD)))
    assert (result.verdict, check_of(result, "approvals").where) == (
        "FAIL",
        ("commit 000000000000: reviewed by nobody else",),
    )
    assert ask(git=trailers(commit(ERIN), commit(FRANK, name=OLD))).verdict == "PASS"


def test_authors_may_review_each_other() -> None:
    both = trailers(commit(ERIN), commit(DANA, by=(ERIN,), name=OLD))
    assert ask(git=both).verdict == "PASS"


def test_who_reviewed_a_merge_has_reviewed_all_of_it_but_no_author_has() -> None:
    merged = commit(name=OLD)
    assert ask(git=trailers(merged, merge=commit(FRANK, by=(ERIN,)))).verdict == "PASS"
    assert ask(git=trailers(merged, merge=commit(DANA, by=(ERIN,)))).verdict == "FAIL"


def test_two_trailers_that_share_a_name_or_an_address_are_of_one_person() -> None:
    same = (ERIN, Person("Erin", "e@example.net"), Person("E.", "E@example.net"))
    assert check_of(ask(git=trailers(commit(*same)), min_approvals=2), "approvals").measured == 1


def test_trailers_of_another_commit_than_the_decided_one_prove_nothing() -> None:
    result = ask(git=trailers(commit(ERIN), tip=OLD))
    assert reason_of(result) == ("NO_EVIDENCE", "review-missing")
    assert "git was asked about commit 000000000000" in result.summary


def test_trailers_can_be_left_out_of_account() -> None:
    assert reason_of(ask(git=trailers(commit(ERIN)), trailers=False)) == ("NO_EVIDENCE", "review-missing")
    assert ask(export(), git=trailers(commit(ERIN)), trailers=False).verdict == "FAIL"


def test_nothing_to_read_is_no_evidence_and_says_why() -> None:
    nothing = "no export of reviews is among the evidence, and of Reviewed-by trailers nothing is known: there is none"
    assert ask(git=Absent("no-repository", "there is none")).summary == f"approvals: {nothing}"
    assert reason_of(ask(git=trailers(commit()))) == ("NO_EVIDENCE", "review-missing")
    assert reason_of(ask()) == ("NO_EVIDENCE", "review-missing")


def test_programs_count_where_the_policy_says_so() -> None:
    assert ask(export(said("ci[bot]")), count_bots=True).verdict == "PASS"
    assert ask(export(said("coderabbitai")), bots=["CodeRabbitAI"]).verdict == "FAIL"
