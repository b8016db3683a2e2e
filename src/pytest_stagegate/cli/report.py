"""``stagegate report``: a decision's documents, written once more or in another form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, LAST_DECISION, coloured, short, wrote
from pytest_stagegate.documents.asking import documents_wanted
from pytest_stagegate.documents.delivering import delivered
from pytest_stagegate.documents.profiles import PROFILES, PUBLIC
from pytest_stagegate.documents.rendering import documents_of
from pytest_stagegate.documents.terminal import last_word, section
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.readers.decision import decision_in
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.project import load_project
from pytest_stagegate.waiting import working

_OPTION: Final = "--format"


@click.command(
    "report",
    epilog="\b\nExample:\n  stagegate report --format comment && gh pr comment -F .stagegate/report.comment.md",
)
@click.argument("decision", type=FILE, default=Path(LAST_DECISION), metavar="[DECISION]")
@click.option(
    _OPTION,
    "formats",
    multiple=True,
    required=True,
    metavar="FORMAT[:PATH]",
    help="Which documents: terminal, html, md, junit, intoto, github, gitlab, release, comment, summary, check, text "
    "(repeatable).",
)
@click.option(
    "--profile", type=click.Choice(PROFILES), default=PROFILES[0], show_default=True, help="What documents leave out."
)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--out", type=FOLDER, help="Output folder [default: the decision's own, with `public` one in it]")
def command(
    decision: Path, formats: tuple[str, ...], profile: str, root: Path, policy: Path | None, out: Path | None
) -> int:
    """Write documents of a decision that has been taken. Nothing is decided anew.

    DECISION is a `decision.json` [default: .stagegate/decision.json]. `release`, `comment`, `summary` and `check` are
    the report in Markdown for the text of a release, a comment, the summary of a job and a check run: as much of it as
    fits there, the verdict and the reasons before all else, and what was left out is said. `text` is plain.

    The profile `public` leaves out folders, what tests have written, facts about the run and about environments.
    """
    wanted = documents_wanted(_OPTION, formats, Path(), os.environ)
    if any(each.format == "json" for each in wanted):
        raise UsageError(f"{_OPTION}: decision.json is what the documents are made from; copy it")
    for each in wanted if profile == "public" else ():
        if each.format not in PUBLIC:
            raise UsageError(f"{_OPTION}: {each.format} is not made in the profile public; take {', '.join(PUBLIC)}")
    if not decision.is_file():
        raise EvidenceError(f"there is no {short(decision)}; decide first, for example: pytest --stage-gate")
    found = decision_in(document(decision, dict[str, Any], "decision.json"), decision.name)
    # The list of digests beside the decision is of the full documents.
    folder = (out or (decision.parent / profile if profile == "public" else decision.parent)).resolve()
    templates = load_project(root.resolve(), policy).templates
    with working():
        shown, files = documents_of(found, wanted, folder, templates, decision.read_bytes(), profile)
    try:
        for path, content in files.items():
            write_whole(path, content)
        told = delivered(files, os.environ)
    except OSError as error:
        raise EvidenceError(f"the documents can't be written: {error.strerror}: {error.filename}") from error
    if any(each.format == "terminal" for each in wanted):
        for text in section(shown, verbosity=0):
            coloured(text, root)
        coloured(last_word(shown, ""))
    for line in told:
        click.echo(line)
    for path in sorted(files):
        wrote(path)
    return 0
