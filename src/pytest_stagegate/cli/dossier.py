"""``stagegate dossier``: a decision, its documents and its evidence as one folder and one zip."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.cli.parts import FILE, FOLDER, LACKING, LAST_DECISION, short
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.dossiers import BODY, Request, collected, write_dossier
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.model.word import Word
from pytest_stagegate.project import load_project
from pytest_stagegate.waiting import working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.dossiers import Dossier

_LARGEST_ASSET: Final = 2 << 30
"""Bytes that an asset of a release may have on GitHub."""

_LONGEST_BODY: Final = 125_000
"""Characters that the text of a release may have there."""


@click.command("dossier", epilog="\b\nExample:\n  stagegate dossier --evidence reports/ --tag v1.2.0")
@click.option("--decision", type=FILE, default=Path(LAST_DECISION), show_default=True, help="The decision.")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
@click.option("--out", type=FOLDER, default=Path("dossier"), show_default=True, help="The folder; the zip lies beside.")
@click.option("--evidence", metavar="PATH", multiple=True, type=click.Path(path_type=Path), help="Files or folders.")
@click.option("--tag", help="The release's tag in the commands [default: v and the version]")
@click.option("--notes", "range_", metavar="FROM..TO", help="Which changes are told [default: as `stagegate notes`]")
@click.option("--no-notes", is_flag=True, help="Make no release notes.")
@click.option("--draft", is_flag=True, help="Also for a provisional decision; every document says DRAFT.")
def command(
    decision: Path,
    root: Path,
    policy: Path | None,
    out: Path,
    evidence: tuple[Path, ...],
    tag: str | None,
    range_: str | None,
    no_notes: bool,
    draft: bool,
) -> int:
    """Put a decision, its documents and its evidence into one folder and one zip.

    Evidence is what the decision lists with a digest; it is looked for beside the decision, below the root and in what
    --evidence names, and one file that is missing or has changed ends the command. Nothing else is copied. The release
    notes are told from the history. The commands that attach the zip to a release are printed, and none is run.
    """
    if tag is not None and tag.startswith("-"):
        raise UsageError(f"--tag: {tag!r} is no name of a tag")
    if no_notes and range_ is not None:
        raise UsageError("--notes: does not go with --no-notes")
    asked = Request(
        decision=decision,
        project=load_project(root.resolve(), policy),
        evidence=evidence,
        notes=not no_notes,
        range=range_,
        environ=os.environ,
        draft=draft,
    )
    out = Path.cwd() / out
    try:
        with working():
            dossier = collected(asked)
            target, sums = write_dossier(dossier, out)
    except EvidenceError as error:
        click.echo(f"stagegate: {clean(str(error))}", err=True)
        click.secho("✘ no dossier was written", fg="red", bold=True)
        return LACKING
    except OSError as error:
        click.echo(f"stagegate: the dossier can't be written: {error.strerror}: {error.filename}", err=True)
        return LACKING
    for text in dossier.left_out:
        click.echo(f"left out: {clean(text)}")
    click.echo(f"wrote {short(out)}/ ({len(dossier.files) + 1} files)")
    click.echo(f"wrote {short(target)}")
    click.echo(f"wrote {short(sums)}")
    for line in _announcing(dossier, out, target, sums, tag):
        click.echo(line)
    return 0


def _announcing(dossier: Dossier, out: Path, target: Path, sums: Path, tag: str | None) -> Iterator[str]:
    """Yield the commands that attach the dossier to a release, or why there is none."""
    found = dossier.decision
    if found.decision not in (Word.GO, Word.CONDITIONAL):
        yield f"The decision is {found.decision.value.replace('_', ' ')}: there is nothing to announce."
        return
    if target.stat().st_size >= _LARGEST_ASSET:
        yield f"{short(target)} has 2 GiB or more, and GitHub takes no asset of that size: keep it elsewhere."
        return
    body = out / next(name for name in (BODY, "notes.md", "report.md") if name in dossier.files)
    if len(body.read_text(encoding="utf-8")) > _LONGEST_BODY:
        yield f"{short(body)} has more than {_LONGEST_BODY} characters: shorten it before it becomes a release's text."
    version = found.subject.version or "unknown"
    name = tag or f"v{version}"
    title = ["--title", f"{found.subject.name} {version}"]
    files = [short(target), short(sums)]
    draft = ["--draft"] if dossier.stem.endswith("-DRAFT") else []
    yield "To attach it to a release (each asset below 2 GiB), run one of:"
    create = ["gh", "release", "create", name, *files, "--verify-tag", *draft, *title, "--notes-file", short(body)]
    yield _quoted(create)
    yield _quoted(["gh", "release", "upload", name, *files])
    if not draft:
        yield _quoted(["glab", "release", "create", name, *files, "--name", title[1], "--notes-file", short(body)])


def _quoted(words: list[str]) -> str:
    return "  " + shlex.join(clean(" ".join(word.split("\n"))) for word in words)
