"""``stagegate check``: decide offline from evidence files."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from pytest_stagegate import decide
from pytest_stagegate.cli.parts import DEFAULT_RECORD, FILE, FOLDER, coloured, default_evidence, question_of, wrote
from pytest_stagegate.documents.asking import documents_wanted
from pytest_stagegate.documents.delivering import delivered
from pytest_stagegate.documents.rendering import FILES, ignore_folder, is_output_folder, places_of, remove_written
from pytest_stagegate.documents.terminal import last_word, section
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.finding import RECORD
from pytest_stagegate.keeping.folder import keep
from pytest_stagegate.model.times import parsed
from pytest_stagegate.project import load_project
from pytest_stagegate.run import decide_on, publish
from pytest_stagegate.waiting import working


@click.command(
    "check",
    epilog="\b\nExamples:\n  stagegate check --as-of run\n  stagegate check shards/ reports/vitest.xml,stage=test",
)
@click.argument("evidence", nargs=-1)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="The stage that is decided [default: the records' own]")
@click.option("--env", metavar="ENV", help="The environment that is decided [default: the records' own]")
@click.option("--as-of", metavar="run|TIME", help="When ages and dates are judged [default: now]")
@click.option("--out", type=FOLDER, help="Output folder [default: the record's own if a run made it, else .stagegate]")
@click.option(
    "--report",
    multiple=True,
    metavar="FORMAT[:PATH]",
    help="Which documents: terminal, html, md, json, junit, intoto, github, gitlab, release, comment, summary, check, "
    "text (repeatable) [default: the first five]",
)
@click.option("--strict", is_flag=True, help="End with 20 for CONDITIONAL and 21 for a provisional decision.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what fell short and the decision.")
def command(
    evidence: tuple[str, ...],
    root: Path,
    policy: Path | None,
    at: str | None,
    env: str | None,
    as_of: str | None,
    out: Path | None,
    report: tuple[str, ...],
    strict: bool,
    quiet: bool,
) -> int:
    """Decide offline from evidence files, merging any number of them.

    EVIDENCE is a record that `pytest --stage-gate` wrote, a folder with records of shards and what
    `stagegate collect` made, test results of another tool (JUnit, CTRF), coverage (coverage.py, Cobertura, LCOV,
    JaCoCo, Clover, Go), findings (SARIF, Ruff, mypy, …) or metrics (JSON, OpenMetrics, …) [default:
    .stagegate/evidence.jsonl]. Facts that a file does not state may follow it:
    PATH,stage=STAGE,environment=ENV,format=FORMAT.
    """
    instant = instant_of(as_of)
    root = root.resolve()
    asked = evidence or default_evidence()
    folder = (out or _own_folder(asked)).resolve()
    _keep_evidence(asked, folder)
    wanted = documents_wanted("--report", report, Path(), os.environ)
    try:
        # Whatever goes wrong from here on, an earlier decision is not left looking like this one.
        remove_written(folder)
        for path in (place for each in wanted if each.path is not None for place in places_of(each, folder)):
            path.unlink(missing_ok=True)
        project = load_project(root, policy)
        with working():
            question = question_of(project, asked, at, env, instant)
            decided = decide_on(project, question, wanted=wanted, out=folder)
        if folder == Path(DEFAULT_RECORD).parent.resolve():
            ignore_folder(folder)
        publish(decided, folder)
        keep(decided.decision, decided.view.digest, decided.tests, folder)
        told = delivered(decided.files, os.environ)
    except OSError as error:
        raise EvidenceError(f"the documents can't be written: {error.strerror}: {error.filename}") from error
    shown = any(each.format == "terminal" for each in wanted)
    for text in section(decided.view, verbosity=-1 if quiet else 0) if shown else ():
        coloured(text, root)
    for line in told:
        click.echo(line)
    for path in () if quiet else sorted(decided.files):
        wrote(path)
    coloured(last_word(decided.view, ""))
    decision = decided.decision
    return decide.exit_status(decision.decision, provisional=bool(decision.provisional), strict=strict)


def _keep_evidence(asked: tuple[str, ...], folder: Path) -> None:
    """Refuse to write over a decision that is evidence.

    Raises:
        UsageError: When one of the files is the decision in the output folder.
    """
    for word in asked:
        if Path(word.partition(",")[0]).resolve() == folder / FILES["json"]:
            raise UsageError(f"{word}: this decision would be written over; name another folder with --out")


def _own_folder(asked: tuple[str, ...]) -> Path:
    """Return the folder of the record, where one record is all that was named and a run of ours made its folder."""
    only = Path(asked[0])
    ours = len(asked) == 1 and only.name == RECORD and is_output_folder(only.parent)
    return only.parent if ours else Path(DEFAULT_RECORD).parent


def instant_of(written: str | None) -> dt.datetime | None:
    """Return the instant to judge at; None stands for the run's own start.

    Raises:
        UsageError: When it is no time.
    """
    if written == "run":
        return None
    if written is None:
        return dt.datetime.now(dt.timezone.utc)
    try:
        instant = parsed(written)
    except ValueError:
        text = f'--as-of: {written!r} is not a time; write "run" or for example 2026-11-23T12:00:00Z'
        raise UsageError(text) from None
    instant = instant if instant.tzinfo is not None else instant.replace(tzinfo=dt.timezone.utc)
    try:
        return instant.astimezone(dt.timezone.utc) + dt.timedelta(days=1) - dt.timedelta(days=1)
    except OverflowError:
        raise UsageError(f"--as-of: {written!r} is too far away to be judged at") from None
