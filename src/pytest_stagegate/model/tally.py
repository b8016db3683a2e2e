"""Noting how much a gate has read.

A gate asks for evidence by type annotation and gets a *face*: a read-only view that notes how much the gate
looked at. That note is why a gate of plain asserts that read nothing can't pass.
"""

from __future__ import annotations


class Tally:
    """Counts what one gate has read."""

    def __init__(self) -> None:
        self.read = 0

    def note(self, inspected: int) -> None:
        """Add the number of things that a measure was taken from."""
        self.read += inspected
