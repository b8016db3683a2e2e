"""The command line's face of pytest-stagegate: ``stagegate``. A module a command, imported when it is asked for."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Any, Final

import click

from pytest_stagegate import __version__
from pytest_stagegate.documents.code_pages import ERRORS
from pytest_stagegate.errors import EvidenceError, StageGateError

HOLD: Final = 21
USAGE: Final = 2
OWN_FAULT: Final = 70
_COMMANDS: Final = (
    "attach",
    "baseline",
    "check",
    "collect",
    "compare",
    "demo",
    "deployed",
    "doctor",
    "dossier",
    "drill",
    "drill-log",
    "explain",
    "feedback",
    "features",
    "inspect",
    "manual",
    "measure",
    "notes",
    "probe",
    "report",
    "rollout",
    "sign-off",
    "standup",
    "verify",
    "waivers",
)


class _Commands(click.Group):
    """Imports a command's module only when the command is asked for: reading a file needs little memory then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="stagegate", message="%(prog)s %(version)s")
def commands() -> None:
    """Decide, with evidence, whether software may go on to its next stage."""


def main(args: list[str] | None = None) -> None:
    """Run a command and end the process with its status: 0, 20, 21, 2 for a mistake, 70 for a fault of our own."""
    for stream in (sys.stdout, sys.stderr):
        # A code page without our signs shows others; it must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)
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
        click.secho("‖ HOLD  the evidence can't be judged", fg="yellow", bold=True)
        return HOLD
    except StageGateError as error:
        text = str(error)
        click.echo(text if text.startswith("stagegate:") else f"stagegate: {text}", err=True)
        return USAGE
    except Exception as error:
        click.echo(f"stagegate: a fault of stagegate itself: {type(error).__name__}: {error}", err=True)
        return OWN_FAULT
    return int(answer or 0)
