"""What is worse and what is better than in another decision, as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.counts import COUNTED
from pytest_stagegate.documents.signs import WORDS, named
from pytest_stagegate.documents.standup import standup_view
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.standup_parts import Section
    from pytest_stagegate.model.comparison import Comparison, Side

_GROUPS: Final = {
    "worse": ("What is worse", ("no-go", "hold"), "no-go"),
    "better": ("What is better", ("go",), "go"),
    "otherwise": ("What is otherwise", ("conditional", "waived", ""), "quiet"),
}
_STANDING: Final = "standing", "What is as before", "quiet"
"""Names the heading; the heading, the style classes of what belongs there, and its own."""


class CompareGroup(msgspec.Struct, frozen=True):
    """What went one way.

    Attributes:
        id: Names the heading.
        title: Which way.
        style: Style class.
        sections: What there is to tell.
    """

    id: str
    title: str
    style: str
    sections: tuple[Section, ...]


class CompareView(msgspec.Struct, frozen=True):
    """A comparison as finished strings.

    Attributes:
        title: What is compared.
        word: The decision now; its sign and its style class follow.
        sign: A sign that tells the words apart without colour.
        style: Style class.
        lines: What has to be known of the two decisions.
        head: Column heads of the facts.
        facts: What each of the two is, and how many tests it counts.
        groups: What is worse, better, otherwise and as before; one without anything is left out.
    """

    title: str
    word: str
    sign: str
    style: str
    lines: tuple[str, ...]
    head: tuple[str, str, str]
    facts: tuple[tuple[str, str, str], ...]
    groups: tuple[CompareGroup, ...]


def compare_view(found: Comparison) -> CompareView:
    """Return a comparison as finished strings."""
    told = standup_view(found)
    word, sign, style = WORDS[found.now.decision]
    where = f" against {found.environment}" if found.environment else ""
    moved = [each for each in told.sections if not each.standing]
    groups = (
        *(
            CompareGroup(id, title, own, tuple(each for each in moved if each.style in styles))
            for id, (title, styles, own) in _GROUPS.items()
        ),
        CompareGroup(*_STANDING, tuple(each for each in told.sections if each.standing)),
    )
    return CompareView(
        title=clean(f"{found.project} at {found.stage}{where}"),
        word=word,
        sign=sign,
        style=style,
        lines=told.lines,
        head=("", "before", "now"),
        facts=tuple(_facts(found.before, found.now)),
        groups=tuple(each for each in groups if each.sections),
    )


def _facts(before: Side, now: Side) -> Iterator[tuple[str, str, str]]:
    for label, *values in (
        ("decision", *(named(each.decision, provisional=bool(each.provisional)) for each in (before, now))),
        ("version", before.version or "not stated", now.version or "not stated"),
        ("commit", before.commit or "unknown", now.commit or "unknown"),
        ("decided as of", before.as_of, now.as_of),
        ("policy", f"sha256 {before.policy_sha256}", f"sha256 {now.policy_sha256}"),
        *((name, str(getattr(before.tests, name)), str(getattr(now.tests, name))) for name in COUNTED),
    ):
        yield clean(label), clean(values[0]), clean(values[1])
