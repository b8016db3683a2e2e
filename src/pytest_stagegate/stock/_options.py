"""Options of gates that show figures until the policy declares a limit."""

from __future__ import annotations

from typing import ClassVar

from pytest_stagegate.hooks import GateOptions


class LimitOptions(GateOptions, frozen=True):
    """Options of which each one is a limit, but for those that only say how to read the limits.

    Attributes:
        no_limits: Names of the options that are no limit.
    """

    no_limits: ClassVar[tuple[str, ...]] = ()

    def declares_a_limit(self) -> bool:
        """Return whether any limit is set."""
        default = type(self)()
        limits = [name for name in self.__struct_fields__ if name not in self.no_limits]
        return any(getattr(self, name) != getattr(default, name) for name in limits)
