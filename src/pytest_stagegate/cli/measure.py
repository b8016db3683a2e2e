"""``stagegate measure``: ask Prometheus for service levels, and keep what it says as evidence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from pytest_stagegate.cli.collect import DEFAULT_OUT, tell
from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, known
from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import PRODUCED
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.model.service_levels import PRODUCER
from pytest_stagegate.permitting import permit
from pytest_stagegate.producing import Making, write_measured
from pytest_stagegate.project import load_project

_FILE: Final = f"{PRODUCER}.json"


@click.command("measure", epilog="\b\nExample:\n  stagegate measure --env production\n  stagegate check --at monitor")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="The stage that is to be decided [default: the policy's default_stage]")
@click.option("--env", metavar="ENV", help="The environment that is measured.")
@click.option("--out", type=FILE, help=f"Where to write [default: .stagegate/{PRODUCED}/{_FILE}]")
def command(root: Path, policy: Path | None, at: str | None, env: str | None, out: Path | None) -> int:
    """Ask Prometheus for the service levels and metrics of the policy.

    Asks the address of [tool.stagegate.prometheus] and no other: for each objective of [[tool.stagegate.slo]] what is
    counted in its windows, and for each metric that the gate telemetry expects its series. Writes what was answered,
    with a file beside it that states commit and digest; hand both to `stagegate check`. Ends with 21 when anything
    could not be measured.
    """
    project = load_project(root.resolve(), policy)
    known("--at", at, project.policy.stages)
    known("--env", env, project.policy.environments)
    permit(project.policy, env, at or project.policy.default_stage, os.environ)
    wanted = project.to_measure
    if wanted is None:
        raise UsageError("the policy names no server to ask: no [tool.stagegate.prometheus]")
    if not wanted.objectives and not wanted.metrics:
        raise UsageError("the policy asks nothing of Prometheus: no [[tool.stagegate.slo]], and no gate telemetry")
    subject, _ = subject_of(project.rootdir, os.environ)
    try:
        if out is None:
            ignore_folder(DEFAULT_OUT)
        path = (out or DEFAULT_OUT / PRODUCED / _FILE).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        made = write_measured(Making(project.rootdir, DEFAULT_OUT, subject, env), wanted, path)
    except OSError as error:
        raise EvidenceError(f"what was measured can't be written: {error.strerror}: {error.filename}") from error
    tell(made)
    return LACKING if made.lacking else 0
