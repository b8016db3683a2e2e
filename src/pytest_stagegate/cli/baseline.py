"""``stagegate baseline``: what later runs are held against, taken from a good run, merged and shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pytest_stagegate.baselining import update_of
from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, default_evidence, question_of, short
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.baseline_merging import merged_file
from pytest_stagegate.evidence.baselines import LARGEST, baseline_lines, parsed_file, path_of, read_baseline
from pytest_stagegate.evidence.provenance import declared_name
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.model.baseline import KEYS, totals_of
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from pytest_stagegate.baselining import Change, Update
    from pytest_stagegate.evidence.baselines import Stored

_ROOT = click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
_POLICY = click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")


@click.group("baseline", epilog="\b\nExample:\n  stagegate baseline update")
def command() -> None:
    """Take, merge or show the baseline: what later runs are held against."""


@command.command(
    epilog="\b\nExamples:\n  stagegate baseline update\n  stagegate baseline update --accept coverage-ratchet"
)
@click.argument("evidence", nargs=-1)
@_ROOT
@_POLICY
@click.option("--at", metavar="STAGE", help="The stage that is decided [default: the records' own]")
@click.option("--env", metavar="ENV", help="The environment that is decided [default: the records' own]")
@click.option("--accept", metavar="GATE", multiple=True, help="Take it although this gate finds it worse (repeatable).")
def update(
    evidence: tuple[str, ...],
    root: Path,
    policy: Path | None,
    at: str | None,
    env: str | None,
    accept: tuple[str, ...],
) -> int:
    """Take the baseline from the evidence of a good run; no test is run.

    EVIDENCE is what `stagegate check` takes [default: .stagegate/evidence.jsonl], and is judged like there, as of the
    run. Only a run that is whole, not provisional and GO or CONDITIONAL makes a baseline, or one that lacks nothing but
    a baseline. What its gates compare is written, a file for each key, and nothing else.
    """
    project = load_project(root.resolve(), policy)
    found = update_of(project, question_of(project, evidence or default_evidence(), at, env, None), accept)
    if found.objections:
        return _refused(found)
    for text in found.accepted:
        click.echo(f"accepted: {clean(text)}")
    folder = project.rootdir / project.policy.baseline
    for change in found.changes:
        _write(change, path_of(folder, change.key))
    for text in found.notes:
        click.echo(clean(text))
    if any(change.content is not None for change in found.changes):
        click.echo("Commit what was written: until then the tree is dirty, and decisions are provisional.")
    return 0


def _refused(found: Update) -> int:
    word = found.decision.decision.value.replace("_", " ")
    provisional = ", provisional" if found.decision.provisional else ""
    click.echo(f"stagegate: no baseline is taken of this run ({word}{provisional}):", err=True)
    for text in found.objections:
        click.echo(f"  {clean(text)}", err=True)
    return LACKING


def _write(change: Change, path: Path) -> None:
    counts = f"{change.added} added, {change.removed} removed, {change.changed} changed, {change.kept} as before"
    click.echo(f"{change.key}: {counts}")
    if change.content is None:
        return
    try:
        write_whole(path, change.content)
    except OSError as error:
        raise EvidenceError(f"{short(path)}: can't be written: {error.strerror}") from error
    click.echo(f"wrote {short(path)}")


@command.command(epilog="\b\nExample:\n  stagegate baseline merge ours.jsonl theirs.jsonl --out coverage.jsonl")
@click.argument("ours", type=FILE)
@click.argument("theirs", type=FILE)
@click.option("--out", type=FILE, help="Where the result goes [default: OURS]")
def merge(ours: Path, theirs: Path, out: Path | None) -> int:
    """Merge two sides of one file of the baseline: of each entry the stricter one.

    Needs no policy. As a merge driver of git: `stagegate baseline merge %A %B`.
    """
    target = out or ours
    try:
        merged = merged_file(_stored(ours), _stored(theirs))
        write_whole(target, baseline_lines(merged.key, merged.table, merged.project))
    except EvidenceError as error:
        click.echo(f"stagegate: {clean(str(error))}", err=True)
        return LACKING
    except OSError as error:
        click.echo(f"stagegate: {short(target)}: can't be written: {error.strerror}", err=True)
        return LACKING
    click.echo(f"wrote {short(target)}: {merged.key}, {_entries(len(merged.table))}")
    return 0


def _stored(path: Path) -> Stored:
    return parsed_file(read_bounded(path, LARGEST, f"the file is larger than {LARGEST >> 20} MiB"), path.name)


@command.command(epilog="\b\nExample:\n  stagegate baseline show --json")
@_ROOT
@_POLICY
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(root: Path, policy: Path | None, as_json: bool) -> int:
    """Show what the baseline holds, and where.

    Ends with 0, or with 2 when a file of it can't be used; a file that can't be used doesn't hide the others.
    """
    project = load_project(root.resolve(), policy)
    data = read_baseline(project.rootdir, project.policy.baseline, declared_name(project.rootdir))
    rows: list[dict[str, Any]] = [
        {
            "key": key,
            "source": file.source,
            "sha256": file.sha256,
            "entries": len(data.tables.get(key, {})),
            "totals": totals_of(key, data.tables.get(key, {})),
            "error": f"{data.absent[key].text}. {data.absent[key].remedy}" if key in data.absent else None,
        }
        for key, file in sorted(data.files.items())
    ]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return 2 if data.absent else 0
    for row in rows:
        _show(row)
    if not rows:
        click.echo(f"There is no baseline in {project.policy.baseline}. Take one: stagegate baseline update.")
    return 2 if data.absent else 0


def _show(row: dict[str, Any]) -> None:
    if row["error"]:
        click.echo(f"{row['key']}: {clean(row['error'])}")
        return
    click.echo(f"{row['source']}: {_entries(row['entries'])}, {KEYS[row['key']]}")
    if row["totals"]:
        click.echo("  " + ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in row["totals"].items()))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
