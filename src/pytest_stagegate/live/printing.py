"""Our lines on pytest's own terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pytest_stagegate.documents.code_pages import shown_in
from pytest_stagegate.documents.terminal import COLOURS, Text

if TYPE_CHECKING:
    import pytest


def width_of(terminal: Any) -> int | None:
    """Return the columns of the terminal, or None where its reporter does not tell."""
    return getattr(getattr(terminal, "_tw", None), "fullwidth", None)


def write_line(terminal: Any, text: Text) -> None:
    """Write a line in its colours, in characters that the terminal has."""
    file = getattr(getattr(terminal, "_tw", None), "_file", None)
    marks = dict.fromkeys(COLOURS.get(text.style, ()), True)
    terminal.write_line(shown_in(text.line, getattr(file, "encoding", None)), **marks)


def print_line(config: pytest.Config, text: Text) -> None:
    """Write a line of its own, whatever stands on the terminal; without a terminal on the standard error."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if terminal is None:
        print(text.line, file=sys.stderr)
        return
    terminal.ensure_newline()
    if getattr(getattr(terminal, "_tw", None), "width_of_current_line", 0):
        # Of progress that workers make the terminal's reporter knows no open line.
        terminal.write_line("")
    write_line(terminal, text)
