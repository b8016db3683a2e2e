"""The command line's face of pytest-stagegate: ``stagegate``."""

from __future__ import annotations

import datetime as dt
import io
import sys
from pathlib import Path
from typing import Any, Final

import click

from pytest_stagegate import __version__, decide
from pytest_stagegate.documents.rendering import DEFAULT, remove_documents
from pytest_stagegate.documents.terminal import COLOURS, Text, last_word, section
from pytest_stagegate.errors import EvidenceError, StageGateError, UsageError
from pytest_stagegate.run import decide_record, load_project, publish

HOLD: Final = 21
USAGE: Final = 2
OWN_FAULT: Final = 70

_FOLDER: Final = click.Path(file_okay=False, path_type=Path)
_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="stagegate", message="%(prog)s %(version)s")
def commands() -> None:
    """Decide, with evidence, whether software may go on to its next stage."""


@commands.command(epilog="\b\nExample:\n  stagegate check --as-of run")
@click.argument("record", type=_FILE, default=Path(".stagegate/evidence.jsonl"))
@click.option("--root", type=_FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=_FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--as-of", metavar="run|TIME", help="When ages and dates are judged [default: now]")
@click.option("--out", type=_FOLDER, help="Output folder [default: the record's own]")
@click.option("--strict", is_flag=True, help="End with 20 for CONDITIONAL and 21 for a provisional decision.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what fell short and the decision.")
def check(
    record: Path, root: Path, policy: Path | None, as_of: str | None, out: Path | None, strict: bool, quiet: bool
) -> int:
    """Decide again, offline, from a recorded run.

    RECORD is the evidence.jsonl that `pytest --stage-gate` wrote [default: .stagegate/evidence.jsonl].
    """
    instant = _instant(as_of)
    folder = (out or record.parent).resolve()
    try:
        # Whatever goes wrong from here on, an earlier decision is not left looking like this one.
        remove_documents(folder, evidence=False)
        project = load_project(root.resolve(), policy)
        decided = decide_record(project, record, wanted=DEFAULT, out=folder, as_of=instant)
        publish(decided, folder, record.resolve())
    except OSError as error:
        raise EvidenceError(f"the documents can't be written: {error.strerror}: {error.filename}") from error
    for text in section(decided.view, verbosity=-1 if quiet else 0):
        _show(text)
    for path in () if quiet else sorted(decided.files):
        click.echo(f"wrote {_short(path)}")
    _show(last_word(decided.view, ""))
    decision = decided.decision
    return decide.exit_status(decision.decision, provisional=bool(decision.provisional), strict=strict)


@commands.command(epilog="\b\nExample:\n  stagegate demo")
@click.argument("folder", type=_FOLDER, default=Path("stagegate-demo"))
def demo(folder: Path) -> int:
    """Write a small real project and decide about it: first NO GO, then, repaired, GO.

    FOLDER is made anew each time [default: ./stagegate-demo]; a folder that this command did not write is left alone.
    """
    from pytest_stagegate.demo.showing import show

    return show(folder, click.echo)


def _instant(written: str | None) -> dt.datetime | None:
    """Return the instant to judge at; None stands for the run's own start."""
    if written == "run":
        return None
    if written is None:
        return dt.datetime.now(dt.timezone.utc)
    try:
        instant = dt.datetime.fromisoformat(written.replace("Z", "+00:00"))
    except ValueError:
        text = f'--as-of: {written!r} is not a time; write "run" or for example 2026-11-23T12:00:00Z'
        raise UsageError(text) from None
    instant = instant if instant.tzinfo is not None else instant.replace(tzinfo=dt.timezone.utc)
    try:
        return instant.astimezone(dt.timezone.utc)
    except OverflowError:
        raise UsageError(f"--as-of: {written!r} is too far away to be judged at") from None


def _short(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _show(text: Text) -> None:
    marks = COLOURS.get(text.style, ())
    colour = next((mark for mark in marks if mark != "bold"), None)
    click.secho(text.line, fg=colour, bold="bold" in marks)


def main(args: list[str] | None = None) -> None:
    """Run a command and end the process with its status: 0, 20, 21, 2 for a mistake, 70 for a fault of our own."""
    for stream in (sys.stdout, sys.stderr):
        # A code page without our signs shows another character; it must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(_status(args))


def _status(args: list[str] | None) -> int:
    try:
        answer: Any = commands.main(args=args, prog_name="stagegate", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stagegate: interrupted", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return USAGE
    except EvidenceError as error:
        click.echo(f"stagegate: {error}", err=True)
        _show(Text("‖ HOLD  the evidence can't be judged", "hold"))
        return HOLD
    except StageGateError as error:
        text = str(error)
        click.echo(text if text.startswith("stagegate:") else f"stagegate: {text}", err=True)
        return USAGE
    except Exception as error:
        click.echo(f"stagegate: a fault of stagegate itself: {type(error).__name__}: {error}", err=True)
        return OWN_FAULT
    return int(answer or 0)
