"""The command line's face of pytest-stagegate: ``stagegate``."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from pytest_stagegate import __version__, decide
from pytest_stagegate.documents.inspection import told
from pytest_stagegate.documents.rendering import DEFAULT, ignore_folder, remove_documents
from pytest_stagegate.documents.terminal import COLOURS, Text, last_word, section
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, StageGateError, UsageError, nearest
from pytest_stagegate.evidence.attaching import Attachment, attachment_json, attachment_path
from pytest_stagegate.evidence.gathering import RECORD, given, modified, sha256_of
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.model.sources import FORMATS
from pytest_stagegate.run import Project, Question, decide_on, load_project, publish

HOLD: Final = 21
USAGE: Final = 2
OWN_FAULT: Final = 70
DEFAULT_RECORD: Final = ".stagegate/evidence.jsonl"

_FOLDER: Final = click.Path(file_okay=False, path_type=Path)
_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="stagegate", message="%(prog)s %(version)s")
def commands() -> None:
    """Decide, with evidence, whether software may go on to its next stage."""


@commands.command(
    epilog="\b\nExamples:\n  stagegate check --as-of run\n  stagegate check shards/ reports/vitest.xml,stage=test"
)
@click.argument("evidence", nargs=-1)
@click.option("--root", type=_FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=_FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--at", metavar="STAGE", help="The stage that is decided [default: the records' own]")
@click.option("--env", metavar="ENV", help="The environment that is decided [default: the records' own]")
@click.option("--as-of", metavar="run|TIME", help="When ages and dates are judged [default: now]")
@click.option("--out", type=_FOLDER, help="Output folder [default: the record's own, else .stagegate]")
@click.option("--strict", is_flag=True, help="End with 20 for CONDITIONAL and 21 for a provisional decision.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what fell short and the decision.")
def check(
    evidence: tuple[str, ...],
    root: Path,
    policy: Path | None,
    at: str | None,
    env: str | None,
    as_of: str | None,
    out: Path | None,
    strict: bool,
    quiet: bool,
) -> int:
    """Decide offline from evidence files, merging any number of them.

    EVIDENCE is a record that `pytest --stage-gate` wrote, a folder with records of shards, test results of another
    tool (JUnit, CTRF) or coverage (coverage.py, Cobertura, LCOV, JaCoCo, Clover, Go)
    [default: .stagegate/evidence.jsonl]. Facts that a file does not state may follow it:
    PATH,stage=STAGE,environment=ENV,format=FORMAT.
    """
    instant = _instant(as_of)
    root = root.resolve()
    asked = evidence or (DEFAULT_RECORD,)
    folder = (out or _own_folder(asked)).resolve()
    try:
        # Whatever goes wrong from here on, an earlier decision is not left looking like this one.
        remove_documents(folder, evidence=False)
        project = load_project(root, policy)
        question = _question(project, asked, at, env, instant)
        decided = decide_on(project, question, wanted=DEFAULT, out=folder)
        if folder == Path(DEFAULT_RECORD).parent.resolve():
            ignore_folder(folder)
        publish(decided, folder)
    except OSError as error:
        raise EvidenceError(f"the documents can't be written: {error.strerror}: {error.filename}") from error
    for text in section(decided.view, verbosity=-1 if quiet else 0):
        _show(text)
    for path in () if quiet else sorted(decided.files):
        click.echo(f"wrote {_short(path)}")
    _show(last_word(decided.view, ""))
    decision = decided.decision
    return decide.exit_status(decision.decision, provisional=bool(decision.provisional), strict=strict)


def _own_folder(asked: tuple[str, ...]) -> Path:
    """Return the folder of the record, where one record is all that was named."""
    only = Path(asked[0])
    return only.parent if len(asked) == 1 and only.name == RECORD else Path(DEFAULT_RECORD).parent


def _question(
    project: Project, asked: tuple[str, ...], at: str | None, env: str | None, instant: dt.datetime | None
) -> Question:
    stages, environments = project.policy.stages, project.policy.environments
    for option, name, known in (("--at", at, stages), ("--env", env, environments)):
        if name is not None and name not in known:
            raise UsageError(f"{option}: unknown name {name!r}; {nearest(name, known)}")
    return Question(
        given=tuple(given(each, Path(), each, stages, environments) for each in asked),
        checkout=subject_of(project.rootdir, os.environ),
        at=at,
        environment=env,
        as_of=instant,
    )


@commands.command(epilog="\b\nExample:\n  stagegate inspect reports/*.xml coverage.json --json")
@click.argument("files", nargs=-1, required=True)
@click.option("--root", type=_FOLDER, default=Path(), show_default=".", help="Paths are made relative to it.")
@click.option("--format", "format_", type=click.Choice(tuple(FORMATS)), help="The format [default: told from content]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect(files: tuple[str, ...], root: Path, format_: str | None, as_json: bool) -> int:
    """Say what evidence files are, what was read from them, and what is wrong with them.

    Ends with 0 when every file could be read, with 2 otherwise; a file that can't be read doesn't hide the others.
    """
    found = [looked_at(Path(each), root.resolve(), format_ or "") for each in files]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        for each in found:
            for line in told(each):
                click.echo(line)
    return USAGE if any(each.error for each in found) else 0


@commands.command(epilog="\b\nExample:\n  stagegate attach reports/vitest.xml --environment staging")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--root", type=_FOLDER, default=Path(), show_default=".", help="The project's root.")
@click.option("--commit", metavar="ID", help="The commit it is about [default: the work tree's, or the CI's variable]")
@click.option("--environment", metavar="ENV", help="The environment it was made in.")
@click.option("--stage", metavar="STAGE", help="The stage that its test results belong to.")
@click.option("--shard", metavar="ID", help="The shard that made it.")
@click.option("--producer", metavar="TEXT", help="Tool and version that made it.")
def attach(
    files: tuple[Path, ...],
    root: Path,
    commit: str | None,
    environment: str | None,
    stage: str | None,
    shard: str | None,
    producer: str | None,
) -> int:
    """State, beside an evidence file, what the file itself does not say, bound to its present bytes.

    Writes FILE.stagegate.json; `stagegate check` and `pytest --stage-gate` read it together with FILE, and take FILE
    for stale when its bytes are others by then.
    """
    policy = load_project(root.resolve()).policy
    for option, name, known in (
        ("--stage", stage, policy.stages),
        ("--environment", environment, policy.environments),
    ):
        if name is not None and name not in known:
            raise UsageError(f"{option}: unknown name {name!r}; {nearest(name, known)}")
    subject, _ = subject_of(root.resolve(), os.environ)
    digests = {path: sha256_of(path) for path in files}
    for path, digest in digests.items():
        if digest is None:
            raise UsageError(f"{path}: there is no such file, or it can't be read")
    if subject.dirty and commit is None:
        click.echo("warning: the work tree has changes that are in no commit; name the commit with --commit", err=True)
    for path, digest in digests.items():
        stated = Attachment(
            sha256=digest or "",
            created=modified(path),
            commit=commit or subject.commit,
            environment=environment,
            stage=stage or "",
            shard=shard,
            producer=producer or "",
        )
        beside = attachment_path(path)
        write_whole(beside, attachment_json(stated))
        click.echo(f"wrote {_short(beside)}: commit {stated.commit or 'not stated'}")
    return 0


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
