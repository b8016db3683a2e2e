"""Which features are ready and which can be seen, as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.flags import FeatureRow

HEAD: Final = ("feature", "owner", "ready", "flag", "users may get", "may be seen in", "why not")
"""Column heads of the table of features."""

_STATES: Final = {
    "revealed": "revealed",
    "concealed": "concealed",
    "missing": "not in the flag file",
    "unknown": "not known",
}


def feature_cells(row: FeatureRow) -> tuple[str, ...]:
    """Return a row of the table of features."""
    ready = "ready" if row.ready else "not ready" if row.declared else ""
    where = ", ".join(row.reveal) or ("everywhere" if row.declared else "")
    return row.name, row.owner, ready, _STATES[row.state], ", ".join(row.shows), where, "; ".join(row.why_not)


def feature_lines(rows: Sequence[FeatureRow], decided: Sequence[str]) -> tuple[str, ...]:
    """Return the features as lines for a terminal.

    Args:
        rows: The features.
        decided: For each of them in a few words what becomes of it.
    """
    width = max((len(clean(row.name)) for row in rows), default=0)
    lines = []
    for row, word in zip(rows, decided, strict=True):
        ready = "ready    " if row.ready else "not ready"
        lines.append(f"{clean(row.name):{width}}  {ready}  {clean(word)}")
        lines += [f"{'':{width}}  {clean(why)}" for why in row.why_not]
    return tuple(lines)
