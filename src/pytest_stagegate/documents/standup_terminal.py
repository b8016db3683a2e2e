"""Two decisions compared, in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.terminal import Text
from pytest_stagegate.documents.wording import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.standup import StandupView
    from pytest_stagegate.documents.standup_parts import Item, Section

_SHOWN: Final = 10
"""Items of a section, where not all of them are asked for."""

_LONGEST: Final = 72
"""Characters of a name; what lies before the last of its folders goes first."""


def standup_lines(view: StandupView, columns: int, *, every: bool) -> Iterator[Text]:
    """Yield the lines.

    Args:
        view: The comparison.
        columns: Width of the terminal.
        every: Whether every item is shown, however many there are.
    """
    yield from (Text(line, view.style) for line in wrapped("", view.title, columns))
    for sentence in view.lines:
        yield from (Text(line) for line in wrapped("", sentence, columns))
    for section in view.sections:
        yield Text("")
        yield from section_lines(section, columns, every=every)


def section_lines(section: Section, columns: int, *, every: bool) -> Iterator[Text]:
    """Yield the lines of one section, as `standup_lines`."""
    yield from (Text(line, section.style) for line in wrapped("", section.sentence, columns))
    shown = section.items if every else section.items[:_SHOWN]
    for item in shown:
        yield from (Text(line) for line in wrapped("  - ", _told(item), columns))
    if len(shown) < len(section.items):
        yield Text(f"  … and {len(section.items) - len(shown)} more (--verbose shows them)")


def _told(item: Item) -> str:
    text = f": {item.text}" if item.text else ""
    return f"{_shortened(item.name)}{text}{f' ({item.owner})' if item.owner else ''}"


def _shortened(name: str) -> str:
    """Return a name that can be said: without its first folders and the middle of its parameters where it is long."""
    if len(name) <= _LONGEST:
        return name
    path, mark, rest = name.partition("::")
    folders = path.split("/")
    while len(folders) > 1 and len(path) + len(mark) + len(rest) > _LONGEST:
        folders = folders[1:]
        path = f"…/{'/'.join(folders)}"
    kept = f"{path}{mark}{rest}"
    half = _LONGEST // 2
    return kept if len(kept) <= _LONGEST else f"{kept[:half]}…{kept[1 - half :]}"
