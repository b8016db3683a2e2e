"""What a terminal shows while people wait: one line that is gone afterwards. Logs are shown nothing."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.stepping import told_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

AFTER: Final = 1.0
"""Seconds; what takes no longer shows nothing."""


@contextmanager
def working(stream: IO[str] | None = None, *, open_line: Callable[[], None] | None = None) -> Iterator[None]:
    """Show on a terminal what is being done, and for how long, once it takes more than a second.

    Args:
        stream: Where; the standard error when absent. One that is no terminal is left alone.
        open_line: Called before anything is shown: ends a line that somebody else has begun.
    """
    shown_on = sys.stderr if stream is None else stream
    if not shown_on.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        yield
        return
    line = _Line(shown_on, open_line)
    thread = threading.Thread(target=line.show, daemon=True)
    thread.start()
    try:
        with told_to(line.say):
            yield
    finally:
        line.done.set()
        thread.join()


class _Line:
    """The line, shown by a thread of its own, so that it moves while something else computes."""

    def __init__(self, stream: IO[str], open_line: Callable[[], None] | None) -> None:
        self.done = threading.Event()
        self._stream = stream
        self._open_line = open_line
        self._what = "working"

    def say(self, what: str) -> None:
        """Take what is begun; it is shown when the line is drawn next."""
        self._what = " ".join(clean(what).split())

    def show(self) -> None:
        """Wait, then draw until it is done."""
        if self.done.wait(AFTER):
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.table import Column

        if self._open_line is not None:
            self._open_line()
        text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
        console = Console(file=self._stream)
        columns = (SpinnerColumn("line"), text, TimeElapsedColumn())
        shown = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
        with shown as progress:
            task = progress.add_task(self._what)
            progress.tasks[task].start_time = progress.get_time() - AFTER
            while not self.done.wait(0.1):
                progress.update(task, description=self._what)
