"""Running the commands that the demo shows, as a user would type them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BROKEN: Final = 70
"""Status of a demo in which a step ended otherwise than it has to."""

_DROPPED: Final = (
    "PYTEST_ADDOPTS",
    "PYTEST_PLUGINS",
    "CARRIER_ACCOUNT",
    "DEPLOY_APPROVED",
    "COVERAGE_PROCESS_START",
    "SOURCE_DATE_EPOCH",
)


class Commands:
    """Shows each command, runs it in the sample project, and notes what ended otherwise than it has to.

    Args:
        folder: The sample project.
        say: Prints one line.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self.say = say
        self._surprises: list[str] = []

    def surprised(self) -> bool:
        """Say which steps ended otherwise than they have to; return whether there are any."""
        if self._surprises:
            self.say("\nThis is not what the demo is meant to show:")
            for each in self._surprises:
                self.say(f"  {each}")
        return bool(self._surprises)

    def python(self, script: str) -> None:
        """Run a script of the project, with its arguments."""
        self._run(f"python {script}", [sys.executable, *script.split()], 0)

    def pytest(self, *words: str, expected: int = 0, variables: Mapping[str, str] = MappingProxyType({})) -> None:
        """Run pytest, with further variables."""
        said = "".join(f"{name}={value} " for name, value in variables.items())
        command = [sys.executable, "-m", "pytest", *words]
        self._run(f"{said}pytest {' '.join(words)}", command, expected, variables=variables)

    def stagegate(self, *words: str, expected: int = 0, answers: str = "") -> None:
        """Run ``stagegate``; answers go to its standard input."""
        shown = shlex.join(words)
        command = [sys.executable, "-c", "from pytest_stagegate.cli import main; main()", *words]
        self._run(f"stagegate {shown}", command, expected, answers)

    def _run(
        self,
        shown: str,
        command: Sequence[str],
        expected: int,
        answers: str = "",
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.say(f"\n$ {shown}\n")
        sys.stdout.flush()
        environment = {**_environment(), **variables}
        ended = subprocess.run(
            command, cwd=self._folder, env=environment, input=answers, text=True, encoding="utf-8", check=False
        ).returncode
        if ended != expected:
            self._surprises.append(f"{shown} ended with {ended} instead of {expected}")


def _environment() -> dict[str, str]:
    """Return the variables as a user has them in an activated environment, without what adds to every pytest run."""
    kept = {key: value for key, value in os.environ.items() if key not in _DROPPED}
    programs = os.path.abspath(Path(sys.executable).parent)
    return {**kept, "PATH": os.pathsep.join(filter(None, (programs, kept.get("PATH"))))}
