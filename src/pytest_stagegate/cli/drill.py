"""``stagegate drill``: can every gate fail?"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.cli.parts import DEFAULT_RECORD, DEFECT, FILE, FOLDER, default_evidence, question_of
from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.documents.wording import clean, plural, wrapped
from pytest_stagegate.drill.running import STOPS, Drilled, drill
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.project import load_project
from pytest_stagegate.waiting import working

if TYPE_CHECKING:
    from pytest_stagegate.model.verdicts import GateResult

_SHOWN: Final = 3


@click.command("drill", epilog="\b\nExample:\n  stagegate drill shards/ --at test")
@click.argument("evidence", nargs=-1)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="The stage that is decided [default: the records' own]")
@click.option("--env", metavar="ENV", help="The environment that is decided [default: the records' own]")
@click.option("-v", "--verbose", is_flag=True, help="Show every fault with which a gate trips.")
def command(
    evidence: tuple[str, ...], root: Path, policy: Path | None, at: str | None, env: str | None, verbose: bool
) -> int:
    """Show that every gate can fail: spoil copies of real evidence, read them again, and see which gates trip.

    EVIDENCE is what `stagegate check` takes [default: .stagegate/evidence.jsonl]; it is only read. One fault is
    planted at a time: a failing test, less coverage, a finding more. A gate that meets its limits whatever is planted
    can't fail, and is a defect: the command ends with 20 then.
    """
    root = root.resolve()
    project = load_project(root, policy)
    question = question_of(project, evidence or default_evidence(), at, env, None)
    out = root / Path(DEFAULT_RECORD).parent
    out.mkdir(exist_ok=True)
    ignore_folder(out)
    with working():
        found = drill(project, question, out, project.registry.faults(), dt.datetime.now(dt.timezone.utc))
    width = max(len(result.gate) for result in found.before)
    columns = shutil.get_terminal_size().columns
    for result in found.before:
        for line in wrapped(_head(found, result, width), _told(found, result, verbose=verbose), columns):
            click.echo(line)
    click.echo(f"{plural(len(found.planted), 'fault')} planted.")
    if found.idle:
        idle = f"as the evidence holds nothing of the kind: {'; '.join(found.idle)}."
        for line in wrapped("Not planted, ", idle, columns):
            click.echo(line)
    if found.defects:
        click.secho(f"✘ can't fail: {', '.join(map(clean, found.defects))}", fg="red", bold=True)
        return DEFECT
    return 0


def _head(found: Drilled, result: GateResult, width: int) -> str:
    return f"{_sign(found, result)} {clean(result.gate):<{width}}  "


def _told(found: Drilled, result: GateResult, *, verbose: bool) -> str:
    trips = found.tripped_by(result.gate)
    if result.verdict in STOPS:
        return f"{result.verdict.value.replace('_', ' ')} already, so nothing can be shown"
    if result.verdict is Verdict.NOT_APPLICABLE:
        return "asks for nothing here, so nothing can trip it"
    if trips:
        shown = trips if verbose else trips[:_SHOWN]
        more = f"; and {len(trips) - len(shown)} more" if len(trips) > len(shown) else ""
        return f"trips when {'; '.join(shown)}{more}"
    only = ", only when evidence is missing" if result.gate in found.missing else ""
    return f"never trips{only}: whatever was planted, it met its limits"


def _sign(found: Drilled, result: GateResult) -> str:
    if result.verdict in STOPS:
        return "?"
    if result.verdict is Verdict.NOT_APPLICABLE:
        return "–"
    return "✔" if found.tripped_by(result.gate) else "✘"
