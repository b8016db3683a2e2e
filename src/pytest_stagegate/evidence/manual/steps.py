"""From the text of a manual test to its steps: a docstring, or what stands under a heading of a Markdown file."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ITEM: Final = re.compile(r"[ ]{0,3}(?:\d{1,9}[.)]|[-*+])[ \t]+(?P<text>\S.*)")


def of_docstring(text: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the title and the steps that a docstring gives; both empty where it says nothing.

    Its first line is the title. Where nothing follows, the title says what to do.
    """
    lines = inspect.cleandoc(text or "").splitlines()
    if not lines or not lines[0].strip():
        return "", ()
    title = " ".join(lines[0].split()).rstrip(".")
    return title, steps_of(lines[1:]) or (title,)


def steps_of(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the steps that lines of text give, in order: each item of a list, and each paragraph, is one.

    An indented paragraph below an item belongs to it.
    """
    steps: list[list[str]] = []
    gap = True
    for line in lines:
        words = line.split()
        item = _ITEM.fullmatch(line.rstrip())
        if not words:
            gap = True
        elif item is not None:
            steps.append(item["text"].split())
            gap = False
        elif gap and not (steps and line[:1].isspace()):
            steps.append(words)
            gap = False
        else:
            steps[-1].extend(words)
            gap = False
    return tuple(" ".join(step) for step in steps)
