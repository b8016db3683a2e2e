"""A table under a heading, as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN: Final = 100


class TableView(msgspec.Struct, frozen=True):
    """A table of what is known of one matter.

    Attributes:
        id: Names the section in the page.
        title: Its heading.
        caption: What the rows are, a sentence.
        head: Column heads.
        rows: At most 100 rows.
        more: A sentence when there are more; empty otherwise.
    """

    id: str
    title: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str


def table(
    named: tuple[str, str, str], head: tuple[str, ...], rows: Sequence[tuple[str, ...]], omitted: int = 0
) -> TableView:
    """Return a table.

    Args:
        named: Its id, its heading, and what its rows are.
        head: Column heads.
        rows: The rows; an empty cell becomes a dash.
        omitted: How many rows more the evidence has.
    """
    more = max(0, len(rows) - _SHOWN) + omitted
    cells = tuple(tuple(clean(cell) or "–" for cell in row) for row in rows[:_SHOWN])
    where = "in the evidence" if omitted else "in decision.json"
    return TableView(*named, head, cells, f"{plural(more, 'more row')} {where}." if more else "")
