"""Options of gates that show figures until the policy declares a limit."""

from __future__ import annotations

from pytest_stagegate.hooks import GateOptions


class LimitOptions(GateOptions, frozen=True):
    """Options of which each one is a limit."""

    def declares_a_limit(self) -> bool:
        """Return whether any limit is set."""
        return self != type(self)()
