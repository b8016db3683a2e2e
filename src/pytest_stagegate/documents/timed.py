"""How long the tests took, as finished strings and as bars."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.documents.drawing import Part, bar
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.thresholds import as_written, show_duration

if TYPE_CHECKING:
    from pytest_stagegate.model.figures import DurationFigures, TimeBand


class BandView(msgspec.Struct, frozen=True):
    """How many tests took how long."""

    name: str
    tests: str
    parts: tuple[Part, ...]


class SlowView(msgspec.Struct, frozen=True):
    """One of the slowest tests.

    Attributes:
        id: Its id.
        place: Its stage and environment.
        took: How long it took.
        parts: Its bar, against that of the slowest.
    """

    id: str
    place: str
    took: str
    parts: tuple[Part, ...]


class DurationsView(msgspec.Struct, frozen=True):
    """How long the tests took; `sentence` is empty where no result of them states a time.

    Attributes:
        sentence: How many were timed, and how long all of them took.
        bands: From the quickest to the longest.
        slowest: At most 20, the slowest first.
        more: A sentence on slow tests whose names are not known; else empty.
    """

    sentence: str = ""
    bands: tuple[BandView, ...] = ()
    slowest: tuple[SlowView, ...] = ()
    more: str = ""


def durations_view(figures: DurationFigures | None) -> DurationsView:
    """Return how long the tests of a decision took as finished strings."""
    if figures is None:
        return DurationsView()
    most = max([1, *(band.tests for band in figures.distribution)])
    longest = max([1, *(test.microseconds for test in figures.slowest)])
    unnamed = figures.slowest_unnamed
    below = [None, *(band.below for band in figures.distribution)]
    return DurationsView(
        sentence=f"{plural(figures.timed, 'executed test')} took {_took(figures.total)} in all.",
        bands=tuple(
            BandView(_band(band, start), str(band.tests), bar([("part", band.tests)], most))
            for band, start in zip(figures.distribution, below, strict=False)
        ),
        slowest=tuple(
            SlowView(
                id=clean(test.id),
                place=clean(test.stage if test.environment is None else f"{test.stage} on {test.environment}"),
                took=_took(test.microseconds),
                parts=bar([("part", test.microseconds)], longest),
            )
            for test in figures.slowest
        ),
        more=f"Of {plural(unnamed, 'more test')} among the slowest no name is kept." if unnamed else "",
    )


def _took(microseconds: int) -> str:
    return show_duration(Fraction(microseconds), upward=True)


def _band(band: TimeBand, start: int | None) -> str:
    first = as_written(Fraction(start or 0), "duration")
    if band.below is None:
        return f"{first} or longer"
    end = as_written(Fraction(band.below), "duration")
    return f"below {end}" if start is None else f"{first} to {end}"
