"""What differs between two decisions, in words that a team reads aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.signs import WORDS
from pytest_stagegate.documents.standup_gates import gate_sections
from pytest_stagegate.documents.standup_people import acting_sections, manual_sections, plan_sections, waiver_sections
from pytest_stagegate.documents.standup_tests import Modules, result_sections
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.documents.standup_parts import Section
    from pytest_stagegate.model.comparison import Comparison, Side

_NOTES: Final = 3
"""Reasons why a run is not whole that are told; of others it says how many there are."""


class StandupView(msgspec.Struct, frozen=True):
    """A comparison as finished strings.

    Attributes:
        title: The decision now and before.
        style: Style class of the decision now.
        lines: Which decisions these are, and what has to be known of them.
        sections: What there is to tell, in the order in which people are told.
    """

    title: str
    style: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]


def standup_view(found: Comparison) -> StandupView:
    """Return a comparison as finished strings."""
    word, sign, style = WORDS[found.now.decision]
    where = f" against {found.environment}" if found.environment else ""
    past = "as before" if found.before.decision is found.now.decision else f"before {WORDS[found.before.decision][0]}"
    return StandupView(
        title=clean(f"{sign} {found.project} at {found.stage}{where}: {word}, {past}"),
        style=style,
        lines=tuple(map(clean, _lines(found))),
        sections=(
            *result_sections(found, Modules.of(found)),
            *gate_sections(found, found.environment),
            *plan_sections(found),
            *waiver_sections(found),
            *manual_sections(found),
            *acting_sections(found),
        ),
    )


def _lines(found: Comparison) -> Iterator[str]:
    yield f"Now: {_side(found.now)}. Before: {_side(found.before)}."
    for name, side in (("This decision", found.now), ("The decision before", found.before)):
        if side.provisional:
            yield f"{name} is provisional. {' '.join(note.text for note in side.provisional)}"
        if side.incomplete:
            yield f"{name} is about a run that is not whole. {_first(note.text for note in side.incomplete)}"
    if found.before.policy_sha256 != found.now.policy_sha256:
        yield "The policy is another one than before."
    if found.appeared:
        yield "1 test is new." if found.appeared == 1 else f"{found.appeared} tests are new."
    if not found.changed:
        yield "Nothing changed."


def _first(texts: Iterable[str]) -> str:
    told = list(texts)
    more = [f"And {len(told) - _NOTES} more."] if len(told) > _NOTES else []
    return " ".join([*told[:_NOTES], *more])


def _side(side: Side) -> str:
    commit = f"commit {short(side.commit)}" if side.commit else "commit unknown"
    day, _, time = side.as_of.partition("T")
    return ", ".join(part for part in (f"{day} {time[:5]} UTC", side.version or "", commit) if part)
