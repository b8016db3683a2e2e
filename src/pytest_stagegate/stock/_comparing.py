"""What gates that compare with a baseline share."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from pytest_stagegate.errors import nearest
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence, show_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from pytest_stagegate.model.absent import Absent
    from pytest_stagegate.model.metrics import Metrics
    from pytest_stagegate.model.numbers import Percentage
    from pytest_stagegate.model.verdicts import Check


T = TypeVar("T")

_NAMED: Final = 10
_COMPARED: Final = 2_000
"""Names that a name is compared with, where it is not there."""


def without_baseline(name: str, absent: Absent, *, unit: str = "", limit_shown: str = "") -> Check:
    """Return a check that could not be made for want of a baseline; of a first run the reason's remedy says enough."""
    first = absent.reason == "no-baseline"
    text = absent.text if first else f"{absent.text}. {absent.remedy}".strip()
    return no_evidence(name, absent.reason, text, unit=unit, limit_shown=limit_shown)


def change(title: str, now: Measure, before: Fraction, tolerance: Percentage, *, grows: bool, where: str) -> Check:
    """Return how far a number lies on the wrong side of an earlier one, in parts of that one's size.

    Of an earlier number of 0 there are no parts: then nothing on the wrong side of 0 is let through.

    Args:
        title: Name of the check.
        now: The number; something was inspected.
        before: The earlier one.
        tolerance: How far it may lie on the wrong side.
        grows: Whether it is worse when it is higher.
        where: Both numbers for people.
    """
    assert now.value is not None
    worse = now.value - before if grows else before - now.value
    if before == 0:
        return check(title, Measure(worse, inspected=now.inspected, where=(where,)), at_most=0)
    share = Measure(worse / abs(before), kind="share", inspected=now.inspected, where=(where,))
    return check(title, share, at_most=tolerance)


def shown_limit(title: str, tolerance: Percentage) -> str:
    """Return the limit of a change for people, for a check that could not be made."""
    return check(title, Measure(None, kind="share", inspected=0), at_most=tolerance).limit_shown


def shown(value: Fraction) -> str:
    """Return a number for people."""
    return show_number(value, upward=False)


def judged(measured: Metrics, limits: Mapping[str, T]) -> list[tuple[str, T]]:
    """Return the metrics that have a limit, in order, without those that a waiver covers."""
    return [(name, limits[name]) for name in sorted(limits) if not measured.waived(name)]


def every_metric_is_waived() -> Check:
    """Return the check that stands where a waiver covers every metric that has a limit."""
    nothing = no_evidence("metrics", "not-declared", "every metric is waived")
    return msgspec.structs.replace(nothing, verdict=Verdict.NOT_APPLICABLE, shown="")


def missing(measured: Metrics, name: str) -> str:
    """Return that a metric is not there, with the nearest name; of very many metrics not all are compared."""
    names = measured.names
    told = nearest(name, islice(names, _COMPARED))
    if told.startswith("known") and len(names) > _NAMED:
        told = f"stagegate inspect shows the {len(names)} that there are"
    return f"no evidence holds a metric {name}; {told}"
