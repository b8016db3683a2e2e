"""Worse evidence never moves the gate review up."""

from __future__ import annotations

from typing import Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.reviews import CommitPeople, Person, Review, ReviewExport, TrailersData
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.review import review
from tests.unit.fakes import SUBJECT, evidence_of, judged

NAMES: Final = ("dana", "erin", "frank", "ci[bot]", "")
ANSWERS: Final = ("approved", "changes-requested", "dismissed", "commented")
HEAD: Final = "c" * 40
LOW: Final = (Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR)
PEOPLE: Final = st.builds(Person, st.sampled_from(NAMES), st.sampled_from(["d@x.org", "e@x.org", "f@x.org", ""]))
SAID: Final = st.builds(
    Review, st.sampled_from(NAMES), st.sampled_from(ANSWERS), st.sampled_from([HEAD, "0" * 40, None])
)
EXPORTS: Final = st.lists(
    st.builds(
        lambda said, authors, host: ReviewExport(host=host, authors=authors, reviews=tuple(said), head=HEAD, file="a"),
        st.lists(SAID, max_size=5),
        st.sampled_from([("dana",), ("dana", "erin"), None]),
        st.sampled_from(["github", "gitlab"]),
    ),
    max_size=2,
)
COMMITS: Final = st.lists(
    st.builds(
        lambda number, authors, reviewers: CommitPeople(
            commit=f"{number:040x}", authors=tuple(authors), reviewers=tuple(reviewers)
        ),
        st.integers(0, 9),
        st.lists(PEOPLE, min_size=1, max_size=2),
        st.lists(PEOPLE, max_size=3),
    ),
    min_size=1,
    max_size=3,
)
LEAST: Final = st.integers(1, 2)


def low(exports: list[ReviewExport], commits: list[CommitPeople], least: int) -> bool:
    found = TrailersData(tip=HEAD, since="main", commits=tuple(commits))
    subject = msgspec.structs.replace(SUBJECT, commit=HEAD)
    evidence: Evidence = replace(evidence_of(), reviews=tuple(exports), trailers=found, subject=subject)
    return judged(review, evidence, min_approvals=least).verdict in LOW


@given(EXPORTS, COMMITS, LEAST, st.sampled_from(NAMES), st.sampled_from(ANSWERS[1:]))
def test_a_further_word_that_approves_nothing_helps_nobody(
    exports: list[ReviewExport], commits: list[CommitPeople], least: int, person: str, answer: str
) -> None:
    # An answer that takes a request for changes back is no worse evidence.
    before = [
        replace(each, reviews=tuple(said for said in each.reviews or () if said.answer != "changes-requested"))
        for each in exports
    ]
    worse = [replace(each, reviews=(*(each.reviews or ()), Review(person, answer, HEAD))) for each in before]
    assert low(worse, commits, least) or not low(before, commits, least)


@given(EXPORTS, COMMITS, LEAST)
def test_approvals_of_another_commit_or_by_authors_help_nobody(
    exports: list[ReviewExport], commits: list[CommitPeople], least: int
) -> None:
    if low(exports, commits, least):
        old = [
            replace(each, reviews=tuple(said._replace(commit="0" * 40) for said in each.reviews or ()))
            for each in exports
        ]
        own = [replace(each, authors=None if each.authors is None else NAMES) for each in exports]
        assert low(old, commits, least)
        assert low(own, commits, least)


@given(EXPORTS, COMMITS, LEAST, PEOPLE, st.integers(0, 2))
def test_a_further_author_and_a_further_commit_help_nobody(
    exports: list[ReviewExport], commits: list[CommitPeople], least: int, person: Person, at: int
) -> None:
    with_author = [
        msgspec.structs.replace(each, authors=(*each.authors, person)) if number == at else each
        for number, each in enumerate(commits)
    ]
    further = [*commits, CommitPeople(commit="f" * 40, authors=(person,))]
    exports = [each for each in exports if each.authors is not None]
    for worse in (with_author, further):
        assert low(exports, worse, least) or not low(exports, commits, least)


@given(EXPORTS, COMMITS, LEAST)
def test_more_that_is_asked_for_is_met_no_sooner(
    exports: list[ReviewExport], commits: list[CommitPeople], least: int
) -> None:
    assert low(exports, commits, least + 1) or not low(exports, commits, least)
