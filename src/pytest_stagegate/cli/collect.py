"""``stagegate collect``: run the tools that the policy names, and keep what they say as evidence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, known, short
from pytest_stagegate.documents.rendering import ignore_folder, remove_written
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.permitting import permit
from pytest_stagegate.producing import Making, produce, refuse_inside
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from pytest_stagegate.producing import Produced

DEFAULT_OUT: Final = Path(".stagegate")


@click.command("collect", epilog="\b\nExamples:\n  stagegate collect\n  stagegate check .stagegate shards/")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="Only what the decision about a stage needs [default: all]")
@click.option("--env", metavar="ENV", help="The environment that it is collected for [default: all]")
@click.option("--out", type=FOLDER, default=DEFAULT_OUT, show_default=".stagegate", help="Output folder.")
def command(root: Path, policy: Path | None, at: str | None, env: str | None, out: Path) -> int:
    """Run the tools that the policy names, and keep what they say.

    These are the entries of [[tool.stagegate.evidence]] with a command, and Prometheus where a gate asks for service
    levels. They run side by side, without a shell, in the project's root. What each makes goes into the folder
    `evidence` of the output folder, with a file beside it that states commit, digest and version: hand the output
    folder to `stagegate check`. Ends with 21 when a tool failed, or something could not be measured.
    """
    root, folder = root.resolve(), out.resolve()
    refuse_inside(root)
    project = load_project(root, policy)
    known("--at", at, project.policy.stages)
    known("--env", env, project.policy.environments)
    permit(project.policy, env, at or project.policy.default_stage, os.environ)
    if not project.policy.producers:
        text = "no [[tool.stagegate.evidence]] with a command, and no [tool.stagegate.prometheus]"
        raise UsageError(f"the policy has no producer: {text}")
    subject, notes = subject_of(root, os.environ)
    for note in notes:
        click.echo(f"warning: {note.text} Decisions on it are provisional.", err=True)
    failed = False
    try:
        # Whatever was decided before rests on other evidence than what lies here from now on.
        remove_written(folder)
        if folder == DEFAULT_OUT.resolve() or not folder.exists():
            ignore_folder(folder)
        for each in produce(project.producers(at, env), Making(root, folder, subject, env, project.to_measure)):
            tell(each)
            failed = failed or bool(each.attachment.failed or each.lacking)
    except OSError as error:
        raise EvidenceError(f"the evidence can't be written: {error.strerror}: {error.filename}") from error
    return LACKING if failed else 0


def tell(made: Produced) -> None:
    """Say what became of a producer."""
    wrote = f": wrote {short(made.path)}" if made.attachment.sha256 else ", which made nothing"
    click.echo(f"ran {made.name} ({made.took}){wrote}")
    for text in made.lacking:
        click.secho(clean(f"‼ not measured: {text}"), fg="yellow")
    if made.attachment.failed:
        click.secho(f"‼ the producer {made.name} failed: {made.attachment.failed}", fg="yellow")
