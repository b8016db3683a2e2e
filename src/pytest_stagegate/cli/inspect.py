"""``stagegate inspect``: what does this file say?"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from pytest_stagegate.cli.parts import FOLDER
from pytest_stagegate.documents.inspection import told
from pytest_stagegate.evidence.finding import Given, expand
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.model.sources import FORMATS


@click.command("inspect", epilog="\b\nExample:\n  stagegate inspect reports/*.xml coverage.json --json")
@click.argument("files", nargs=-1, required=True)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="Paths are made relative to it.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(FORMATS)),
    metavar="FORMAT",
    help="The format [default: told from content]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(files: tuple[str, ...], root: Path, format_: str | None, as_json: bool) -> int:
    """Say what evidence files are, what was read from them, and what is wrong with them.

    Ends with 0 when every file could be read, with 2 otherwise; a file that can't be read doesn't hide the others.
    """
    asked = expand(Given(Path(each)) for each in files)
    found = [looked_at(each.path, root.resolve(), format_ or "") for each in asked]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        for each in found:
            for line in told(each):
                click.echo(line)
    return 2 if any(each.error for each in found) else 0
