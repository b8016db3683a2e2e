"""What is shown and what is decided never contradict each other."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_stagegate.model.numbers import Measure, Ratio
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check

LIMITS = st.decimals(0, 100, places=4).map(lambda number: f"{number.normalize():f}")
LENGTHS = st.integers(0, 10**11)
SECONDS = st.decimals(0, 100_000, places=6).map(lambda number: f"{number.normalize():f} s")
SIDES = st.sampled_from(["at_least", "at_most"])
_SIZES = {"h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000, "ms": 1_000, "µs": 1}


@st.composite
def shares(draw: st.DrawFn) -> Measure:
    total = draw(st.one_of(st.integers(1, 200), st.integers(1, 10**7)))
    return Measure(Ratio(draw(st.integers(0, total)), total), unit="lines", inspected=total)


def number(shown: str) -> Fraction:
    """Return the number that a reader sees."""
    match = re.search(r"(\d+(?:\.\d+)?) (%|h|min|s|ms|µs)", shown)
    assert match is not None
    return Fraction(Decimal(match[1])) * _SIZES.get(match[2], 1)


def reader_agrees(made: Check, side: str) -> bool:
    shown, limit = number(made.shown), number(made.limit_shown)
    met = shown >= limit if side == "at_least" else shown <= limit
    return met == (made.verdict is Verdict.PASS)


@given(shares(), LIMITS, SIDES)
@example(Measure(Ratio(8752, 10_000), unit="lines", inspected=10_000), "87.55", "at_least")
def test_a_reader_who_compares_the_shown_shares_comes_to_the_same_verdict(
    measure: Measure, limit: str, side: str
) -> None:
    made = check("line", measure, **{side: f"{limit} %"})  # type: ignore[arg-type]
    assert reader_agrees(made, side)


@given(LENGTHS, SECONDS, SIDES)
@example(1_999_999, "2 s", "at_least")
@example(1_232_000, "1.234 s", "at_most")
def test_a_reader_who_compares_the_shown_times_comes_to_the_same_verdict(length: int, limit: str, side: str) -> None:
    made = check("slowest", Measure(length, kind="duration", inspected=1), **{side: limit})  # type: ignore[arg-type]
    assert reader_agrees(made, side)


@given(shares(), LIMITS, SIDES)
def test_0_and_100_percent_are_shown_only_when_they_are_true(measure: Measure, limit: str, side: str) -> None:
    made = check("line", measure, **{side: f"{limit} %"})  # type: ignore[arg-type]
    assert measure.value is not None
    assert (number(made.shown) in (0, 100)) == (measure.value in (0, 1))


@given(shares(), LIMITS)
def test_a_share_is_never_shown_above_its_value_against_a_lower_limit(measure: Measure, limit: str) -> None:
    assert measure.value is not None
    assert number(check("line", measure, at_least=f"{limit} %").shown) <= measure.value * 100


@given(shares(), shares(), LIMITS)
def test_more_is_never_judged_worse_against_a_lower_limit(one: Measure, other: Measure, limit: str) -> None:
    less, more = sorted((one, other), key=lambda measure: measure.value or Fraction(0))
    if check("line", less, at_least=f"{limit} %").verdict is Verdict.PASS:
        assert check("line", more, at_least=f"{limit} %").verdict is Verdict.PASS


@given(shares(), LIMITS, LIMITS)
def test_a_stricter_limit_never_passes_what_a_looser_one_fails(measure: Measure, one: str, other: str) -> None:
    loose, strict = sorted((one, other), key=Decimal)
    if check("line", measure, at_least=f"{loose} %").verdict is Verdict.FAIL:
        assert check("line", measure, at_least=f"{strict} %").verdict is Verdict.FAIL


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_warning_stands_between_failing_and_passing(value: int, limit: int, warn: int) -> None:
    assume(limit <= warn)
    verdict = check("it", Measure(value, inspected=1), at_least=limit, warn_below=warn).verdict
    assert verdict == ("FAIL" if value < limit else "WARN" if value < warn else "PASS")


@pytest.mark.parametrize("side", ["at_least", "at_most"])
@given(limit=LIMITS)
def test_nothing_measured_never_passes(limit: str, side: str) -> None:
    made = check("line", Measure(Ratio(0, 0), inspected=0), **{side: f"{limit} %"})  # type: ignore[arg-type]
    assert made.verdict is Verdict.NO_EVIDENCE
