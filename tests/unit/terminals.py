"""Running a program in a terminal of its own, as a person sees it."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

pty: Any = pytest.importorskip("pty", reason="needs a POSIX terminal")
fcntl: Any = pytest.importorskip("fcntl", reason="needs a POSIX terminal")
termios: Any = pytest.importorskip("termios", reason="needs a POSIX terminal")

TOLD = ("CI", "COLUMNS", "FORCE_COLOR", "FORCE_HYPERLINK", "NO_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "GITLAB_CI")
"""Variables that change what a terminal is shown."""


def in_terminal(*command: str, cwd: Path, columns: int = 80, **variables: str) -> tuple[int, str]:
    """Run a command in a terminal; return its status and all that was written to the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in TOLD} | {"TERM": "xterm"} | variables
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        said = b""
        while part := _read(ours):
            said += part
    os.close(ours)
    return running.returncode, said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""
