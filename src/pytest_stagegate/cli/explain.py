"""``stagegate explain``: what does the policy demand, and where is that written?"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pytest_stagegate.cli.parts import FILE, FOLDER, known
from pytest_stagegate.documents.drift import drift_line
from pytest_stagegate.documents.explanation import gate_lines, policy_lines
from pytest_stagegate.errors import UsageError, nearest
from pytest_stagegate.policy.binding import applying
from pytest_stagegate.policy.explaining import explained, explained_gate, undeclared
from pytest_stagegate.project import drift_of, load_project, released_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.explained import ExplainedGate
    from pytest_stagegate.policy.binding import BoundGate
    from pytest_stagegate.project import Project


@click.command(
    "explain",
    epilog="\b\nExamples:\n  stagegate explain\n  stagegate explain coverage\n  stagegate explain --at deploy",
)
@click.argument("gate", required=False)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="Only the gates of a decision about this stage.")
@click.option("--env", metavar="ENV", help="Only the gates of a decision about this environment.")
@click.option("--since-release", is_flag=True, help="Show what is demanded less of than at the last release tag.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    gate: str | None,
    root: Path,
    policy: Path | None,
    at: str | None,
    env: str | None,
    since_release: bool,
    as_json: bool,
) -> int:
    """Say what the policy demands, with all that it extends, and where each word of it is written.

    GATE is the id of a gate in the policy, or the name of any gate there is. Runs nothing and reads no evidence.
    """
    project = load_project(root.resolve(), policy)
    known("--at", at, project.policy.stages)
    known("--env", env, project.policy.environments)
    if since_release:
        if gate is not None or at is not None or env is not None or as_json:
            raise UsageError("--since-release is about the whole policy; name nothing beside it")
        lines = _since_release(project)
    elif gate is not None:
        found = _found(project, gate)
        lines = _json(found) if as_json else _shown(found)
    else:
        whole = explained(project.policy, _asked(project, at, env))
        lines = _json(whole) if as_json else policy_lines(whole, _columns())
    for line in lines:
        click.echo(line)
    return 0


def _asked(project: Project, at: str | None, env: str | None) -> Iterable[BoundGate]:
    """Return the gates of one decision, or of all that there can be; those with a table first, as they stand there."""
    policy = project.policy
    stages = (at,) if at is not None else policy.stages
    places = (env,) if at is not None or env is not None else (None, *policy.environments)
    judged = [each for stage in stages for place in places for each in applying(project.bound, stage, place)]
    there = {(each.id, each.table is None): each for each in judged}
    order = [(each.id, each.table is None) for each in project.bound]
    return [there.pop(key) for key in order if key in there] + list(there.values())


def _found(project: Project, name: str) -> list[ExplainedGate]:
    """Return the gate of that id, or all that use the gate of that name, or the gate as it would be."""
    found = [each for each in project.bound if each.id == name]
    found = found or [each for each in project.bound if each.gate.name == name]
    if found:
        return [explained_gate(project.policy, each) for each in found]
    if name in project.registry.gates:
        return [explained_gate(project.policy, undeclared(project.registry.gates[name]), active=False)]
    names = {*(each.id for each in project.bound), *project.registry.gates}
    raise UsageError(f"there is no gate {name!r}; {nearest(name, names)}")


def _shown(gates: Sequence[ExplainedGate]) -> Iterator[str]:
    for number, gate in enumerate(gates):
        if number:
            yield ""
        yield from gate_lines(gate, _columns())


def _since_release(project: Project) -> Iterator[str]:
    released = released_policy(project)
    if released is None:
        yield "There is no earlier policy to compare with: no repository, no release tag, or none that can be read."
        return
    drift = drift_of(project, released, dt.datetime.now(dt.timezone.utc).date())
    for each in drift:
        yield drift_line(each)
    if not drift:
        yield f"Nothing is demanded less of than at {released.tag}."


def _json(value: object) -> Iterator[str]:
    yield msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _columns() -> int:
    return shutil.get_terminal_size().columns
