"""Lists under headings, in Markdown or reStructuredText: how changelogs and fragments of scriv are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK: Final = re.compile(r" {0,3}\[[^\]]+\]:\s*\S+.*")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING: Final = re.compile(r"(?P<marks>#{1,6})\s+(?P<title>.*?)\s*#*\s*")
_UNDERLINE: Final = re.compile(r"([=\-~^\"'+*.`:#_])\1{2,}\s*")
_ITEM: Final = re.compile(r"(?P<indent> {0,3})[-*+]\s+(?P<text>\S.*)")
_FENCE: Final = re.compile(r"\s*(?:```|~~~)")


class Heading(NamedTuple):
    """A heading; the level is 1 for the highest."""

    level: int
    title: str


class Item(NamedTuple):
    """An item of a list, or a paragraph, with what is indented below it."""

    text: str
    body: str


def headed(text: str, *, rst: bool = False) -> Iterator[Heading | Item]:
    """Yield headings and items of a text, in order; comments are passed over."""
    held: list[str] = []
    for line in (_plain_rst(text) if rst else _COMMENT.sub("", text)).splitlines():
        fenced = sum(bool(_FENCE.match(each)) for each in held) % 2 == 1
        if not fenced and _LINK.fullmatch(line):
            continue
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading is not None or (not fenced and _opens(line, held)):
            yield from _item(held)
            held = []
        if heading is not None:
            yield Heading(len(heading["marks"]), heading["title"])
        elif line.strip() or held:
            if not fenced and held and held[-1].strip() and _ITEM.fullmatch(line) and _ITEM.fullmatch(held[0]):
                # A list below an item is not a part of its first sentence.
                held.append("")
            held.append(line)
    yield from _item(held)


def _opens(line: str, held: list[str]) -> bool:
    """Return whether a line begins an item, and none of a list below the one that is open."""
    found = _ITEM.fullmatch(line)
    if found is None:
        return False
    above = _ITEM.fullmatch(held[0]) if held else None
    return above is None or len(found["indent"]) < above.start("text")


def _item(lines: list[str]) -> Iterator[Item]:
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        return
    found = _ITEM.fullmatch(lines[0])
    first = found["text"] if found is not None else lines[0].strip()
    paragraphs = "\n".join([first, *(line.strip() if not _FENCE.match(line) else line for line in lines[1:])])
    text, _, body = paragraphs.partition("\n\n")
    yield Item(" ".join(text.split()), body.strip())


def _plain_rst(text: str) -> str:
    """Return reStructuredText with headings as Markdown writes them, and without comments."""
    lines: list[str] = []
    marks: list[str] = []
    comment = False
    for line in text.splitlines():
        # A row of dots below a line makes a heading of it.
        if re.match(r"\.\.(?:\s|$)", line) and "::" not in line and not line.startswith(".. _"):
            comment = True
            continue
        comment = comment and (line.startswith(" ") or not line.strip())
        if comment:
            continue
        underline = _UNDERLINE.fullmatch(line)
        if underline is not None and lines and lines[-1].strip():
            if underline[1] not in marks:
                marks.append(underline[1])
            lines[-1] = f"{'#' * min(6, marks.index(underline[1]) + 1)} {lines[-1].strip()}"
        elif underline is None or line.startswith(("- ", "* ")):
            lines.append(line)
    return "\n".join(lines)
