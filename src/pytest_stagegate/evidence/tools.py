"""Running tools: words and never a shell, each in a process group of its own and within its time."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.model.texts import shortened, without_folders
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_KEPT_BYTES: Final = 1 << 13
_KEPT_CHARACTERS: Final = 200
_PATIENCE_SECONDS: Final = 1
"""How long what a tool says is waited for once it has ended: one of its children may hold the pipe open."""


_OF_THE_RUN: Final = ("PYTEST_", "COV_CORE_", "COVERAGE_PROCESS_", "COVERAGE_RUN", "STAGEGATE_COVERAGE_")
"""Beginnings of variables that belong to the run of pytest that we may be part of, and not to its user."""

_INSIDE: Final = "STAGEGATE_PRODUCER_OF"
"""Tells a tool's own children for which root a tool is running."""


def environ_of_tools(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """Return the variables that a tool of a project is run with."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_OF_THE_RUN)}
    return kept | {_INSIDE: str(root.resolve())}


def is_inside(environ: Mapping[str, str], root: Path) -> bool:
    """Return whether a tool of the same project runs us."""
    return environ.get(_INSIDE) == str(root.resolve())


class Ended(NamedTuple):
    """How a tool ended.

    Attributes:
        status: Its exit status, or None when it could not be started or did not end by itself.
        problem: Why there is none, in words that follow a name; empty otherwise.
        last_words: Last line of its standard error.
    """

    status: int | None
    problem: str = ""
    last_words: str = ""


class Tools:
    """Runs tools in one folder, and can stop all that are running.

    Args:
        folder: Where they run.
        environ: Their environment variables.
        hidden: Takes out of what they say what must not be shown.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], hidden: Callable[[str], str] = str) -> None:
        self._folder = folder
        self._hidden = hidden
        self._environ = environ
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, command: Sequence[str], output: IO[bytes] | None, limit: int) -> Ended:
        """Run one tool to its end; whatever it does, nothing is raised.

        Args:
            command: Program and arguments, given as they are.
            output: Takes its standard output; None to throw that away.
            limit: Microseconds.
        """
        try:
            process = self._started(command, output)
        except FileNotFoundError:
            return Ended(None, f"could not be run: there is no program {command[0]!r}")
        except OSError as error:
            return Ended(None, f"could not be run: {command[0]!r}: {error.strerror}")
        if process is None:
            return Ended(None, "was not run, because the others were stopped")
        told = _Told(process)
        try:
            status = process.wait(limit / 1_000_000)
            problem = f"was ended by {_signal(-status)}" if status < 0 else ""
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
            status, problem = -1, f"was not done after {show_duration(Fraction(limit), upward=False)} and was stopped"
        finally:
            with self._lock:
                self._running.discard(process)
        # A secret that is cut in two would not be known any more.
        whole = self._hidden(told.last_line())
        last_words = shortened(without_folders(whole, self._folder, self._folder.resolve()), _KEPT_CHARACTERS)
        return Ended(status if status >= 0 else None, problem, last_words)

    def stop(self) -> None:
        """Kill every tool that is running, with all that it has started, and start none any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                if process.poll() is None:
                    _kill(process)

    def _started(self, command: Sequence[str], output: IO[bytes] | None) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopped:
                return None
            process = subprocess.Popen(
                list(command),
                cwd=self._folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if output is None else output,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            self._running.add(process)
            return process


class _Told:
    """Reads a tool's standard error as long as it lasts, and keeps its end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        self._stream = process.stderr
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream as stream:
            while block := os.read(stream.fileno(), _KEPT_BYTES):
                self._kept = (self._kept + block)[-_KEPT_BYTES:]

    def last_line(self) -> str:
        self._thread.join(_PATIENCE_SECONDS)
        lines = self._kept.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process that nobody has waited for yet, and everything in its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:
        process.kill()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"the signal {number}"
