"""``stagegate waivers``: what somebody has taken on for a while; list it, add to it, clear it up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from pytest_stagegate.cli.parts import FILE, FOLDER, LAST_DECISION, known, short, standing
from pytest_stagegate.documents.waivers import WAIVERS_HEAD, waiver_row
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.model.waivers import Waiver
from pytest_stagegate.policy.editing import with_waiver, without_waivers
from pytest_stagegate.policy.model import BUILT_IN
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stagegate.project import Project

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group(
    "waivers",
    epilog="\b\nExample:\n  stagegate waivers add coverage --subject 'src/legacy/**' --owner dana"
    " --expires 2027-01-31 --reason 'rewritten in 3.0'",
)
def command() -> None:
    """List, add or clear up waivers: gates that may fall short for a while.

    Each has a reason, an owner and a last day. A waived gate makes a decision CONDITIONAL, never GO.
    """


_root = click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
_policy = click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")


@command.command("list", epilog="\b\nExample:\n  stagegate waivers list --json")
@_root
@_policy
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(root: Path, policy: Path | None, as_json: bool) -> int:
    """Show every waiver of the policy and whether it holds today.

    Which ones are used is known from the last decision, .stagegate/decision.json, where there is one.
    """
    found = standing(load_project(root.resolve(), policy))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return 0
    for row in found:
        for label, cell in zip(WAIVERS_HEAD, waiver_row(row), strict=True):
            click.echo(f"{label:<8}{cell}" if label == WAIVERS_HEAD[0] else f"  {label:<8}{cell}")
    if not found:
        click.echo("The policy has no waiver.")
    return 0


@command.command("add", epilog="\b\nExample:\n  stagegate waivers add findings --subject 'src/vendored/**' …")
@click.argument("gate")
@click.option("--reason", metavar="TEXT", required=True, help="Why the gate may fall short.")
@click.option("--owner", metavar="NAME", required=True, help="Who answers for it.")
@click.option("--expires", type=_DAY, metavar="YYYY-MM-DD", required=True, help="The last day on which it holds.")
@click.option("--subject", metavar="GLOB", help="A file, test, finding or metric [default: all]")
@click.option("--stage", metavar="STAGE", multiple=True, help="Only at this stage (repeatable).")
@click.option("--environment", metavar="ENV", multiple=True, help="Only in this environment (repeatable).")
@_root
@_policy
def add_command(
    gate: str,
    reason: str,
    owner: str,
    expires: dt.datetime,
    subject: str | None,
    stage: tuple[str, ...],
    environment: tuple[str, ...],
    root: Path,
    policy: Path | None,
) -> int:
    """Write one more waiver into the policy's file."""
    project = load_project(root.resolve(), policy)
    known("GATE", gate, [each.id for each in project.bound])
    for each in stage:
        known("--stage", each, project.policy.stages)
    for each in environment:
        known("--environment", each, project.policy.environments)
    for option, text in (("--reason", reason), ("--owner", owner)):
        if not text.strip() or not text.isprintable():
            raise UsageError(f"{option}: has to be a line of text, not {text!r}")
    if subject is not None and not subject.strip():
        raise UsageError("--subject: is empty; leave the option out to waive all of the gate")
    _refuse_days(expires.date(), project)
    added = Waiver(gate, subject or "", reason.strip(), owner.strip(), expires.date(), stage, environment)
    path = _file(project, root, policy)
    _edit(path, lambda text: with_waiver(text, project.policy.layers[0].prefix, added), root, policy)
    click.echo(f"wrote {short(path)}: {gate} is waived until {added.expires.isoformat()}")
    return 0


@command.command("prune", epilog="\b\nExample:\n  stagegate waivers prune --unused")
@click.option("--unused", is_flag=True, help="Also those that the last decision did not need.")
@_root
@_policy
def prune_command(unused: bool, root: Path, policy: Path | None) -> int:
    """Take expired waivers out of the policy's file."""
    project = load_project(root.resolve(), policy)
    if unused and not (root / LAST_DECISION).is_file():
        raise EvidenceError(f"{LAST_DECISION}: there is no decision that says which waivers are unused")
    states = ("expired", "unused") if unused else ("expired",)
    gone = {index: row for index, row in enumerate(standing(project)) if row.state in states}
    if not gone:
        click.echo(f"No waiver is {' or '.join(states)}.")
        return 0
    path = _file(project, root, policy)
    _edit(path, lambda text: without_waivers(text, project.policy.layers[0].prefix, gone), root, policy)
    for row in gone.values():
        about = f" ({row.subject})" if row.subject else ""
        click.echo(f"took out {row.gate}{about} of {row.owner}: {row.state}, last day {row.expires}")
    click.echo(f"wrote {short(path)}")
    return 0


def _refuse_days(last: dt.date, project: Project) -> None:
    today = dt.datetime.now(dt.timezone.utc).date()
    if last < today:
        raise UsageError(f"--expires: {last.isoformat()} is over")
    most = project.waivers.max_days
    if most is not None and (last - today).days > most:
        furthest = (today + dt.timedelta(days=most)).isoformat()
        raise UsageError(f"--expires: the policy allows {most} days, so at most {furthest}")


def _file(project: Project, root: Path, policy: Path | None) -> Path:
    """Return the policy's file; for a project without one the file that will be it."""
    if policy is not None:
        return policy.resolve()
    source = project.policy.source
    return root.resolve() / ("stagegate.toml" if source == BUILT_IN else source)


def _edit(path: Path, edited: Callable[[str], str], root: Path, policy: Path | None) -> None:
    """Write the file anew, and put back what was there if it does not load any more."""
    try:
        before = path.read_bytes() if path.exists() else b""
        write_whole(path, edited(before.decode()).encode())
    except OSError as error:
        raise UsageError(f"{short(path)}: can't be written: {error.strerror}") from error
    try:
        load_project(root.resolve(), policy)
    except Exception:
        write_whole(path, before)
        raise
