"""Worse earlier decisions never move the gate ``upstream`` up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact, Note
from pytest_stagegate.model.evidence import Age
from pytest_stagegate.model.numbers import CellName
from pytest_stagegate.model.upstream import DecisionsData, Earlier
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from pytest_stagegate.stock.upstream import upstream
from tests.unit.documents.samples import earlier
from tests.unit.fakes import HOUR, SUBJECT, evidence_of, judged

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS: Final = list(Word)
NOW: Final = msgspec.structs.replace(SUBJECT, artifacts=(Artifact(name="a.whl", sha256="a" * 64),))
THEN: Final = [
    NOW,
    SUBJECT,
    msgspec.structs.replace(NOW, commit="d" * 40),
    msgspec.structs.replace(NOW, commit=None),
    msgspec.structs.replace(NOW, artifacts=(Artifact(name="a.whl", sha256="b" * 64),)),
]


@st.composite
def decisions(draw: st.DrawFn) -> Earlier:
    notes = (Note(reason="narrowed", text="-k was given."),) if draw(st.booleans()) else ()
    decision = earlier(
        draw(st.sampled_from(["build", "test"])),
        draw(st.sampled_from(WORDS)),
        environment=draw(st.sampled_from([None, "staging"])),
        subject=draw(st.sampled_from(THEN)),
        provisional=notes,
    )
    number = draw(st.integers(0, 10**6))
    loosened = ("a gate",) if draw(st.booleans()) else ()
    return Earlier(source=f"{number}.json", sha256=str(number), decision=decision, loosened=loosened)


def with_(each: Earlier, **more: object) -> Earlier:
    return replace(each, decision=msgspec.structs.replace(each.decision, **more), sha256=f"{each.sha256}+")


def lower(each: Earlier) -> Earlier:
    place = WORDS.index(each.decision.decision)
    return with_(each, decision=WORDS[max(0, place - 1)])


WORSE: Final[list[Callable[[Earlier], Earlier]]] = [
    lower,
    lambda each: with_(each, provisional=(Note(reason="narrowed", text="no"),)),
    lambda each: with_(each, incomplete=(Note(reason="interrupted", text="no"),)),
    lambda each: with_(each, subject=msgspec.structs.replace(each.decision.subject, commit="e" * 40)),
    lambda each: with_(each, subject=msgspec.structs.replace(each.decision.subject, commit=None)),
    lambda each: with_(each, subject=msgspec.structs.replace(each.decision.subject, artifacts=())),
    lambda each: with_(each, subject=THEN[-1]),
    lambda each: replace(each, loosened=("a gate", *each.loosened)),
    lambda each: replace(each, policy_whole=False),
]
SETS: Final = st.lists(decisions(), max_size=4, unique_by=lambda each: each.sha256)


def rank(known: list[Earlier], age: int = 0) -> int:
    data = DecisionsData(earlier=tuple(known), stages=("build", "test", "release"), artifacts_declared=True)
    ages = (Age("decisions", "decision.json", age * HOUR, 24 * HOUR),)
    options = {"require": [CellName("build"), CellName("test")], "allow_conditional": True}
    result = judged(upstream, replace(evidence_of(), subject=NOW, decisions=data, ages=ages), **options)
    return int(result.verdict is Verdict.PASS)


def test_what_is_in_order_passes() -> None:
    good = [Earlier(source=s, sha256=s, decision=earlier(s, subject=NOW)) for s in ("build", "test")]
    assert rank(good) == 1
    assert [rank([worse(good[0]), good[1]]) for worse in WORSE] == [1, *[0] * (len(WORSE) - 1)]


@given(SETS.filter(bool), st.data(), st.sampled_from(WORSE))
def test_a_worse_decision_is_never_judged_better(
    known: list[Earlier], data: st.DataObject, worse: Callable[[Earlier], Earlier]
) -> None:
    index = data.draw(st.integers(0, len(known) - 1))
    assert rank([*known[:index], worse(known[index]), *known[index + 1 :]]) <= rank(known)


@given(st.lists(decisions(), max_size=2, unique_by=lambda each: each.decision.stage), st.integers(0, 1))
def test_without_a_required_decision_it_is_never_judged_better(known: list[Earlier], index: int) -> None:
    assert rank(known[:index] + known[index + 1 :]) <= rank(known)


@given(SETS, decisions())
def test_a_decision_more_never_makes_up_for_another(known: list[Earlier], more: Earlier) -> None:
    cells = {(each.decision.stage, each.decision.environment) for each in known}
    stages = {stage for stage, _ in cells}
    if {"build", "test"} <= stages:
        assert rank([*known, more]) <= rank(known)


@given(SETS, st.integers(0, 40), st.integers(0, 40))
def test_older_decisions_are_never_judged_better(known: list[Earlier], age: int, later: int) -> None:
    assert rank(known, age + later) <= rank(known, age)
