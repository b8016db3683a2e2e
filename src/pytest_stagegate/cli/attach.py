"""``stagegate attach``: state what an evidence file does not say itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, known, short
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import UsageError
from pytest_stagegate.evidence.attaching import Attachment, attachment_json, attachment_path
from pytest_stagegate.evidence.finding import modified, sha256_of
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.project import load_project


@click.command("attach", epilog="\b\nExample:\n  stagegate attach reports/vitest.xml --environment staging")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
@click.option("--commit", metavar="ID", help="The commit it is about [default: the work tree's, or the CI's variable]")
@click.option("--environment", metavar="ENV", help="The environment it was made in.")
@click.option("--stage", metavar="STAGE", help="The stage that its test results belong to.")
@click.option("--shard", metavar="ID", help="The shard that made it.")
@click.option("--producer", metavar="TEXT", help="Tool and version that made it.")
def command(
    files: tuple[Path, ...],
    root: Path,
    commit: str | None,
    environment: str | None,
    stage: str | None,
    shard: str | None,
    producer: str | None,
) -> int:
    """State, beside an evidence file, what the file itself does not say, bound to its present bytes.

    Writes FILE.stagegate.json; `stagegate check` and `pytest --stage-gate` read it together with FILE, and take FILE
    for stale when its bytes are others by then.
    """
    policy = load_project(root.resolve()).policy
    known("--stage", stage, policy.stages)
    known("--environment", environment, policy.environments)
    subject, _ = subject_of(root.resolve(), os.environ)
    digests = {path: sha256_of(path) for path in files}
    for path, digest in digests.items():
        if digest is None:
            raise UsageError(f"{path}: there is no such file, or it can't be read")
    dirty = bool(subject.dirty) and commit is None
    if dirty:
        click.echo(
            "warning: the work tree has changes that are in no commit; decisions on it are provisional", err=True
        )
    for path, digest in digests.items():
        stated = Attachment(
            sha256=digest or "",
            created=modified(path),
            commit=commit or subject.commit,
            environment=environment,
            stage=stage or "",
            shard=shard,
            producer=producer or "",
            dirty=dirty,
        )
        beside = attachment_path(path)
        write_whole(beside, attachment_json(stated))
        click.echo(f"wrote {short(beside)}: commit {stated.commit or 'not stated'}")
    return 0
