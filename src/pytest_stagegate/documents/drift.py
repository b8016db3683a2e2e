"""What the policy demands less of, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Drift


def drift_line(drift: Drift) -> str:
    """Return one demand that became less as a sentence."""
    name = " ".join(part for part in (drift.gate, drift.option) if part)
    return clean(f"{name}: {drift.before} → {drift.now} (since {drift.since})")
