"""``stagegate demo``: a sample project and its decisions."""

from __future__ import annotations

from pathlib import Path

import click

from pytest_stagegate.cli.parts import FOLDER
from pytest_stagegate.demo.showing import show


@click.command("demo", epilog="\b\nExample:\n  stagegate demo")
@click.argument("folder", type=FOLDER, default=Path("stagegate-demo"))
def command(folder: Path) -> int:
    """Write a small real project and decide about it: first NO GO, then, repaired, GO, and at last its release.

    FOLDER is made anew each time [default: ./stagegate-demo]; a folder that this command did not write is left alone.
    """
    return show(folder, click.echo)
