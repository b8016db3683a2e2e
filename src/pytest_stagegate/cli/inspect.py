"""``stagegate inspect``: what does this file say?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import msgspec

from pytest_stagegate.cli.parts import FOLDER
from pytest_stagegate.documents.inspection import told
from pytest_stagegate.documents.wording import wrapped
from pytest_stagegate.errors import UsageError, nearest
from pytest_stagegate.evidence.finding import Given, expand
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.model.sources import FORMATS, FORMATS_LISTED

_COLUMNS: Final = 79


def _listed() -> str:
    """Return the names of all formats by the kind of evidence that they bring, a line for each."""
    of: dict[str, list[str]] = {}
    for name, kind in FORMATS.items():
        of.setdefault(kind, []).append(name)
    lines = [line for kind, names in of.items() for line in wrapped(f"  {kind:<17}", ", ".join(names), _COLUMNS)]
    return "\n".join(["\b", "Formats, by what they bring:", *lines])


@click.command(
    "inspect",
    epilog=f"{_listed()}\n\n\b\nExample:\n  stagegate inspect reports/*.xml coverage.json --json",
)
@click.argument("files", nargs=-1, required=True)
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="Paths are made relative to it.")
@click.option("--format", "format_", metavar="FORMAT", help="The format [default: told from content]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(files: tuple[str, ...], root: Path, format_: str | None, as_json: bool) -> int:
    """Say what evidence files are, what was read from them, and what is wrong with them.

    Ends with 0 when every file could be read, with 2 otherwise; a file that can't be read doesn't hide the others.
    """
    if format_ is not None and format_ not in FORMATS:
        raise UsageError(f"--format: unknown format {format_!r}; {nearest(format_, FORMATS, FORMATS_LISTED)}")
    asked = expand(Given(Path(each)) for each in files)
    found = [looked_at(each.path, root.resolve(), format_ or "") for each in asked]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        for each in found:
            for line in told(each):
                click.echo(line)
    return 2 if any(each.error for each in found) else 0
