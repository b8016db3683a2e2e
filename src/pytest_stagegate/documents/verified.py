"""What ``stagegate verify`` prints for people."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.terminal import Text
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.verification import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verification import Verification

_WIDTH: Final = 80
_STYLES: Final = {Answer.IDENTICAL: "", Answer.DIFFERENT: "no-go", Answer.UNTOLD: "hold"}
_COLUMN: Final = 14


def told(found: Verification, *, quiet: bool) -> Iterator[Text]:
    """Yield the lines: a block a part, then what it comes to and what anchors it.

    Args:
        found: The verification.
        quiet: Whether what is identical is left out.
    """
    for part, group in groupby(found.findings, key=lambda each: each.part):
        shown = [each for each in group if not quiet or each.answer is not Answer.IDENTICAL]
        if shown:
            yield Text(part, "")
        for each in shown:
            text = f"{clean(each.name)}: {clean(each.text)}" if each.text else clean(each.name)
            for line in _wrapped(f"  {each.answer.value}", text):
                yield Text(line, _STYLES[each.answer])
    for note in found.notes:
        yield from (Text(line, "") for line in _wrapped("note", note))
    yield from (Text(line, _STYLES[found.answer]) for line in _wrapped(found.answer.value, _summary(found)))
    if found.anchors:
        yield from (Text(line, "") for line in _wrapped("anchored by:", "; ".join(found.anchors)))
    else:
        text = (
            "all of this could have been made anew; compare --sha256 with a digest that was kept elsewhere, or "
            "signatures of sign-offs with --allowed-signers, a file of your own"
        )
        yield from (Text(line, "") for line in _wrapped("not anchored:", text))


def _summary(found: Verification) -> str:
    counts = {answer: sum(each.answer is answer for each in found.findings) for answer in Answer}
    counted = ", ".join(f"{count} {answer.value}" for answer, count in reversed(counts.items()) if count)
    if not found.decision:
        return counted
    against = f" against {clean(found.environment)}" if found.environment else ""
    word = found.decision.replace("_", " ")
    return f"{word} at {clean(found.stage)}{against} as of {clean(found.as_of)}: {counted}"


def _wrapped(label: str, text: str) -> list[str]:
    indent = " " * (_COLUMN + 1)
    return textwrap.wrap(
        text, _WIDTH, initial_indent=f"{label:<{_COLUMN}} ", subsequent_indent=indent, break_on_hyphens=False
    )
