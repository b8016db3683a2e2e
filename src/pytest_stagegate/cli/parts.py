"""What several commands share."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from pytest_stagegate.assembling import Question
from pytest_stagegate.documents.delivering import inert
from pytest_stagegate.documents.hyperlinks import file_of, linked, takes_links
from pytest_stagegate.documents.terminal import COLOURS
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import UsageError, nearest
from pytest_stagegate.evidence.finding import (
    MANUAL_RESULTS,
    PRODUCED,
    given,
    manual_results_below,
    produced_below,
    sign_offs_below,
)
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.told import ReleaseNotes
from pytest_stagegate.model.waivers import WaiverRow
from pytest_stagegate.noting import told_of
from pytest_stagegate.project import released_policy
from pytest_stagegate.waiving import rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.documents.terminal import Text
    from pytest_stagegate.project import Project

FOLDER: Final = click.Path(file_okay=False, path_type=Path)
FILE: Final = click.Path(dir_okay=False, path_type=Path)
DEFAULT_RECORD: Final = ".stagegate/evidence.jsonl"
"""Where `pytest --stage-gate` writes its record when nothing else is said."""

LAST_DECISION: Final = ".stagegate/decision.json"
"""Where it writes the decision, likewise."""

SIGN_OFFS: Final = "sign-offs"
"""Where `stagegate sign-off` writes when nothing else is said."""

"""Where `stagegate manual` writes when nothing else is said."""

DEFECT: Final = 20
"""Exit status of a command that found what can't fail."""

LACKING: Final = 21
"""Exit status of a command that could not make all that it was asked for."""


class _Told(msgspec.Struct, frozen=True):
    """Of a decision, what became of the waivers."""

    waivers: tuple[WaiverRow, ...]


def known(option: str, name: str | None, names: Iterable[str]) -> None:
    """Refuse a name that is not declared; None is always right.

    Raises:
        UsageError: With the nearest valid name.
    """
    names = tuple(names)
    if name is not None and name not in names:
        raise UsageError(f"{option}: unknown name {name!r}; {nearest(name, names)}")


def short(path: Path) -> str:
    """Return a path for people: relative to the working directory where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def write_or_print(content: bytes, out: Path | None) -> None:
    """Write a document to a file, or print it where none is named.

    Raises:
        UsageError: When the file can't be written.
    """
    if out is None:
        click.echo(content, nl=False)
        return
    try:
        write_whole(out, content)
    except OSError as error:
        raise UsageError(f"{short(out)}: can't be written: {error.strerror}") from error
    click.echo(f"wrote {short(out)}")


def coloured(text: Text, root: Path | None = None) -> None:
    """Print a line in the colour of its style class; a CI system takes none for a command.

    Args:
        text: The line.
        root: The project's root; the file below it that a place names is a link in a terminal that takes links.
    """
    marks = COLOURS.get(text.style, ())
    colour = next((mark for mark in marks if mark != "bold"), None)
    line = inert(text.line, os.environ)
    if root is not None and text.place:
        line = _with_link(line, text.place, file_of(text.place, root))
    click.secho(line, fg=colour, bold="bold" in marks)


def wrote(path: Path) -> None:
    """Say that a file was written; its name is a link in a terminal that takes links."""
    click.echo(_with_link(f"wrote {short(path)}", short(path), path.resolve()))


def _with_link(line: str, part: str, file: Path | None) -> str:
    return linked(line, part, file) if takes_links(os.environ, tty=sys.stdout.isatty()) else line


def default_evidence() -> tuple[str, ...]:
    """Return the record of the last run, what was added since: by producers, by manual tests and by sign-offs."""
    produced = Path(DEFAULT_RECORD).with_name(PRODUCED)
    added = [produced.as_posix()] if produced_below(produced) else []
    added += [MANUAL_RESULTS] if manual_results_below(Path(MANUAL_RESULTS)) else []
    return (DEFAULT_RECORD, *added, *([SIGN_OFFS] if sign_offs_below(Path(SIGN_OFFS)) else []))


def question_of(
    project: Project,
    asked: tuple[str, ...],
    at: str | None,
    env: str | None,
    instant: dt.datetime | None,
    opens: str = "",
) -> Question:
    """Return what a command line asks to be decided.

    Raises:
        UsageError: For a stage, an environment or a fact of a file that is not known.
    """
    stages, environments = project.policy.stages, project.policy.environments
    known("--at", at, stages)
    known("--env", env, environments)
    checkout = subject_of(project.rootdir, os.environ, project.policy.artifacts)
    return Question(
        given=tuple(given(each, Path(), each, stages, environments) for each in asked),
        checkout=checkout,
        at=at,
        environment=env,
        as_of=instant,
        opens=opens,
        repository=project.repository(os.environ),
        released=released_policy(project),
        trailers=project.trailers(os.environ) if project.reads((Reviews,)) else None,
        told=told_of(project, checkout[0].version) if project.reads((ReleaseNotes,)) else None,
    )


def standing(project: Project) -> tuple[WaiverRow, ...]:
    """Return the waivers as of today, in the policy's order; the last decision says which of them it used."""
    now = dt.datetime.now(dt.timezone.utc)
    places = [
        Place(stage, environment, now)
        for stage in project.policy.stages
        for environment in (None, *project.policy.environments)
    ]
    try:
        told = msgspec.json.decode((project.rootdir / LAST_DECISION).read_bytes(), type=_Told).waivers
    except (OSError, msgspec.DecodeError):
        told = ()
    said = {(row.gate, row.subject, row.expires, row.owner): row.state for row in told}
    return tuple(
        msgspec.structs.replace(row, state=said.get((row.gate, row.subject, row.expires, row.owner), "holds"))
        if row.state == "unused"
        else row
        for row in rows(project.waivers, (), (), places)
    )
