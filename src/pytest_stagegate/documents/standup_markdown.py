"""Two decisions compared, as Markdown for a channel, an issue or a page; what has no room is counted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.room import SINKS
from pytest_stagegate.documents.templating import markdown_code, markdown_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_stagegate.documents.standup import StandupView
    from pytest_stagegate.documents.standup_parts import Item, Section

_ROOM: Final = SINKS["comment"]
_STEPS: Final = (10_000, 1000, 300, 100, 30, 10, 3, 0)
"""Items of each section; the first number with which all fits is taken."""


def standup_markdown(view: StandupView) -> bytes:
    """Return the whole comparison where it fits into a comment, else as many items of each section as do."""
    return with_room(partial(_lines, view), view.sections)


def with_room(lines: Callable[[int], Iterable[str]], sections: Sequence[Section]) -> bytes:
    """Return a text that a comment takes; where not even one without items fits, that one.

    Args:
        lines: Returns the lines with as many items of each section as are asked for.
        sections: All of its sections.
    """
    longest = max((len(section.items) for section in sections), default=0)
    text = ""
    for most in (longest, *(step for step in _STEPS if step < longest)):
        text = "\n".join(lines(most)) + "\n"
        if _ROOM.takes(text):
            break
    return text.encode()


def _lines(view: StandupView, most: int) -> Iterator[str]:
    yield f"# {markdown_text(view.title)}"
    for sentence in view.lines:
        yield ""
        yield markdown_text(sentence)
    for section in view.sections:
        yield ""
        yield f"## {markdown_text(section.sentence)}"
        yield ""
        yield from section_items(section, most)


def section_items(section: Section, most: int) -> Iterator[str]:
    """Yield the items of a section in Markdown, a line each, and how many more there are than are asked for."""
    yield from map(_item, section.items[:most])
    left = len(section.items) - most
    if left > 0:
        yield f"- … and {left} more, for which there is no room here"


def _item(item: Item) -> str:
    text = f": {markdown_text(item.text)}" if item.text else ""
    owner = f" ({markdown_text(item.owner)})" if item.owner else ""
    return f"- {markdown_code(item.name)}{text}{owner}"
