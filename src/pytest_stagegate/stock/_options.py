"""Options of gates that show figures until the policy declares a limit."""

from __future__ import annotations

from pytest_stagegate.hooks import GateOptions


class LimitOptions(GateOptions, frozen=True):
    """Options of which each one is a limit, but for its leeway."""

    def declares_a_limit(self) -> bool:
        """Return whether any limit is set."""
        default = type(self)()
        limits = [name for name in self.__struct_fields__ if name not in self.leeway]
        return any(getattr(self, name) != getattr(default, name) for name in limits)
