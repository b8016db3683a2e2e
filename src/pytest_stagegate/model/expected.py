"""The cells of stage, environment and shard that must have evidence."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Expected(NamedTuple):
    """A cell that must have evidence, from ``[[tool.stagegate.expect]]``.

    Attributes:
        stage: A stage of which tests must have been executed.
        environment: The environment the run has to be against, or None for any.
        shard: The shard that has to bring it, or None for any.
    """

    stage: str
    environment: str | None
    shard: str | None

    def __str__(self) -> str:
        """Return the cell in words."""
        where = f" in {self.environment}" if self.environment else ""
        return f"stage {self.stage}{where}" + (f" from shard {self.shard}" if self.shard else "")


class ExpectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that must have evidence, and what there is.

    Attributes:
        stage: As in `Expected`.
        environment: Likewise; None for any.
        shard: Likewise.
        executed: How many of its tests were executed.
    """

    stage: str
    environment: str | None
    shard: str | None
    executed: int

    def __str__(self) -> str:
        """Return the cell in words."""
        return str(Expected(self.stage, self.environment, self.shard))
