"""``stagegate demo``: a sample project and its decisions."""

from __future__ import annotations

from pathlib import Path

import click

from pytest_stagegate.cli.parts import FOLDER
from pytest_stagegate.demo.faults import FAULTS
from pytest_stagegate.demo.showing import show
from pytest_stagegate.demo.walking import walk
from pytest_stagegate.errors import UsageError


@click.command(
    "demo", epilog="\b\nExamples:\n  stagegate demo\n  stagegate demo --full\n  stagegate demo --full --fault=deploy"
)
@click.argument("folder", type=FOLDER, default=Path("stagegate-demo"))
@click.option("--full", is_flag=True, help="Walk one version through all eight stages.")
@click.option("--fault", type=click.Choice([*FAULTS]), help="With --full: plant a fault at a stage, which stops there.")
def command(folder: Path, full: bool, fault: str | None) -> int:
    """Write a small real project and decide about it: first NO GO, then, repaired, GO, and at last its release.

    FOLDER is made anew each time [default: ./stagegate-demo]; a folder that this command did not write is left alone.
    """
    if fault is not None and not full:
        raise UsageError("--fault needs --full")
    return walk(folder, click.echo, fault or "") if full else show(folder, click.echo)
