"""Asking a person for the outcome of a manual test, in a terminal or from a pipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast

import click

from pytest_stagegate.documents.wording import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.manual import ManualRow, ManualTest

_WORDS: Final = ("passed", "failed", "blocked", "note", "attach", "skip", "quit")
_COLUMNS: Final = 100
_LONGEST: Final = 2000


class Stopped(Exception):  # noqa: N818 - a person's wish, no error
    """The person wants no more: ``quit``, Ctrl-C, or the end of the input."""


class Answer(NamedTuple):
    """What a person found.

    Attributes:
        outcome: ``passed``, ``failed`` or ``blocked``.
        note: That person's own words; may be empty.
        attachments: Files to be kept.
    """

    outcome: Literal["passed", "failed", "blocked"]
    note: str
    attachments: tuple[Path, ...]


def ask(test: ManualTest, row: ManualRow, count: str) -> Answer | None:
    """Show a test and ask for its outcome; None when the person leaves it for later.

    Args:
        test: The test.
        row: Where it has to be done, and what is known of it so far.
        count: Which one of how many it is.

    Raises:
        Stopped: When the person wants no more.
    """
    for line in _shown(test, row, count):
        click.echo(line)
    notes: list[str] = []
    attachments: list[Path] = []
    while True:
        word = _word(_prompt("passed, failed, blocked, note, attach, skip, quit"))
        if word == "note":
            notes.append(_note())
        elif word == "attach":
            attachments += _file()
        elif word == "skip":
            return None
        elif word == "quit":
            raise Stopped
        elif word:
            if word != "passed" and not notes:
                notes.append(_note())
            outcome = cast("Literal['passed', 'failed', 'blocked']", word)
            return Answer(outcome, "\n".join(filter(None, notes)), tuple(attachments))
        else:
            click.echo("  one of these words, or its first letter")


def _shown(test: ManualTest, row: ManualRow, count: str) -> Iterator[str]:
    yield ""
    yield from wrapped(f"manual test {count}: ", test.title, _COLUMNS)
    yield from wrapped("  id: ", test.id, _COLUMNS)
    if row.environment is not None:
        yield f"  environment: {row.environment}"
    if test.requirements:
        yield from wrapped("  requirements: ", ", ".join(test.requirements), _COLUMNS)
    if row.who:
        told = f"{row.outcome} by {row.who}, {row.when}"
        yield from wrapped("  so far: ", "; ".join(part for part in (told, row.text, row.note) if part), _COLUMNS)
    for number, step in enumerate(test.steps, start=1):
        yield from wrapped(f"  {number}. ", step, _COLUMNS)


def _word(written: str) -> str:
    """Return the word that was meant; empty for none."""
    found = [word for word in _WORDS if written and word.startswith(written.strip().lower())]
    return found[0] if len(found) == 1 else ""


def _note() -> str:
    while True:
        note = _prompt("what did you see? (one line, may be empty)").strip()
        if len(note) <= _LONGEST and all(char.isprintable() for char in note):
            return note
        click.echo(f"  at most {_LONGEST} characters, all of them visible")


def _file() -> list[Path]:
    path = Path(_prompt("file").strip()).expanduser()
    if path.is_file():
        return [path]
    click.echo(f"  there is no file {path}")
    return []


def _prompt(text: str) -> str:
    try:
        answer: str = click.prompt(f"  {text}", default="", show_default=False)
    except click.Abort:
        raise Stopped from None
    if not sys.stdin.isatty():
        # Of a pipe nothing shows the answer otherwise, and the log would not tell what was said.
        click.echo(answer)
    return answer
