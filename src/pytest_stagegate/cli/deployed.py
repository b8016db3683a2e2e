"""``stagegate deployed``: record that something was deployed, as evidence of what runs where."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import click

from pytest_stagegate.cli.parts import DEFAULT_RECORD, FILE, FOLDER, known, short
from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.evidence.readers.deployment import SUFFIX, fault_of
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.deployments import SCHEMA, SUCCEEDED, DeployedArtifact, DeploymentFile, Outcome
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.model.versions import same_version
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.decision import Subject

_UNSAFE: Final = re.compile(r"[^\w-]", re.ASCII)


@click.command("deployed", epilog="\b\nExample:\n  stagegate deployed shop staging dist/*.whl")
@click.argument("service")
@click.argument("environment", metavar="ENV")
@click.argument("artifacts", nargs=-1, type=FILE)
@click.option("--version", metavar="VERSION", help="The version that runs now [default: the project's]")
@click.option("--commit", metavar="ID", help="Its commit [default: the work tree's, where the version is its own]")
@click.option("--ring", metavar="NAME", help="The ring of a staggered release.")
@click.option("--outcome", type=click.Choice(get_args(Outcome)), default=SUCCEEDED, show_default=True)
@click.option("--out", type=FILE, help="Where to write [default: .stagegate/ENV.SERVICE.deployment.json]")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
def command(
    service: str,
    environment: str,
    artifacts: tuple[Path, ...],
    version: str | None,
    commit: str | None,
    ring: str | None,
    outcome: Outcome,
    out: Path | None,
    root: Path,
    policy: Path | None,
) -> int:
    """Record that a service was deployed into an environment, right after it was.

    ARTIFACTS are the files that were deployed; their SHA-256 digests are recorded. Writes a file that `stagegate check`
    and `pytest --stage-gate` take as evidence of what runs there since now. It deploys nothing itself.
    """
    project = load_project(root.resolve(), policy)
    known("ENV", environment, project.policy.environments)
    if project.policy.rings:
        known("--ring", ring, (each.name for each in project.policy.rings))
    here, _ = subject_of(project.rootdir, os.environ)
    record = DeploymentFile(
        schema=SCHEMA,
        service=service,
        environment=environment,
        deployed=rfc3339(dt.datetime.now(dt.timezone.utc), "milliseconds"),
        outcome=outcome,
        version=version or here.version,
        commit=commit or _commit_of(here, version),
        artifacts=tuple(_digested(artifacts)),
        ring=ring,
    )
    if fault := fault_of(record):
        raise UsageError(f"this can't be recorded: {fault}")
    if here.dirty and record.commit == here.commit and commit is None:
        click.echo(
            "warning: the work tree has changes that are in no commit; say with --commit what was deployed", err=True
        )
    file = out or Path(DEFAULT_RECORD).parent / f"{_named(environment)}.{_named(service)}{SUFFIX}"
    try:
        if out is None:
            ignore_folder(file.parent)
        write_whole(file, json_of(record))
    except OSError as error:
        raise EvidenceError(f"the record can't be written: {error.strerror}: {error.filename}") from error
    for line in _told(record):
        click.echo(clean(line))
    click.echo(f"wrote {short(file.resolve())}")
    return 0


def _commit_of(here: Subject, version: str | None) -> str | None:
    """Return the commit of the work tree; of another version it is the commit of something else."""
    other = version is not None and (here.version is None or not same_version(version, here.version))
    return None if other else here.commit


def _digested(artifacts: Iterable[Path]) -> Iterator[DeployedArtifact]:
    for path in artifacts:
        digest = sha256_of(path)
        if digest is None:
            raise UsageError(f"{path}: there is no such file, or it can't be read")
        yield DeployedArtifact(name=path.name, sha256=digest)


def _named(name: str) -> str:
    """Return a part of a file's name; two names give two, whatever they hold."""
    safe = _UNSAFE.sub("_", name)
    return safe if safe == name else f"{safe[:80]}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _told(record: DeploymentFile) -> Iterator[str]:
    ring = f", ring {record.ring}" if record.ring else ""
    yield f"{record.service} in {record.environment}{ring}: {record.outcome} at {record.deployed}"
    yield f"version {record.version or 'not stated'}, commit {record.commit or 'not stated'}"
    for each in record.artifacts:
        yield f"{each.name} sha256 {each.sha256}"
