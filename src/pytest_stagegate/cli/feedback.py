"""``stagegate feedback``: what a release taught, as a list that the next plan takes in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, LAST_DECISION, coloured, short
from pytest_stagegate.documents.feedback import feedback_json, feedback_lines, feedback_markdown
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.learning import Read, feedback_of, longer_plan, read_decisions
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from pytest_stagegate.model.feedback import Feedback

_ANY: Final = click.Path(path_type=Path)


@click.command(
    "feedback",
    epilog="\b\nExamples:\n  stagegate feedback\n  stagegate feedback --issues issues.json --add"
    "\n  stagegate feedback monitor/decision.json --markdown --out feedback.md",
)
@click.argument("decisions", metavar="[DECISION|FOLDER]...", nargs=-1, type=_ANY)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--issues", type=FILE, multiple=True, help="Issues of GitHub, GitLab or a CSV table (repeatable).")
@click.option("--add", is_flag=True, help="Write what is new into the plan.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, schema stagegate/feedback/1.")
@click.option("--out", type=FILE, help="Write Markdown or JSON to this file [default: print]")
def command(
    decisions: tuple[Path, ...],
    root: Path,
    policy: Path | None,
    issues: tuple[Path, ...],
    add: bool,
    markdown: bool,
    as_json: bool,
    out: Path | None,
) -> int:
    """List what there is to plan for: what fails in production, runs out, is flaky, or is asked for.

    A DECISION is a decision.json, a dossier or a kept decision; of an output FOLDER the decision in it and the newest
    kept one of each stage and environment are read [default: .stagegate]. Each matter has an id that stays the same.
    --add writes those that the plan does not have as goals behind what is in it; nothing else of the file changes.

    Ends with 0, or with 21 when something can't be read; nothing is written then.
    """
    if markdown and as_json:
        raise UsageError("--markdown: is another form than --json; choose one")
    if out is not None and not (markdown or as_json):
        raise UsageError("--out: a file is Markdown or JSON; add --markdown or --json")
    project = load_project(root.resolve(), policy)
    try:
        read = _read(decisions, project.rootdir, issues)
        feedback = feedback_of(project, read.decisions, issues)
        longer = longer_plan(project, feedback) if add else None
    except EvidenceError as error:
        click.echo(f"stagegate: {clean(str(error))}", err=True)
        return LACKING
    for text in read.passed_over:
        click.echo(f"passed over: {clean(text)}", err=True)
    _show(feedback, out, markdown=markdown, as_json=as_json)
    if longer is not None:
        if longer.added:
            _write(longer.path, longer.content)
        click.echo(f"{len(longer.added)} added to {short(longer.path)}", err=True)
    return 0


def _read(asked: tuple[Path, ...], root: Path, issues: tuple[Path, ...]) -> Read:
    if not asked and not (root / LAST_DECISION).is_file():
        if not issues:
            raise EvidenceError(f"there is no {LAST_DECISION}; decide first, or name a decision, or --issues")
        return Read((), (f"there is no {LAST_DECISION}, so only the issues are listed",))
    return read_decisions(asked or ((root / LAST_DECISION).parent,))


def _show(feedback: Feedback, out: Path | None, *, markdown: bool, as_json: bool) -> None:
    if not (markdown or as_json):
        for line in feedback_lines(feedback, shutil.get_terminal_size().columns):
            coloured(line)
        return
    content = feedback_json(feedback) if as_json else feedback_markdown(feedback)
    if out is None:
        click.echo(content, nl=False)
        return
    _write(out, content)
    click.echo(f"wrote {short(out)}", err=True)


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise UsageError(f"{short(path)}: can't be written: {error.strerror}") from error
