"""What a terminal shows while people wait."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import IO, Any

import pytest

from pytest_stagegate import waiting
from pytest_stagegate.stepping import step
from tests.unit.terminals import TOLD, pty


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, IO[str]]]:
    for name in TOLD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as stream:
        yield ours, stream
    os.close(ours)


def said_until(ours: int, word: str) -> str:
    """Read what a terminal is shown until a word comes; waits for it."""
    said = ""
    while word not in said:
        said += os.read(ours, 4096).decode()
    return said


def test_what_takes_long_is_told_in_a_line_that_is_gone_afterwards(
    terminal: tuple[int, IO[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, stream = terminal
    monkeypatch.setattr(waiting, "AFTER", 0.0)
    opened: list[str] = []
    with waiting.working(stream, open_line=lambda: opened.append("\n")):
        step("reading \x1b[31ma.xml\n[bold]")
        said = said_until(ours, "reading a.xml [bold]")
    assert "\x1b[31ma" not in said
    assert opened == ["\n"]
    stream.write("END")
    stream.flush()
    assert said_until(ours, "END").endswith("\x1b[2KEND")


def test_what_is_done_at_once_shows_nothing(terminal: tuple[int, IO[str]]) -> None:
    ours, stream = terminal
    with waiting.working(stream):
        step("reading a.xml")
    stream.write("END")
    stream.flush()
    assert said_until(ours, "END") == "END"


@pytest.mark.parametrize("variable", [("CI", "true"), ("TERM", "dumb")])
def test_a_log_is_shown_nothing(
    terminal: tuple[int, IO[str]], monkeypatch: pytest.MonkeyPatch, variable: tuple[str, str]
) -> None:
    ours, stream = terminal
    monkeypatch.setattr(waiting, "AFTER", 0.0)
    monkeypatch.setenv(*variable)
    log: Any = io.StringIO()
    for each in (stream, log):
        with waiting.working(each):
            step("reading a.xml")
    stream.write("END")
    stream.flush()
    assert said_until(ours, "END") == "END"
    assert log.getvalue() == ""


def test_a_fault_is_let_through_and_the_line_is_gone(
    terminal: tuple[int, IO[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, stream = terminal
    monkeypatch.setattr(waiting, "AFTER", 0.0)
    with pytest.raises(ZeroDivisionError), waiting.working(stream):
        _ = len(said_until(ours, "working")) / 0
    stream.write("END")
    stream.flush()
    assert said_until(ours, "END").endswith("\x1b[2KEND")
