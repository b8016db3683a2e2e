"""The live run: pytest's hooks translated into evidence, and the decision taken at its end."""

from __future__ import annotations

from pytest_stagegate.live.session import switch_on

__all__ = ["switch_on"]
