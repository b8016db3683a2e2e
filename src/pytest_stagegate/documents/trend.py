"""The lines of a trend and the history of flaky tests as finished strings, with the numbers of their pictures."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.signs import named
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short
from pytest_stagegate.model.since import FlakyTest, Mark, TrendMeasure, TrendPoint
from pytest_stagegate.thresholds import as_fraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.since import Trend, TrendDecision

_WIDTH: Final = 160
_HEIGHT: Final = 24
_EDGE: Final = 4
"""Of a picture: what is drawn on, and what stays free around it, in units of the picture."""

_TOTALS: Final = ("collected", "passed", "failed", "errors", "skipped", "xfailed", "flaky", "lost")
MARKS: Final = {
    Mark.FLAKY: ("●", "conditional"),
    Mark.NOT_FLAKY: ("○", "quiet"),
    Mark.NOT_RUN: ("–", "quiet"),
    Mark.UNKNOWN: ("?", "hold"),
}
"""What a test was in a decision, to its sign and its style class."""


class LineView(msgspec.Struct, frozen=True):
    """One measure, decision by decision.

    Attributes:
        name: What was measured.
        now: What it is now; a dash where it is measured no more.
        told: First, lowest and highest value in words, or that it never changed.
        limit: The limit now; may be empty.
        parts: Points of each unbroken part of the line, as SVG has them.
        limits: Likewise, of the line of the limit.
        dots: X and Y of parts that are one point, and of the last point.
        rows: For each decision its number, what was measured, and the limit.
    """

    name: str
    now: str
    told: str
    limit: str
    parts: tuple[str, ...]
    limits: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...]


class FlakyView(msgspec.Struct, frozen=True):
    """A test that was flaky in any of the decisions.

    Attributes:
        id: Its node id.
        told: In how many of them, in words.
        marks: Sign and style class of what it was in each.
    """

    id: str
    told: str
    marks: tuple[tuple[str, str], ...]


class TrendView(msgspec.Struct, frozen=True):
    """What a decision carries forward, as finished strings.

    Attributes:
        head: Column heads of the decisions.
        decisions: One row for each, the earliest first.
        lines: The measures, then totals of tests.
        lines_more: A sentence when there are more; else empty.
        flaky: Tests that were flaky.
        flaky_more: A sentence when there are more; else empty.
    """

    head: tuple[str, ...] = ()
    decisions: tuple[tuple[str, ...], ...] = ()
    lines: tuple[LineView, ...] = ()
    lines_more: str = ""
    flaky: tuple[FlakyView, ...] = ()
    flaky_more: str = ""


def trend_view(decision: Decision) -> TrendView:
    """Return what a decision carries forward, as finished strings."""
    trend = decision.trend
    if not trend.decisions:
        return TrendView()
    return TrendView(
        head=("no.", "version", "day", "decision", *_TOTALS),
        decisions=tuple(_row(number, each) for number, each in enumerate(trend.decisions, start=1)),
        lines=(*(_line(each, decision) for each in trend.measures), *_totals(trend, decision)),
        lines_more=_more(trend.measures_omitted, "measure"),
        flaky=tuple(map(_flaky, trend.flaky)),
        flaky_more=_more(trend.flaky_omitted, "test"),
    )


def _more(count: int, noun: str) -> str:
    return f"Not listed here: {plural(count, noun)} more." if count else ""


def _row(number: int, each: TrendDecision) -> tuple[str, ...]:
    name = each.version or (f"commit {short(each.commit)}" if each.commit else "not stated")
    word = named(each.decision, provisional=each.provisional)
    totals = (str(getattr(each, total)) for total in _TOTALS)
    return tuple(map(clean, (str(number), name, each.as_of.partition("T")[0], word, *totals)))


def _line(measure: TrendMeasure, decision: Decision) -> LineView:
    elsewhere = measure.environment if measure.environment != decision.environment else None
    name = " ".join(part for part in (measure.gate, measure.check, f"({elsewhere})" if elsewhere else "") if part)
    return _drawn(name, measure.points)


def _totals(trend: Trend, decision: Decision) -> Iterator[LineView]:
    """Yield a line for each count of tests that is not always the same."""
    for total in _TOTALS:
        values = [getattr(each, total) for each in trend.decisions]
        if len(set(values)) > 1:
            yield _drawn(f"tests {total}", [TrendPoint(measured=each, shown=str(each)) for each in values])


def _drawn(name: str, points: Sequence[TrendPoint | None]) -> LineView:
    there = [each for each in points if each is not None]
    last = points[-1]
    values = [None if each is None else as_fraction(each.measured) for each in points]
    limits = [None if each is None or each.limit is None else as_fraction(each.limit.value) for each in points]
    place = _scale([each for each in (*values, *limits) if each is not None], len(points))
    parts = [[place(*pair) for pair in run] for run in _runs(values)]
    return LineView(
        name=clean(name),
        now=clean(last.shown) if last is not None else "–",
        told=clean(_told(there)),
        limit=clean(last.limit_shown) if last is not None else "",
        parts=tuple(" ".join(map(",".join, part)) for part in parts if len(part) > 1),
        limits=tuple(" ".join(",".join(place(*pair)) for pair in run) for run in _runs(limits) if len(run) > 1),
        dots=tuple(dict.fromkeys([part[0] for part in parts if len(part) == 1] + [part[-1] for part in parts[-1:]])),
        rows=tuple(
            (str(number), clean(each.shown) if each else "not measured", clean(each.limit_shown) if each else "")
            for number, each in enumerate(points, start=1)
        ),
    )


def _told(there: Sequence[TrendPoint]) -> str:
    by_value = sorted(there, key=lambda each: as_fraction(each.measured))
    if by_value[0].measured == by_value[-1].measured:
        return f"always {there[0].shown}" if len(there) > 1 else f"only {there[0].shown}"
    return f"first {there[0].shown}, lowest {by_value[0].shown}, highest {by_value[-1].shown}"


def _runs(values: Sequence[Fraction | None]) -> list[list[tuple[int, Fraction]]]:
    """Return the unbroken parts of a line, each point with its number."""
    known = groupby(enumerate(values), key=lambda pair: pair[1] is None)
    return [[(at, value) for at, value in run if value is not None] for gap, run in known if not gap]


def _scale(values: Sequence[Fraction], count: int) -> Callable[[int, Fraction], tuple[str, str]]:
    """Return what places a point of a line in its picture, as X and Y."""
    low, high = min(values), max(values)
    step = _WIDTH / max(count - 1, 1)

    def place(at: int, value: Fraction) -> tuple[str, str]:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return f"{_EDGE + at * step:.1f}", f"{_EDGE + _HEIGHT * (1 - share):.1f}"

    return place


def _flaky(test: FlakyTest) -> FlakyView:
    count = test.marks.count(Mark.FLAKY)
    return FlakyView(
        id=clean(test.id),
        told=f"{count} of {len(test.marks)}",
        marks=tuple(MARKS[each] for each in test.marks),
    )
