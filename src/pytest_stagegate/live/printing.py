"""Our lines on pytest's own terminal."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from pytest_stagegate.documents.code_pages import shown_in
from pytest_stagegate.documents.hyperlinks import linked, takes_links
from pytest_stagegate.documents.terminal import COLOURS, Text
from pytest_stagegate.waiting import working

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pytest


def width_of(terminal: Any) -> int | None:
    """Return the columns of the terminal, or None where its reporter does not tell."""
    return getattr(getattr(terminal, "_tw", None), "fullwidth", None)


def write_line(terminal: Any, text: Text, file: Path | None = None) -> None:
    """Write a line in its colours, in characters that the terminal has.

    Args:
        terminal: pytest's reporter.
        text: The line.
        file: Where its place leads to in a terminal that takes links.
    """
    writer: Any = getattr(terminal, "_tw", None)
    stream = getattr(writer, "_file", None)
    marks = dict.fromkeys(COLOURS.get(text.style, ()), True)
    line = shown_in(text.line, getattr(stream, "encoding", None))
    tty = stream is not None and writer.hasmarkup and stream.isatty()
    if takes_links(os.environ, tty=tty):
        line = linked(line, text.place, file)
    terminal.write_line(line, **marks)


def waiting(config: pytest.Config) -> AbstractContextManager[None]:
    """Show in a terminal what is done after the last test, once it takes more than a second."""
    writer: Any = getattr(config.pluginmanager.getplugin("terminalreporter"), "_tw", None)
    if writer is None:
        return nullcontext()
    # Of the progress of tests a line may still be open.
    return working(writer._file, open_line=lambda: writer.line() if writer.width_of_current_line else None)


def print_line(config: pytest.Config, text: Text, file: Path | None = None) -> None:
    """Write a line of its own, whatever stands on the terminal; without a terminal on the standard error.

    Args:
        config: The session's configuration.
        text: The line.
        file: Where its place leads to in a terminal that takes links.
    """
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if terminal is None:
        print(text.line, file=sys.stderr)
        return
    terminal.ensure_newline()
    if getattr(getattr(terminal, "_tw", None), "width_of_current_line", 0):
        # Of progress that workers make the terminal's reporter knows no open line.
        terminal.write_line("")
    write_line(terminal, text, file)
