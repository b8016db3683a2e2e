"""Who reviewed the change, as finished strings: what each person said, and why it does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.reviews import ReviewRow

_SHOWN: Final = 200
_HEAD: Final = ("person", "answer", "commit", "at", "source", "against it")
_AGAINST: Final = {
    "author": "made a part of the change",
    "author-unknown": "nobody knows who made the change",
    "bot": "a program",
    "commit-unknown": "its commit is not known",
    "nobody": "can't be told from others",
    "other-commit": "of another commit",
    "replaced": "replaced by a later word",
}


class ReviewsView(msgspec.Struct, frozen=True):
    """What people said of the change.

    Attributes:
        head: Column heads.
        rows: At most 200 rows, one for each word.
        more: A sentence when there are more; empty otherwise.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str


def reviews_view(rows: Sequence[ReviewRow]) -> ReviewsView:
    """Return the reviews as finished strings."""
    more = len(rows) - _SHOWN
    return ReviewsView(
        head=_HEAD,
        rows=tuple(map(_row, rows[:_SHOWN])),
        more=f"{plural(more, 'more review')} in decision.json." if more > 0 else "",
    )


def _row(row: ReviewRow) -> tuple[str, ...]:
    source = "Reviewed-by in the commit" if row.via == "trailer" else row.source
    against = ", ".join(_AGAINST[each] for each in row.against)
    cells = (row.person, row.answer, short(row.commit) or "not stated", row.at or "not stated", source, against or "–")
    return tuple(clean(each) for each in cells)
