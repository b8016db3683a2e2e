"""What holds for the gates of the stage monitor: less or worse evidence never looks better."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.numbers import Percentage
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.regression import regression
from pytest_stagegate.stock.synthetic import synthetic
from tests.unit.fakes import evidence_of, judged, metrics_of, outcomes_of

NUMBERS: Final = st.decimals(-1000, 1000, places=3).map(str)
COUNTS = st.fixed_dictionaries({word: st.integers(0, 3) for word in ("passed", "failed", "skipped", "xfailed", "lost")})


def synthetic_passes(counts: dict[str, int], ran_in: str | None, least: int, most: int) -> bool:
    tests = outcomes_of(**counts)
    tests.tags = [Tag("monitor", (), True, ran_in=ran_in)]
    options: dict[str, Any] = {"min_passed": least, "max_skipped": most}
    found = judged(synthetic, evidence_of(tests), stage="monitor", environment="production", **options)
    return found.verdict is Verdict.PASS


@given(COUNTS, st.integers(1, 3), st.integers(0, 2), st.sampled_from(["failed", "skipped", "xfailed", "lost"]))
def test_a_synthetic_test_that_did_not_pass_never_helps(
    counts: dict[str, int], least: int, most: int, word: str
) -> None:
    worse = {**counts, word: counts[word] + 1}
    moved = {**worse, "passed": max(0, counts["passed"] - 1)}
    before = synthetic_passes(counts, "production", least, most)
    assert synthetic_passes(worse, "production", least, most) <= before
    assert synthetic_passes(moved, "production", least, most) <= before


@given(COUNTS, st.sampled_from([None, "staging"]))
def test_synthetic_tests_against_anything_else_never_pass(counts: dict[str, int], ran_in: str | None) -> None:
    assert not synthetic_passes(counts, ran_in, 1, 3)


def regressed(now: list[str], good: list[str], tolerance: int, *, grows: bool, runs: int = 5) -> Verdict:
    """Return what becomes of a metric in several files."""
    entry = tuple(text for at, value in enumerate(good) for text in (f"2026-01-{at + 1:02} c", value, value, ""))
    baseline = BaselineData(tables={"history": {"n": entry} if entry else {}})
    measured = [metrics_of(("n", value)) for value in now]
    limit: dict[str, Any] = {"max_growth" if grows else "max_drop": {"n": Percentage.parse(f"{tolerance} %")}}
    return judged(regression, evidence_of(metrics=measured, baseline=baseline), runs=runs, **limit).verdict


GOOD: Final = st.lists(NUMBERS, min_size=3, max_size=7)


@given(st.lists(NUMBERS, min_size=1, max_size=3), GOOD, st.integers(0, 200), st.booleans(), st.data())
def test_a_worse_number_or_one_more_is_never_less_of_a_regression(
    now: list[str], good: list[str], tolerance: int, grows: bool, data: st.DataObject
) -> None:
    before = regressed(now, good, tolerance, grows=grows)
    worse = str(float(now[0]) + (1 if grows else -1) * data.draw(st.integers(0, 500)))
    for other in ([worse, *now[1:]], [*now, data.draw(NUMBERS)]):
        assert (regressed(other, good, tolerance, grows=grows) is Verdict.PASS) <= (before is Verdict.PASS)


@given(GOOD, st.integers(0, 200), st.booleans())
def test_a_metric_that_is_missing_broken_or_new_is_never_let_through(
    good: list[str], tolerance: int, grows: bool
) -> None:
    assert regressed([], good, tolerance, grows=grows) is Verdict.NO_EVIDENCE
    assert regressed([good[0], "NaN"], good, tolerance, grows=grows) is Verdict.NO_EVIDENCE
    assert regressed([good[0]], [], tolerance, grows=grows) is Verdict.NO_EVIDENCE
    assert regressed([good[0]], good[:2], tolerance, grows=grows) is Verdict.TOO_SMALL


@given(GOOD, st.integers(0, 200))
def test_the_middle_of_the_good_runs_is_no_regression(good: list[str], tolerance: int) -> None:
    middle = sorted(good[-3:], key=float)[1]
    for grows in (True, False):
        assert regressed([middle], good, tolerance, grows=grows, runs=3) is Verdict.PASS
