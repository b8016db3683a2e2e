"""Which features are ready and which can be seen, as finished strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.flags import FeatureRow

_SHOWN: Final = 100
_HEAD: Final = ("feature", "owner", "ready", "flag", "users may get", "may be seen in", "why not")
_STATES: Final = {
    "revealed": "revealed",
    "concealed": "concealed",
    "missing": "not in the flag file",
    "unknown": "not known",
}


@dataclass(frozen=True)
class FeaturesView:
    """The features of a decision.

    Attributes:
        head: Column heads.
        rows: At most 100 rows, one for each feature, and for each flag that the policy does not name.
        more: A sentence when there are more; empty otherwise.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str


def features_view(rows: Sequence[FeatureRow]) -> FeaturesView:
    """Return the features as finished strings."""
    more = len(rows) - _SHOWN
    return FeaturesView(
        head=_HEAD,
        rows=tuple(map(_row, rows[:_SHOWN])),
        more=f"{plural(more, 'more feature')} in decision.json." if more > 0 else "",
    )


def _row(row: FeatureRow) -> tuple[str, ...]:
    ready = "ready" if row.ready else "not ready" if row.declared else "–"
    where = ", ".join(row.reveal) or ("everywhere" if row.declared else "–")
    cells = (row.name, row.owner or "–", ready, _STATES[row.state], ", ".join(row.shows) or "–", where)
    return tuple(clean(each) for each in (*cells, "; ".join(row.why_not) or "–"))


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
