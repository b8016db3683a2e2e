"""``stagegate verify``: decide once more, offline, and compare with what was recorded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
import msgspec

from pytest_stagegate.cli.parts import DEFECT, FILE, FOLDER, LACKING, coloured
from pytest_stagegate.documents.verified import told
from pytest_stagegate.errors import UsageError
from pytest_stagegate.model.verification import Answer
from pytest_stagegate.verifying import Audit, verify
from pytest_stagegate.waiting import working

_STATUS: Final = {Answer.IDENTICAL: 0, Answer.DIFFERENT: DEFECT, Answer.UNTOLD: LACKING}
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")
_ANY: Final = click.Path(path_type=Path)


@click.command(
    "verify",
    epilog="\b\nExamples:\n  stagegate verify\n  stagegate verify dossier.zip --sha256 DIGEST --root checkout"
    "\n  stagegate verify dossier.zip --allowed-signers my-signers",
)
@click.argument("path", type=_ANY, default=Path(".stagegate"))
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its sources.")
@click.option("--evidence", type=_ANY, multiple=True, help="A file or folder where evidence may be (repeatable).")
@click.option("--sha256", metavar="DIGEST", help="A digest that was kept elsewhere, of the decision or the zip.")
@click.option("--allowed-signers", "allowed", type=FILE, help="Your own file with the keys that may sign.")
@click.option("--with-gates", is_flag=True, help="Load code too: gates/ and templates below --root, installed gates.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what is not identical, and the last lines.")
def command(
    path: Path,
    root: Path,
    evidence: tuple[Path, ...],
    sha256: str | None,
    allowed: Path | None,
    with_gates: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Make a recorded decision once more from its evidence, and compare.

    PATH is a decision.json, an output folder, a dossier as a folder or as a zip [default: .stagegate]. Digests are
    compared, then every gate is judged as of the recorded instant by the recorded policy, and the documents are
    rendered. No code of the project is loaded.

    Ends with 0 when everything is identical, 20 when something is different, 21 when something can't be told.
    """
    if sha256 is not None and not _DIGEST.fullmatch(sha256):
        raise UsageError("--sha256: a SHA-256 digest has 64 hexadecimal digits")
    if allowed is not None and not allowed.is_file():
        raise UsageError(f"--allowed-signers: there is no file {allowed}")
    with working():
        found = verify(path, Audit(root.resolve(), evidence, sha256, allowed, with_gates))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return _STATUS[found.answer]
    for text in told(found, quiet=quiet):
        coloured(text)
    return _STATUS[found.answer]
