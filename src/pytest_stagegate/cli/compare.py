"""``stagegate compare``: what is worse and what is better than in another decision."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, LAST_DECISION, coloured, write_or_print
from pytest_stagegate.comparing import compared
from pytest_stagegate.documents.compare_files import FORMATS, compare_file, compare_lines
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.keeping.opening import opened, refuse_pair
from pytest_stagegate.project import load_project

_ANY: Final = click.Path(path_type=Path)
_TERMINAL: Final = "terminal"


@click.command(
    "compare",
    epilog="\b\nExamples:\n  stagegate compare shop-1.1.0.dossier.zip"
    "\n  stagegate compare released/ .stagegate/ --format html --out compare.html",
)
@click.argument("old", type=_ANY)
@click.argument("new", type=_ANY, default=Path(LAST_DECISION), metavar="[NEW]")
@click.option("--format", "format_", type=click.Choice((_TERMINAL, *FORMATS)), default=_TERMINAL, show_default=True)
@click.option("--out", type=FILE, help="Write to this file [default: print]")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("-v", "--verbose", is_flag=True, help="Show every item in the terminal, however many there are.")
def command(
    old: Path, new: Path, format_: str, out: Path | None, root: Path, policy: Path | None, verbose: bool
) -> int:
    """Say what is worse and what is better than in another decision.

    OLD and NEW are a decision.json, an output folder, a dossier as a folder or as a zip, or a kept decision, about the
    same project, stage and environment; NEW is .stagegate/decision.json when it is not named.

    Ends with 0 when it could tell, 21 when a decision is missing or can't be read.
    """
    if out is not None and format_ == _TERMINAL:
        raise UsageError(f"--out: the terminal is no file; add --format {', '.join(FORMATS)}")
    try:
        before, now = opened(old), opened(new)
    except EvidenceError as error:
        click.echo(f"stagegate: {clean(str(error))}", err=True)
        return LACKING
    refuse_pair(before, now)
    found = compared(before.decision, now.decision, (before.roll, now.roll))
    if format_ != _TERMINAL:
        write_or_print(compare_file(found, format_, load_project(root.resolve(), policy).templates), out)
        return 0
    for text in compare_lines(found, shutil.get_terminal_size().columns, every=verbose):
        coloured(text)
    return 0
