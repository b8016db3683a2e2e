"""``review``: has somebody other than its author approved the change?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check

_NOT_TOLD: Final = {
    "author-unknown": ("author-not-stated", "nothing says who made the change, so nobody can be told from its author"),
    "commit-unknown": ("commit-not-stated", "nothing says which commit was approved, or which one is decided"),
}


class ReviewOptions(GateOptions, frozen=True):
    """Limits of the gate ``review``.

    Attributes:
        min_approvals: How many people other than the authors have to approve.
        max_changes_requested: How many words may ask for changes and not be taken back.
        any_commit: Whether approvals of other commits than the one that is decided count.
        trailers: Whether ``Reviewed-by:`` trailers of the commits count.
        count_bots: Whether approvals of programs count.
        bots: Further accounts of programs, which nothing else tells from people's.
    """

    min_approvals: Annotated[int, msgspec.Meta(ge=1)] = 1
    max_changes_requested: Count = 0
    any_commit: bool = False
    trailers: bool = True
    count_bots: bool = False
    bots: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance


@gate(
    name="review",
    title="Somebody other than its author has approved the change",
    stage="build",
    options=ReviewOptions,
    remedy="Let somebody who made no part of the change review this very commit, and export the reviews again.",
)
def review(reviews: Reviews, options: ReviewOptions) -> Iterator[Check]:
    """Checks how many people approve this very commit, and that nobody still asks for changes."""
    for sentence in reviews.cut:
        yield no_evidence("reviews", "reviews-cut-off", sentence)
    if not reviews.exports and not (options.trailers and reviews.rows):
        yield no_evidence("approvals", "review-missing", _nothing(reviews, options), unit="approvals")
        return
    yield _approvals(reviews, options)
    if reviews.exports:
        yield check("changes-requested", reviews.changes_requested, at_most=options.max_changes_requested)


def _nothing(reviews: Reviews, options: ReviewOptions) -> str:
    told = "no export of reviews is among the evidence"
    if not options.trailers:
        return told
    if isinstance(reviews.trailers, Absent):
        return f"{told}, and of Reviewed-by trailers nothing is known: {reviews.trailers.text}"
    return f"{told}, and no commit has a Reviewed-by trailer"


def _approvals(reviews: Reviews, options: ReviewOptions) -> Check:
    counted = {"any_commit": options.any_commit, "count_bots": options.count_bots, "bots": options.bots}
    measured = reviews.approvals(trailers=options.trailers, **counted)  # type: ignore[arg-type]
    made = check("approvals", measured, at_least=options.min_approvals)
    if made.verdict is Verdict.PASS:
        return made
    unsure = reviews.unsure(**counted)  # type: ignore[arg-type]
    if "other-commit" in unsure:
        text = f"{made.shown} of this commit, limit {made.limit_shown}; {made.where[0]}"
        return msgspec.structs.replace(made, verdict=Verdict.STALE, reason="other-commit", text=text)
    for against, (reason, text) in _NOT_TOLD.items():
        if against in unsure:
            return msgspec.structs.replace(made, verdict=Verdict.NO_EVIDENCE, reason=reason, text=text)
    return made
