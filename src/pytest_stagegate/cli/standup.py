"""``stagegate standup``: what changed between two decisions, in words that a team reads aloud."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, LAST_DECISION, coloured, short, write_or_print
from pytest_stagegate.comparing import compared
from pytest_stagegate.documents.standup import standup_view
from pytest_stagegate.documents.standup_markdown import standup_markdown
from pytest_stagegate.documents.standup_terminal import standup_lines
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.keeping.folder import HISTORY
from pytest_stagegate.keeping.opening import earlier, opened, refuse_pair
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from pytest_stagegate.since.opening import Opened

_ANY: Final = click.Path(path_type=Path)
_YESTERDAY: Final = "yesterday"
_FORMATS: Final = ("terminal", "md")


@click.command(
    "standup",
    epilog="\b\nExamples:\n  stagegate standup\n  stagegate standup --since '3 d' --format md --out standup.md"
    "\n  stagegate standup nightly-monday/ nightly-tuesday/decision.json",
)
@click.argument("old", type=_ANY, required=False)
@click.argument("new", type=_ANY, required=False)
@click.option("--since", metavar="WHEN", help="yesterday, a day, a time, or a span such as '3 d' [default: yesterday]")
@click.option(
    "--in", "folder", type=FOLDER, help="The output folder with NEW and what it has kept [default: .stagegate]"
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="terminal", show_default=True)
@click.option("--out", type=FILE, help="Write Markdown to this file [default: print]")
@click.option("-v", "--verbose", is_flag=True, help="Show every item in the terminal, however many there are.")
def command(
    old: Path | None,
    new: Path | None,
    since: str | None,
    folder: Path | None,
    format_: str,
    out: Path | None,
    verbose: bool,
) -> int:
    """Say what changed between two decisions: tests, gates, goals, waivers, and who has to act.

    OLD and NEW are a decision.json, an output folder, a dossier as a folder or as a zip, or a kept decision. NEW
    is .stagegate/decision.json when it is not named, and OLD the latest decision about the same stage and environment
    that was kept in .stagegate/history until WHEN; yesterday ends where the day of NEW begins, in UTC.

    Ends with 0 when it could tell, 21 when a decision is missing or can't be read.
    """
    _refuse(old, new, since, folder, format_, out)
    folder = folder or Path(LAST_DECISION).parent
    try:
        now = opened(new or folder / Path(LAST_DECISION).name)
        before = opened(old, folder) if old is not None else _since(now, folder, _YESTERDAY if since is None else since)
    except EvidenceError as error:
        click.echo(f"stagegate: {clean(str(error))}", err=True)
        return LACKING
    refuse_pair(before, now)
    view = standup_view(compared(before.decision, now.decision, (before.roll, now.roll)))
    if format_ == "md":
        write_or_print(standup_markdown(view), out)
        return 0
    for text in standup_lines(view, shutil.get_terminal_size().columns, every=verbose):
        coloured(text)
    return 0


def _refuse(
    old: Path | None, new: Path | None, since: str | None, folder: Path | None, format_: str, out: Path | None
) -> None:
    if old is not None and since is not None:
        raise UsageError("--since: chooses OLD, which is named; take one of them out")
    if new is not None and folder is not None:
        raise UsageError("--in: says where NEW is, which is named; take one of them out")
    if out is not None and format_ != "md":
        raise UsageError("--out: a file is Markdown; add --format md")


def _since(now: Opened, folder: Path, written: str) -> Opened:
    found = earlier(now.decision, folder, _until(written, utc_time(now.decision.as_of)))
    for text in found.passed_over:
        click.echo(f"passed over: {clean(text)}", err=True)
    if found.found is not None:
        return found.found
    kept = f"the oldest before this one is of {found.oldest}" if found.oldest else "none before this one is"
    raise EvidenceError(
        f"--since {written}: no decision of that time or before is kept in {short(folder / HISTORY)}; {kept}.",
        code="missing",
        remedy="Say another --since, or name two decisions.",
    )


def _until(written: str, now: dt.datetime) -> dt.datetime:
    """Return the instant until which the earlier decision was taken; a day lasts to its end, in UTC."""
    try:
        if written == _YESTERDAY:
            return _end(now.astimezone(dt.timezone.utc).date() - dt.timedelta(days=1))
        if len(written) == len("YYYY-MM-DD") and written[4:5] == "-":
            return _end(dt.date.fromisoformat(written))
        if "T" in written or ":" in written:
            return utc_time(written).astimezone(dt.timezone.utc)
        return now.astimezone(dt.timezone.utc) - dt.timedelta(microseconds=Duration.parse(written).microseconds)
    except (ValueError, OverflowError):
        text = f"--since: {written!r} is no time; write yesterday, 2026-11-23, 2026-11-23T09:00:00Z or '3 d'"
        raise UsageError(text) from None


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59, 59), dt.timezone.utc)
