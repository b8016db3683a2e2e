"""The decision is the worst effect, in whatever order the gates come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.decide import blockers, decide, effect, worst_check, would_do
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.verdicts import Check, GateResult, Level, OnMissing, Verdict
from pytest_stagegate.model.word import Word
from tests.unit.fakes import result_of

VERDICTS = st.sampled_from(Verdict)
LEVELS = st.sampled_from(Level)
NOTES = st.lists(st.builds(Note, reason=st.just("worker-lost"), text=st.text(max_size=3)), max_size=2)


@st.composite
def results(draw: st.DrawFn) -> GateResult:
    verdict = draw(VERDICTS)
    word = effect(verdict, draw(LEVELS), draw(st.sampled_from(OnMissing)))
    return result_of(verdict, word.value if word else "", gate=draw(st.text("abc", min_size=1, max_size=3)))


@given(st.lists(results(), max_size=6), NOTES, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_gates_does_not_matter(
    gates: list[GateResult], notes: list[Note], judged: bool, random: object
) -> None:
    shuffled = list(gates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = blockers(gates, notes, judged=judged), blockers(shuffled, notes, judged=judged)
    assert decide(one) is decide(other)
    assert sorted(map(repr, one)) == sorted(map(repr, other))


@given(st.lists(results(), max_size=6), results())
def test_one_more_gate_never_makes_a_decision_better(gates: list[GateResult], further: GateResult) -> None:
    order = list(Word)
    before, after = (decide(blockers(found, (), judged=True)) for found in (gates, [*gates, further]))
    assert order.index(after) <= order.index(before)


@given(st.lists(results(), max_size=6), NOTES, st.booleans())
def test_only_what_nothing_stands_against_is_go(gates: list[GateResult], notes: list[Note], judged: bool) -> None:
    word = decide(blockers(gates, notes, judged=judged))
    assert (word is Word.GO) == (judged and not notes and not any(gate.effect for gate in gates))


@given(VERDICTS, st.sampled_from(OnMissing))
def test_a_looser_enforcement_never_does_more(verdict: Verdict, on_missing: OnMissing) -> None:
    order = [*Word, None]
    does = [order.index(effect(verdict, level, on_missing)) for level in (Level.BLOCK, Level.WARN, Level.OBSERVE)]
    assert does == sorted(does)


@given(st.lists(VERDICTS, min_size=1, max_size=6))
def test_a_gate_is_as_bad_as_its_worst_check(verdicts: list[Verdict]) -> None:
    checks = [
        Check(name="", measured=1, limit=None, unit="", verdict=verdict, reason="", inspected=1) for verdict in verdicts
    ]
    assert worst_check(checks).verdict is min(verdicts, key=list(Verdict).index)


@given(VERDICTS, LEVELS, st.sampled_from(OnMissing))
def test_what_would_have_blocked_stops_the_build_at_block_and_not_now(
    verdict: Verdict, level: Level, on_missing: OnMissing
) -> None:
    order = [*Word, None]
    now, would = (does(verdict, level, on_missing) for does in (effect, would_do))
    assert would in (None, Word.NO_GO, Word.HOLD)
    assert would is None or would is effect(verdict, Level.BLOCK, on_missing)
    assert would is None or order.index(would) < order.index(now)
    assert level is not Level.BLOCK or would is None
