"""``stagegate notes``: what changed between two points of the history, for whom, and what proves it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import click
import msgspec

from pytest_stagegate.cli.parts import FILE, FOLDER, short
from pytest_stagegate.documents.notes_files import FORMATS, notes_file
from pytest_stagegate.documents.room import SINKS
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, StageGateError, UsageError
from pytest_stagegate.model.audience import for_audience
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.notes import AUDIENCES
from pytest_stagegate.noting import NotesQuestion, proven_notes
from pytest_stagegate.project import load_project
from pytest_stagegate.waiting import working


@click.command(
    "notes",
    epilog="\b\nExamples:\n  stagegate notes --audience user\n"
    "  stagegate notes v1.3.0..v1.4.0 --decision .stagegate/decision.json --format html --out notes.html",
)
@click.argument("range_", metavar="[FROM..TO]", required=False)
@click.option("--audience", type=click.Choice(AUDIENCES), help="Only what is for them [default: for everybody]")
@click.option("--version", metavar="VERSION", help="The version that is described [default: the end's tag]")
@click.option("--path", "paths", metavar="GLOB", multiple=True, help="Only what touches these (repeatable).")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="md", show_default=True)
@click.option("--sink", type=click.Choice(tuple(SINKS)), help="Where Markdown goes, to fit there [default: full]")
@click.option("--decision", type=FILE, help="A decision.json: what its tests say of the entries' requirements.")
@click.option("--out", type=FILE, help="Write to this file [default: print]")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
def command(
    range_: str | None,
    audience: str | None,
    version: str | None,
    paths: tuple[str, ...],
    format_: str,
    sink: str | None,
    decision: Path | None,
    out: Path | None,
    root: Path,
    policy: Path | None,
) -> int:
    """Write release notes from the history.

    FROM..TO are tags, branches or commits; a tag alone is that release [default: what is checked out, since the last
    release]. SOURCE_DATE_EPOCH sets the date; without it, it is that of the last commit.
    """
    if sink is not None and format_ != "md":
        raise UsageError(f"--sink: only Markdown is made to fit; take it out, or --format {format_}")
    project = load_project(root.resolve(), policy)
    try:
        about = (None, None) if decision is None else _read(decision)
        with working():
            notes = proven_notes(project, NotesQuestion(range_, version, paths, os.environ, *about))
    except EvidenceError as error:
        # Nothing is decided here, so nothing is held.
        raise StageGateError(str(error), code=error.code) from error
    told = notes if audience is None else for_audience(notes, audience)
    content = notes_file(told, format_, audience, sink or "full", project.templates)
    if out is None:
        click.echo(content, nl=False)
        return 0
    try:
        write_whole(out, content)
    except OSError as error:
        raise UsageError(f"{short(out)}: can't be written: {error.strerror}") from error
    click.echo(f"wrote {short(out)}")
    return 0


def _read(path: Path) -> tuple[Decision, str]:
    """Return a decision and the digest of its file."""
    try:
        content = path.read_bytes()
        return msgspec.json.decode(content, type=Decision), hashlib.sha256(content).hexdigest()
    except OSError as error:
        raise UsageError(f"--decision: {short(path)} can't be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--decision: {short(path)} is no decision.json: {error}") from error
