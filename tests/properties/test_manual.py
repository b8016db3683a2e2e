"""Worse results of manual tests never move the gate up."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.manual import ManualData, ManualResult, Stated, digest_of
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.manual import manual
from tests.unit.fakes import HOUR, NOW, judged
from tests.unit.manual_tests import manual_test, result_of, with_manual

LOW: Final = frozenset({Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR})
TESTS: Final = (manual_test("a"), manual_test("b", "staging"), manual_test("c", "staging", "production"))
PLACES: Final = st.sampled_from([None, "staging", "production"])
MINUTES: Final = st.integers(-3, 60 * 30)


def at(minutes: int) -> str:
    return (NOW - dt.timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


RESULTS: Final = st.builds(
    result_of,
    st.sampled_from("abc"),
    st.sampled_from(["passed"] * 6 + ["failed", "blocked"]),
    when=MINUTES.map(at),
    environment=PLACES,
    commit=st.sampled_from(["c" * 40] * 5 + ["d" * 40, None]),
    digest=st.sampled_from([TESTS[0].digest] * 5 + [digest_of(["x"])]),
)
STATED: Final = st.builds(Stated, RESULTS, st.sampled_from("xy"), st.sampled_from([24 * HOUR, HOUR]), st.booleans())


def verdict(stated: list[Stated], instant: dt.datetime = NOW) -> Verdict:
    evidence: Evidence = with_manual(*TESTS)
    data = ManualData(evidence.manual.tests, tuple(stated), evidence.manual.stages, evidence.manual.commit)
    return judged(manual, replace(evidence, manual=data), instant=instant).verdict


def good() -> list[Stated]:
    """Return what makes the gate pass."""
    done = [("a", None), ("b", "staging"), ("c", "staging"), ("c", "production")]
    return [Stated(result_of(name, environment=place), "x", 24 * HOUR) for name, place in done]


def worsened(stated: Stated, **changed: object) -> Stated:
    result: ManualResult = msgspec.structs.replace(stated.result, **changed)
    return stated._replace(result=result)


@given(st.lists(STATED), st.data())
def test_a_result_that_turns_bad_never_helps(more: list[Stated], data: st.DataObject) -> None:
    results = [*good(), *more]
    number = data.draw(st.integers(0, len(results) - 1))
    outcome = data.draw(st.sampled_from(["failed", "blocked"]))
    results[number] = worsened(results[number], outcome=outcome)
    before = verdict([*good(), *more])
    assert before not in LOW or verdict(results) in LOW


@given(st.lists(STATED), STATED)
def test_one_more_bad_result_never_helps(more: list[Stated], one: Stated) -> None:
    bad = worsened(one, outcome="failed")
    if verdict([*good(), *more]) in LOW:
        # A result that is bad, but newer than what was stale, is no better either.
        assert verdict([*good(), *more, bad]) in LOW


@given(st.lists(STATED), st.integers(0, 60 * 48))
def test_older_results_never_help(more: list[Stated], minutes: int) -> None:
    stated = [each for each in [*good(), *more] if each.result.when <= at(0)]
    later = NOW + dt.timedelta(minutes=minutes)
    assert verdict(stated) not in LOW or verdict(stated, later) in LOW


@given(st.lists(STATED), st.sampled_from(TESTS))
def test_without_any_result_of_a_test_nothing_passes(more: list[Stated], gone: object) -> None:
    name = getattr(gone, "id", "")
    assert verdict([each for each in [*good(), *more] if each.result.id != name]) in LOW


@given(st.permutations([*good(), *good()[:2]]))
def test_the_order_of_files_makes_no_difference(stated: list[Stated]) -> None:
    assert verdict(stated) is Verdict.PASS
