"""What gates that compare with a baseline share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.thresholds import no_evidence

if TYPE_CHECKING:
    from pytest_stagegate.model.absent import Absent
    from pytest_stagegate.model.verdicts import Check


def without_baseline(name: str, absent: Absent, *, unit: str = "", limit_shown: str = "") -> Check:
    """Return a check that could not be made for want of a baseline; of a first run the reason's remedy says enough."""
    first = absent.reason == "no-baseline"
    text = absent.text if first else f"{absent.text}. {absent.remedy}".strip()
    return no_evidence(name, absent.reason, text, unit=unit, limit_shown=limit_shown)
