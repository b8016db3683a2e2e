"""The decisions of earlier stages as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.signs import named
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import UpstreamRow

UPSTREAM_HEAD: Final = ("stage", "decision", "used", "commit", "decided as of", "policy sha256", "file and sha256")
"""Column heads."""


def upstream_row(row: UpstreamRow) -> tuple[str, ...]:
    """Return an earlier decision's cells, in the order of `UPSTREAM_HEAD`."""
    about = f"{row.stage} against {row.environment}" if row.environment else row.stage
    word = named(row.decision, provisional=row.provisional)
    used = f"no, {row.state}: {row.text}" if row.text else "yes"
    cells = (about, word, used, row.commit or "unknown", row.as_of, row.policy_sha256, f"{row.source}, {row.sha256}")
    return tuple(clean(each) for each in cells)
