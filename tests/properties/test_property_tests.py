"""The gate on property tests: no test that says less, and no further run of a test, makes its verdict better."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.property_tests import PropertyTest, least
from pytest_stagegate.stock.property_tests import property_tests
from tests.unit.fakes import evidence_of, judged

NAMES = [f"t.py::test_{letter}" for letter in "abc"]
WORSE = {"PASS": 0, "FAIL": 1, "NO_EVIDENCE": 1}
LIMITS = st.fixed_dictionaries(
    {"max_unhealthy": st.integers(0, 2)},
    optional={"min_examples": st.integers(0, 6), "min_tests": st.integers(0, 4)},
)


@st.composite
def said(draw: st.DrawFn, name: str | None = None) -> PropertyTest:
    """What Hypothesis may say of a test."""
    counted = draw(st.booleans())
    failing = draw(st.integers(0, 1)) if counted else 0
    return PropertyTest(
        name=name or draw(st.sampled_from(NAMES)),
        counted=counted,
        passing=draw(st.integers(0, 6)) if counted else 0,
        failing=failing,
        exhausted=counted and not failing and draw(st.booleans()),
        unhealthy=draw(st.sampled_from(["", "too_slow", "data_too_large"])),
    )


def verdict(tests: list[PropertyTest], limits: dict[str, Any]) -> int:
    evidence = replace(evidence_of(), properties=least(tests))
    return WORSE[judged(property_tests, evidence, **limits).verdict.value]


def weakened(test: PropertyTest, how: str) -> PropertyTest:
    """Return a test that says less."""
    if how == "not counted":
        return PropertyTest(name=test.name, counted=False, unhealthy=test.unhealthy)
    if how == "fewer":
        return msgspec.structs.replace(test, passing=max(0, test.passing - 1))
    if how == "failing":
        return msgspec.structs.replace(test, failing=test.failing + test.counted, exhausted=False)
    if how == "inputs left":
        return msgspec.structs.replace(test, exhausted=False)
    return msgspec.structs.replace(test, unhealthy="too_slow")


@given(
    st.lists(said(), min_size=1),
    st.data(),
    st.sampled_from(["not counted", "fewer", "failing", "inputs left", "unhealthy"]),
    LIMITS,
)
def test_a_test_that_says_less_never_makes_it_better(
    tests: list[PropertyTest], data: st.DataObject, how: str, limits: dict[str, Any]
) -> None:
    index = data.draw(st.integers(0, len(tests) - 1))
    worse = [weakened(test, how) if place == index else test for place, test in enumerate(tests)]
    assert verdict(worse, limits) >= verdict(tests, limits)


@given(st.lists(said(), min_size=1), st.data(), LIMITS)
def test_a_further_run_of_the_same_test_never_makes_it_better(
    tests: list[PropertyTest], data: st.DataObject, limits: dict[str, Any]
) -> None:
    again = data.draw(said(data.draw(st.sampled_from(tests)).name))
    assert verdict([*tests, again], limits) >= verdict(tests, limits)


@given(st.lists(said()), LIMITS)
def test_no_property_test_never_passes(tests: list[PropertyTest], limits: dict[str, Any]) -> None:
    assert verdict([], limits) >= verdict(tests, limits)


@given(st.lists(said()), st.randoms(use_true_random=False))
def test_runs_are_brought_together_in_any_order(tests: list[PropertyTest], random: Any) -> None:
    shuffled = list(tests)
    random.shuffle(shuffled)
    half = len(tests) // 2
    assert least(tests) == least(shuffled) == least([*least(tests[:half]), *least(tests[half:])])
