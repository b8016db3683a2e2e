"""``report.md`` for places that take only so much: whole sections fall away, the verdict and the reasons never.

What is left out is said, and nothing is cut within a line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_SECTION: Final = re.compile(r"^(?=## )", re.MULTILINE)
VERIFY: Final = "Verify it yourself"
"""The section that says how; in each place what can be done there."""
_KEPT: Final = frozenset(
    {"What stops it", "What is missing", "What was accepted", "What was decided, and on what", VERIFY}
)
"""Sections that stay to the end; what they list is shortened before they go."""
_FALLING: Final = (
    "Evidence",
    "Environments",
    "Modules that could not be collected",
    "Requirements",
    "Manual tests",
    "Roadmap",
    "Goals",
    "All tests, counted",
    "Known issues",
    "Tests that did not plainly pass",
    "Supply chain",
    "Rollout",
    "Rollback",
    "Waivers",
    "Tests by stage and environment",
    "Gates",
    "Since the last release",
    "Sign-off",
    "Where each stage stands",
)
"""The last sections to go, in that order; all others, what is known of one matter alone, go before them."""
_ROWS: Final = (300, 100, 30, 10)
"""How many rows a table keeps, before whole sections go."""
_REASONS: Final = (10, 3, 1, 0)
"""How many reasons are kept when nothing else is left to go."""
_ROW: Final = ("1. ", "- ", "| ")
_BELOW: Final = "   "


class _Section(msgspec.Struct, frozen=True):
    """A heading with what stands below it; the first one of a text has none.

    Attributes:
        title: The heading.
        lines: All its lines, with the heading.
    """

    title: str
    lines: tuple[str, ...]


def fitted(text: str, takes: Callable[[str], bool], whole: str, least: str) -> str:
    """Return a report in Markdown that a place of limited size takes.

    First all long tables become shorter, then one section after the other goes, last the reasons become few.

    Args:
        text: The whole report.
        takes: Whether the place takes a text.
        whole: Where the whole of it stands, for people.
        least: What is left where not even the first lines fit.
    """
    if takes(text):
        return text
    whole_sections = [_section(part) for part in _SECTION.split(text)]
    for left in _rungs(whole_sections):
        made = _made(whole_sections, left, whole)
        if takes(made):
            return made
    return f"{least}\n\n{whole}\n"


def _rungs(sections: Sequence[_Section]) -> Iterator[dict[str, int | None]]:
    """Yield how many rows each section keeps, fewer each time; None for all of them, and a section without is gone."""
    titles = [each.title for each in sections[1:]]
    falling = _order(titles)
    left: dict[str, int | None] = dict.fromkeys(titles)
    for count in _ROWS:
        left = {title: count if title in falling else None for title in titles}
        yield left
    for title in falling:
        left = {each: count for each, count in left.items() if each != title}
        yield left
    for count in _REASONS:
        left = dict.fromkeys(left, count)
        yield left
    yield {}


def _section(part: str) -> _Section:
    lines = tuple(part.rstrip("\n").split("\n"))
    return _Section(lines[0].removeprefix("## ") if lines[0].startswith("## ") else "", lines)


def _order(titles: Sequence[str]) -> list[str]:
    falling = [title for title in titles if title not in _KEPT]
    others = [title for title in falling if title not in _FALLING]
    return [*reversed(others), *(title for title in _FALLING if title in falling)]


def _made(sections: Sequence[_Section], left: Mapping[str, int | None], whole: str) -> str:
    head, *others = sections
    kept, lost = [], []
    for section in others:
        if section.title not in left:
            lost.append(f"“{section.title}”")
            continue
        lines, gone = _few(section.lines, left[section.title])
        kept.append("\n".join(lines).rstrip("\n") + "\n")
        lost += [f"{gone} {'row' if gone == 1 else 'rows'} of “{section.title}”"] if gone else []
    said = f"**Left out here, for want of room:** {', '.join(lost)}. {whole}\n"
    return "\n".join(["\n".join(head.lines).rstrip("\n") + "\n", said, *kept])


def _few(lines: Sequence[str], count: int | None) -> tuple[Sequence[str], int]:
    """Return lines with at most so many rows of their table, or items of their list, and how many rows went."""
    table = next((at for at, line in enumerate(lines) if line.startswith("|---")), -1)
    rows = [at for at, line in enumerate(lines) if at > table and line.startswith(_ROW)]
    if count is None or len(rows) <= count:
        return lines, 0
    end = rows[-1] + 1
    while end < len(lines) and lines[end].startswith(_BELOW):
        end += 1
    return [*lines[: rows[count]], *lines[end:]], len(rows) - count
