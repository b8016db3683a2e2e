"""What holds for the gate rollout: later opening, a longer soak or older evidence never looks better."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.progress import progress
from pytest_stagegate.model.rings import COMPLETE, RolloutStep
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.rollout import rollout
from tests.unit.fakes import HOUR, SUBJECT, judged
from tests.unit.stock.test_rollout import RINGS, changed, rolled, said

HOURS = st.integers(0, 11)
STEPS = st.builds(
    changed,
    ring=st.sampled_from(["canary", "all", COMPLETE, "other"]),
    decision=st.sampled_from(["GO", "CONDITIONAL", "HOLD", "NO_GO"]),
    provisional=st.booleans(),
    version=st.sampled_from([SUBJECT.version, "9.9"]),
    commit=st.sampled_from([SUBJECT.commit, "f" * 40, None]),
)


def at(hour: int) -> str:
    return f"2026-11-23T{hour:02}:00:00Z"


def passes(*steps: RolloutStep, began: int = 8, soak: int = 2) -> bool:
    rings = (replace(RINGS[0], soak=soak * HOUR), RINGS[1])
    evidence = replace(rolled(*steps, began=at(began)), rings=rings)
    return judged(rollout, evidence, stage="deploy", environment="lab").verdict is Verdict.PASS


@given(HOURS, HOURS, HOURS, HOURS)
def test_a_later_opening_never_helps(one: int, other: int, began: int, soak: int) -> None:
    early, late = sorted((one, other))
    assert passes(changed(at=at(late)), began=began, soak=soak) <= passes(changed(at=at(early)), began=began, soak=soak)


@given(HOURS, HOURS, HOURS, HOURS)
def test_a_longer_soak_and_older_evidence_never_help(opened: int, one: int, other: int, fixed: int) -> None:
    less, more = sorted((one, other))
    step = changed(at=at(opened))
    assert passes(step, began=fixed, soak=more) <= passes(step, began=fixed, soak=less)
    assert passes(step, began=less, soak=fixed) <= passes(step, began=more, soak=fixed)


@given(HOURS, st.sampled_from(["NO_GO", "HOLD"]))
def test_a_step_that_was_refused_and_a_halt_open_nothing(opened: int, word: str) -> None:
    assert not passes(changed(at=at(opened), decision=word))
    assert not passes(changed(at=at(opened)), said("halt"))


@given(st.lists(STEPS, max_size=8), STEPS)
def test_a_further_step_opens_no_more_than_the_ring_that_is_next(steps: list[RolloutStep], last: RolloutStep) -> None:
    before, after = progress(RINGS, steps, SUBJECT), progress(RINGS, [*steps, last], SUBJECT)
    were, are = ([row.ring for row in each.rows if row.opened] for each in (before, after))
    assert are in (were, [*were, before.next])
    assert are == were or (last.opened and last.ring == before.next and last.version == SUBJECT.version)
    assert [row.ring for row in after.rows][: len(are)] == are
