"""Why pytest ended, and whether it may still end otherwise."""

from __future__ import annotations

import pytest


def endings(session: pytest.Session, own: int) -> list[tuple[str, str]]:
    """Return reason and text of everything that ended a session early.

    Args:
        session: The session.
        own: pytest's exit status.
    """
    if session.shouldfail or session.shouldstop:
        why = str(session.shouldfail or session.shouldstop)
        return [("stopped-early", f"pytest stopped before every collected test had run: {why}.")]
    if own == pytest.ExitCode.USAGE_ERROR:
        return [("usage-error", "pytest stopped with a usage error.")]
    return []


def limits_warnings(config: pytest.Config) -> bool:
    """Return whether pytest itself may still end the run with 6; a status of ours would keep it from doing so."""
    option = getattr(config.option, "max_warnings", None)
    if option is not None:
        return True
    try:
        return config.getini("max_warnings") not in (None, "")
    except (KeyError, ValueError):
        return False
