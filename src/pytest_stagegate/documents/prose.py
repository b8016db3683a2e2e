"""Texts that people write in Markdown, taken apart into blocks that any sink can show without trusting them.

Kept is what makes a text readable: paragraphs, list items, fenced code and code spans. Everything else (emphasis,
links, pictures, headings, tables, HTML) stays the characters that were typed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.documents.templating import markdown_code, markdown_text
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE: Final = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_ITEM: Final = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+(?P<text>\S.*)")
_TICKS: Final = re.compile(r"`+")
_BACKTICKS: Final = re.compile("`{3,}")


class Run(NamedTuple):
    """A part of a line: text, or code."""

    text: str
    code: bool


class Block(msgspec.Struct, frozen=True):
    """A paragraph, a list item or a piece of code.

    Attributes:
        kind: ``text``, ``item`` or ``code``.
        runs: The line's parts; empty for code.
        code: The lines of code, each with its line feed; empty for the other kinds.
    """

    kind: str
    runs: tuple[Run, ...] = ()
    code: str = ""


def blocks_of(text: str) -> tuple[Block, ...]:
    """Return a text's blocks in their order; a fence that is never closed ends with the text."""
    found: list[Block] = []
    lines: list[str] = []
    kind = "text"
    rest = iter(clean(text.replace("\r\n", "\n")).expandtabs(4).splitlines())
    for line in rest:
        fence, item = _FENCE.match(line), _ITEM.fullmatch(line)
        if fence is not None or item is not None or not line.strip():
            found += _closed(kind, lines)
            lines, kind = ([item["text"]], "item") if item is not None and fence is None else ([], "text")
        else:
            lines.append(line)
        if fence is not None:
            found += _code(fence["fence"], rest)
    return (*found, *_closed(kind, lines))


def _closed(kind: str, lines: list[str]) -> Iterator[Block]:
    runs = tuple(runs_of(" ".join(lines)))
    if runs:
        yield Block(kind, runs)


def _code(fence: str, rest: Iterator[str]) -> Iterator[Block]:
    """Take the lines up to the end of a fence out of the rest."""
    end = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}\s*")
    code = []
    for line in rest:
        if end.fullmatch(line):
            break
        code.append(f"{line}\n")
    if code:
        yield Block("code", code="".join(code))


def runs_of(text: str) -> Iterator[Run]:
    """Yield the parts of one line; a code span ends with as many backticks as it begins with."""
    one_line = " ".join(clean(text).split())
    ticks = [(each.start(), each.end()) for each in _TICKS.finditer(one_line)]
    closing = _pairs(ticks)
    done = 0
    for index, (start, end) in enumerate(ticks):
        if start < done or index not in closing:
            continue
        last, after = ticks[closing[index]]
        code = one_line[end:last].strip()
        if not code:
            continue
        if start > done:
            yield Run(one_line[done:start], code=False)
        yield Run(code, code=True)
        done = after
    if done < len(one_line):
        yield Run(one_line[done:], code=False)


def _pairs(ticks: list[tuple[int, int]]) -> dict[int, int]:
    """Return for each run of backticks the next one of the same length with something between, by index."""
    pairs: dict[int, int] = {}
    waiting: dict[int, int] = {}
    for index, (start, end) in reversed(list(enumerate(ticks))):
        following = waiting.get(end - start)
        if following is not None and ticks[following][0] > end:
            pairs[index] = following
        waiting[end - start] = index
    return pairs


def markdown_runs(runs: tuple[Run, ...]) -> str:
    """Return a line as Markdown: code spans, and text that is shown as it is."""
    return "".join(map(_written, runs)).strip()


def _written(run: Run) -> str:
    if run.code:
        return markdown_code(run.text)
    before, after = (" " if each.isspace() else "" for each in (run.text[:1], run.text[-1:]))
    return f"{before}{markdown_text(run.text)}{after}"


def markdown_blocks(blocks: tuple[Block, ...], indent: str = "") -> str:
    """Return blocks as Markdown, each line behind an indent; empty for no block, else with a line feed at its end."""
    lines: list[str] = []
    before = ""
    for block in blocks:
        if lines and not (block.kind == before == "item"):
            lines.append("")
        lines += _lines(block)
        before = block.kind
    return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


def _lines(block: Block) -> Iterator[str]:
    if block.kind != "code":
        yield f"{'- ' if block.kind == 'item' else ''}{markdown_runs(block.runs)}"
        return
    longest = max((len(run) for run in _BACKTICKS.findall(block.code)), default=2)
    fence = "`" * (longest + 1)
    yield fence
    yield from block.code.splitlines()
    yield fence
