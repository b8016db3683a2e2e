"""What holds for every gate that is shipped, whatever it is about."""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.hooks import Gate, gates_of
from pytest_stagegate.judging import ActiveGate, judge
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Age, Evidence, Unfit
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.sources import KINDS
from pytest_stagegate.model.verdicts import Enforcement, Level, OnMissing, Verdict
from pytest_stagegate.stock import STOCK_GATES
from tests.unit.fakes import HOUR, NOW, coverage_of, evidence_of, file_of, metrics_of, outcomes_of

LOW: Final = frozenset({Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR})
GATES: Final = st.sampled_from([definition for module in STOCK_GATES for definition in gates_of(module)])
EVIDENCE: Final = st.builds(
    lambda passed, failed, covered, skipped: evidence_of(
        outcomes_of(passed=passed, failed=failed, skipped=skipped),
        coverage=coverage_of(file_of("src/a.py", covered, 9)),
        metrics=[metrics_of(("p95", "1"))],
        tracked=("src/a.py",),
        exit_status=int(failed > 0),
    ),
    st.integers(0, 4),
    st.integers(0, 1),
    st.integers(0, 9),
    st.integers(0, 2),
)
LACKING: Final = st.sampled_from([Verdict.STALE, Verdict.NO_EVIDENCE, Verdict.ERROR])


def verdict(gate: Gate, evidence: Evidence, on_missing: OnMissing = OnMissing.HOLD) -> Verdict:
    options = gate.options() if gate.options is not None else None
    active = ActiveGate(gate.name, gate, options, Enforcement(Level.BLOCK), on_missing=on_missing)
    return judge(active, evidence, Place("test", None, NOW)).verdict


def rank(found: Verdict) -> int:
    return 0 if found in LOW else 1 if found in (Verdict.WARN, Verdict.TOO_SMALL, Verdict.WAIVED) else 2


@given(GATES, EVIDENCE, st.sampled_from(KINDS), LACKING)
def test_evidence_that_lacks_a_piece_is_never_judged_better(
    gate: Gate, evidence: Evidence, kind: str, lacking: Verdict
) -> None:
    unfit = Unfit(kind, lacking, Note(reason="missing", text="a.xml: there is no such file."))
    assert rank(verdict(gate, replace(evidence, unfit=(unfit,)))) <= rank(verdict(gate, evidence))


@given(GATES, EVIDENCE, st.sampled_from(KINDS), st.integers(0, 48), st.integers(0, 48))
def test_older_evidence_is_never_judged_better(
    gate: Gate, evidence: Evidence, kind: str, hours: int, later: int
) -> None:
    younger = replace(evidence, ages=(Age(kind, "a.xml", hours * HOUR, 24 * HOUR),))
    older = replace(evidence, ages=(Age(kind, "a.xml", (hours + later) * HOUR, 24 * HOUR),))
    assert rank(verdict(gate, older)) <= rank(verdict(gate, younger))


@given(GATES, EVIDENCE)
def test_nothing_at_all_is_never_judged_better(gate: Gate, evidence: Evidence) -> None:
    nothing = replace(evidence, tests=outcomes_of(), coverage=coverage_of(), findings=(), metrics=(), properties=())
    assert rank(verdict(gate, nothing)) <= rank(verdict(gate, evidence))
    assert verdict(gate, nothing) is not Verdict.PASS
