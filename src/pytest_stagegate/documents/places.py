"""Files and lines that a decision names, for systems that show them beside the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.reasons import BlockerView
    from pytest_stagegate.documents.view import View

_PLACE: Final = re.compile(
    r"(?P<path>(?!/)(?![A-Za-z]:)[^\s:\\]+\.[A-Za-z]\w{0,7})(?::(?P<line>\d{1,7})(?:-\d+)?)?(?:$|:)"
)


class Named(msgspec.Struct, frozen=True):
    """One reason at one place.

    Attributes:
        blocker: The reason.
        place: The place as the gate gives it; empty for the reason as a whole.
        path: Its file, relative to the root; empty where it names none.
        line: Its line; 1 where none is told.
    """

    blocker: BlockerView
    place: str
    path: str
    line: int


def named(view: View) -> tuple[Named, ...]:
    """Return every reason, then their places that are files."""
    reasons = (Named(blocker, "", "", 1) for blocker in view.blockers)
    return (*reasons, *(each for blocker in view.blockers for each in _places(view, blocker)))


def path_in(place: str) -> str:
    """Return the file that a place names, relative to the root; empty where it names none."""
    found = _PLACE.match(place)
    return found["path"] if found is not None and ".." not in found["path"].split("/") else ""


def _places(view: View, blocker: BlockerView) -> Iterator[Named]:
    gate = next((each for each in view.gates if each.anchor == blocker.anchor), None)
    for place in gate.where if gate is not None else ():
        found = _PLACE.match(place)
        if found is not None and path_in(place):
            yield Named(blocker, place, found["path"], max(1, int(found["line"] or 1)))
