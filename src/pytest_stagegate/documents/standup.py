"""What differs between two decisions, in words that a team reads aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.documents.signs import WORDS
from pytest_stagegate.documents.standup_gates import gate_sections
from pytest_stagegate.documents.standup_people import acting_sections, manual_sections, plan_sections, waiver_sections
from pytest_stagegate.documents.standup_tests import result_sections
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.standup_parts import Section
    from pytest_stagegate.model.comparison import Comparison, Side


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
            *result_sections(found),
            *gate_sections(found),
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
    if found.before.policy_sha256 != found.now.policy_sha256:
        yield "The policy is another one than before."
    if found.appeared:
        yield "1 test is new." if found.appeared == 1 else f"{found.appeared} tests are new."
    if not found.changed:
        yield "Nothing changed."


def _side(side: Side) -> str:
    commit = f"commit {short(side.commit)}" if side.commit else "commit unknown"
    day, _, time = side.as_of.partition("T")
    return ", ".join(part for part in (f"{day} {time[:5]} UTC", side.version or "", commit) if part)
