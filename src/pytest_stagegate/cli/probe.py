"""``stagegate probe``: look at an environment, and keep what was found as evidence."""

from __future__ import annotations

import json
import os
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from pytest_stagegate.cli.parts import DEFAULT_RECORD, DEFECT, FILE, FOLDER, known, short
from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.evidence.readers.environment import SUFFIX
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.environments import PASSED, SCHEMA, EnvironmentFile
from pytest_stagegate.permitting import Looking, look_at, permit
from pytest_stagegate.project import load_project
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.environments import EnvironmentReport

_STDOUT: Final = "-"
_UNSAFE: Final = re.compile(r"[^\w.-]")


@click.command("probe", epilog="\b\nExample:\n  stagegate probe staging --at deploy")
@click.argument("environment", metavar="ENV")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="The stage that is to be decided [default: the policy's default_stage]")
@click.option("--out", metavar="FILE", help="Where to write; - for stdout [default: .stagegate/ENV.environment.json]")
def command(environment: str, root: Path, policy: Path | None, at: str | None, out: str | None) -> int:
    """Look at an environment: do its conditions hold, does it answer, are its test data there?

    Writes what was found; hand that to `stagegate check`. A pytest run with --stage-gate-env=ENV looks by itself. Ends
    with 0 when the environment is ready, with 20 when it is not. Where it is protected and a condition doesn't hold,
    nothing is asked and nothing written, and the command ends with 2.
    """
    project = load_project(root.resolve(), policy)
    known("ENV", environment, project.policy.environments)
    known("--at", at, project.policy.stages)
    rule = project.policy.environment(environment)
    if rule is None or not rule.asks:
        raise UsageError(f"the policy asks nothing of {environment}: no condition, no probe and no test data")
    stage = at or project.policy.default_stage
    conditions = permit(project.policy, environment, stage, os.environ)
    subject, _ = subject_of(project.rootdir, os.environ)
    report = look_at(project, rule, Looking(stage, conditions, subject))
    try:
        _write(report, out)
    except OSError as error:
        raise EvidenceError(f"the report can't be written: {error.strerror}: {error.filename}") from error
    return DEFECT if report.failed else 0


def _write(report: EnvironmentReport, out: str | None) -> None:
    for line in _lines(report):
        click.echo(line, err=out == _STDOUT)
    whole = EnvironmentFile(schema=SCHEMA, seen=report)
    if out == _STDOUT:
        # In ASCII, which no code page changes.
        click.echo(json.dumps(msgspec.to_builtins(whole), indent=2, sort_keys=True))
        return
    folder = Path(DEFAULT_RECORD).parent
    file = Path(out) if out else folder / f"{_UNSAFE.sub('_', report.environment)}{SUFFIX}"
    if not out:
        ignore_folder(folder)
    write_whole(file, json_of(whole))
    click.echo(f"wrote {short(file.resolve())}")


def _lines(report: EnvironmentReport) -> Iterator[str]:
    for condition in report.conditions:
        yield clean(f"{'✔' if condition.held else '✘'} {condition.name}: {condition.text}")
    for answer in report.answers:
        took = show_duration(Fraction(answer.us), upward=False)
        sign = "✔" if answer.outcome == PASSED else "✘"
        yield clean(f"{sign} {answer.name}: {answer.asked}: {answer.text} ({took})")
