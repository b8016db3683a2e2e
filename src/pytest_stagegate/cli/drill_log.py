"""``stagegate drill-log``: keep what exercises were done, so that their age can be judged."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click
import msgspec

from pytest_stagegate.cli.parts import DEFAULT_RECORD, FILE, FOLDER, known, short
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.evidence.readers.drills import entries_in
from pytest_stagegate.model.drills import FILE as LOG
from pytest_stagegate.model.drills import SCHEMA, DrillEntry, DrillsFile
from pytest_stagegate.model.drills_face import exercised
from pytest_stagegate.model.links import is_link_name
from pytest_stagegate.model.times import rfc3339, utc_time
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from collections.abc import Iterable

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OUTCOMES: Final = ("passed", "failed")


@click.command(
    "drill-log",
    epilog="\b\nExamples:\n  stagegate drill-log"
    "\n  stagegate drill-log --kind restore --outcome passed --by Dana --on 2026-11-20",
)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--record", type=FILE, help="The run whose drills are logged [default: .stagegate/evidence.jsonl]")
@click.option("--log", type=FILE, help=f"The log [default: {LOG} in the root]")
@click.option("--kind", metavar="KIND", help="Log a drill that people did: its kind, for example restore.")
@click.option("--outcome", type=click.Choice(_OUTCOMES), help="How it ended.")
@click.option("--by", metavar="NAME", help="Who did it.")
@click.option("--on", metavar="DAY|TIME", help="When [default: now]")
@click.option("--env", metavar="ENV", help="Where.")
@click.option("--version", metavar="VERSION", help="The version that it was done with [default: the project's own]")
@click.option("--note", metavar="TEXT", default="", help="What to remember of it.")
def command(
    root: Path,
    record: Path | None,
    log: Path | None,
    kind: str | None,
    outcome: Literal["passed", "failed"] | None,
    by: str | None,
    on: str | None,
    env: str | None,
    version: str | None,
    note: str,
) -> int:
    """Log exercises (restoring, failing over, going back), so that the gate drills can judge how old they are.

    Without --kind: those among the tests of the last run, which carry the mark `drill`. What is in the log already
    stays there once. Commit the log: pytest --stage-gate takes it in by itself, and `stagegate check` when it is named.

    This has nothing to do with `stagegate drill`, which shows that gates can fail.
    """
    project = load_project(root.resolve())
    known("--env", env, project.policy.environments)
    path = log if log is not None else root / LOG
    before = entries_in(path) if path.exists() else ()
    if kind is None:
        if any(each is not None for each in (outcome, by, on, env, version)) or note:
            raise UsageError(
                "--outcome, --by, --on, --env, --version and --note are for a drill that people did; name its --kind"
            )
        new = _of_run(record or root / DEFAULT_RECORD)
    else:
        new = (_by_hand(kind, outcome, by, on, env, version or _own_version(root), note, record),)
    _write(path, (*before, *new))
    added = len({*before, *new}) - len({*before})
    click.echo(f"logged {added} {'drill' if added == 1 else 'drills'}: wrote {short(path)}")
    return 0


def _of_run(record: Path) -> tuple[DrillEntry, ...]:
    evidence, _ = read_record(record)
    found = exercised(evidence.tests, evidence.started, evidence.drilled, evidence.subject)
    if not found:
        raise EvidenceError(
            f'{record.name}: no drill among its tests was executed; mark one: @pytest.mark.drill("restore")'
        )
    return found


def _own_version(root: Path) -> str | None:
    subject, _ = subject_of(root.resolve(), os.environ)
    return subject.version


def _by_hand(
    kind: str,
    outcome: Literal["passed", "failed"] | None,
    by: str | None,
    on: str | None,
    env: str | None,
    version: str | None,
    note: str,
    record: Path | None,
) -> DrillEntry:
    if record is not None:
        raise UsageError("--record is for the drills of a run, and --kind for one that people did; give one of them")
    if outcome is None or by is None or not by.strip():
        raise UsageError("--kind: say how it ended (--outcome passed or failed) and who did it (--by NAME)")
    if not is_link_name(kind):
        raise UsageError(f"--kind: {kind[:100]!r} is no name of a kind of drills")
    return DrillEntry(
        drill=kind, at=_at(on), outcome=outcome, by=by, environment=env or "", version=version or "", note=note
    )


def _at(written: str | None) -> str:
    now = dt.datetime.now(dt.timezone.utc)
    if written is None:
        return rfc3339(now)
    try:
        at = utc_time(f"{written}T00:00:00Z" if _DAY.fullmatch(written) else written)
    except ValueError:
        text = f"--on: {written!r} is no day and no time with its zone; write for example 2026-11-20"
        raise UsageError(text) from None
    if at > now:
        raise UsageError(f"--on: {written} is still to come, in UTC; log a drill once it was done")
    return rfc3339(at)


def _write(path: Path, entries: Iterable[DrillEntry]) -> None:
    """Write the log, an entry a line and the oldest first, so that two branches that add to it merge easily."""
    ordered = sorted({*entries}, key=lambda each: (each.at, each.drill, each.test, each.by, each.outcome))
    lines = ",\n    ".join(msgspec.json.encode(each).decode() for each in ordered)
    whole = f'{{\n  "schema": "{SCHEMA}",\n  "drills": [\n    {lines}\n  ]\n}}\n'
    msgspec.json.decode(whole, type=DrillsFile)
    try:
        write_whole(path.resolve(), whole.encode())
    except OSError as error:
        raise EvidenceError(f"the log can't be written: {error.strerror}: {error.filename}") from error
