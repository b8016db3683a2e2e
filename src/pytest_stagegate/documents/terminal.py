"""The decision in a terminal: a row a gate, and one line that is the last word."""

from __future__ import annotations

import re
import shutil
import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.judged import first_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.judged import GateView
    from pytest_stagegate.documents.view import View

COLOURS: Final = {
    "go": ("green",),
    "conditional": ("yellow",),
    "hold": ("yellow", "bold"),
    "no-go": ("red", "bold"),
    "waived": ("cyan",),
    "quiet": (),
}
"""Style class to the colours of a terminal, in pytest's names."""


class Text(msgspec.Struct, frozen=True):
    """One line and the style class of the whole of it.

    Attributes:
        line: The line.
        style: Style class.
        place: The part of it that names a file, which a terminal may show as a link; empty where none does.
    """

    line: str
    style: str = ""
    place: str = ""


def section(view: View, *, verbosity: int, width: int | None = None) -> Iterator[Text]:
    """Yield the lines of the gate section.

    Args:
        view: The decision.
        verbosity: Below 0 only what fell short is shown; above 0 every check of every gate.
        width: Columns of the terminal; asked of the system when absent.
    """
    columns = width or shutil.get_terminal_size().columns
    if view.sign_offs.override:
        yield from _wrapped("! ", view.sign_offs.override, columns, "conditional")
    shown = [gate for gate in view.gates if gate.short or verbosity >= 0]
    name_width = max((len(gate.id) for gate in shown), default=0)
    verdict_width = max((len(gate.verdict) for gate in shown), default=0)
    for gate in shown:
        head = f"{gate.sign} {gate.id:<{name_width}}  {gate.verdict:<{verdict_width}}  "
        yield from _wrapped(head, gate.summary + _note(gate), columns, gate.style)
        yield from _details(gate, verbosity, columns)
    run = [blocker for blocker in view.blockers if not blocker.anchor]
    for blocker, following in zip_longest(run, run[1:]):
        yield from _wrapped(f"{blocker.sign} the run: ", blocker.text, columns, blocker.style)
        if blocker.remedy and (following is None or following.remedy != blocker.remedy):
            yield from _wrapped("    remedy: ", blocker.remedy, columns, "")
    if view.manual.sentence:
        yield from _wrapped("by hand: ", view.manual.sentence, columns, "")
    for note in (*view.sign_offs.notes, *view.waiver_notes):
        yield from _wrapped("! ", note, columns, "conditional")
    for gate in view.gates:
        if gate.would:
            yield from _wrapped("would have blocked: ", f"{gate.id} ({gate.enforcement}), as {gate.would}", columns, "")
    if view.since.line:
        yield from _wrapped("since the last release: ", view.since.line, columns, "" if view.since.used else "hold")
    for text in view.drift:
        yield from _wrapped("gate drift: ", text, columns, "")
    for note in view.provisional:
        yield from _wrapped("provisional: ", note, columns, "conditional")


def last_word(view: View, documents: str) -> Text:
    """Return the decision as one line, to be the last of the run."""
    provisional = " (provisional)" if view.provisional else ""
    where = f"  [{documents}]" if documents else ""
    sentence = " ".join(view.sentence.split())
    return Text(f"{view.sign} {view.word}{provisional}  {sentence}{where}", view.style)


def _note(gate: GateView) -> str:
    if gate.short and gate.enforcement != "block":
        return f"  ({gate.enforcement})"
    return ""


def _details(gate: GateView, verbosity: int, columns: int) -> Iterator[Text]:
    for check in gate.checks if verbosity > 0 else ():
        limit = f", limit {check.limit}" if check.limit else ""
        text = f"{check.name}: {check.shown or check.text}{limit} (looked at {check.inspected})"
        yield from _wrapped(f"    {check.sign} ", text, columns, "")
    if not gate.short:
        return
    for place in first_places(gate):
        yield from (msgspec.structs.replace(text, place=place) for text in _wrapped("    where: ", place, columns, ""))
    if gate.remedy:
        yield from _wrapped("    remedy: ", gate.remedy, columns, "")


def _wrapped(head: str, text: str, columns: int, style: str) -> Iterator[Text]:
    """Yield a text behind its head, or below it where the head takes too much of a narrow terminal."""
    head = re.sub(r"\s", " ", head)
    words = " ".join(text.split())
    width = max(20, columns - 1)
    beside = len(head) * 5 <= width * 3
    if not beside:
        yield from (Text(line, style) for line in textwrap.wrap(head, width, subsequent_indent="  "))
    for line in textwrap.wrap(
        words,
        width,
        initial_indent=head if beside else "    ",
        subsequent_indent=" " * len(head) if beside else "    ",
        break_on_hyphens=False,
    ):
        yield Text(line, style)
