from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.evidence import Age, Evidence
from pytest_stagegate.model.rings import SCHEMA, Ring, RolloutStep
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.rollout import rollout
from tests.unit.fakes import HOUR, NOW, SUBJECT, evidence_of, judged

RINGS: Final = (Ring("canary", environment="lab", soak=2 * HOUR), Ring("all", environment="live"))
OPENED: Final = RolloutStep(
    schema=SCHEMA,
    step="open",
    at="2026-11-23T06:00:00Z",
    version=SUBJECT.version,
    commit=SUBJECT.commit,
    ring="canary",
    decision="GO",
)


def rolled(*steps: RolloutStep, opens: str = "all", began: str | None = "2026-11-23T08:00:00Z") -> Evidence:
    return replace(evidence_of(), rings=RINGS, steps=steps, opens=opens, began=(("lab", began),), ages=())


def ask(*steps: RolloutStep, instant: dt.datetime = NOW, **more: Any) -> GateResult:
    return judged(rollout, rolled(*steps, **more), stage="deploy", environment="lab", instant=instant)


def changed(**values: Any) -> RolloutStep:
    return msgspec.structs.replace(OPENED, **values)


def said(step: Any) -> RolloutStep:
    return changed(step=step, ring="", decision="", by="Dana", reason="errors", at="2026-11-23T07:00:00Z")


def test_the_next_ring_opens_when_the_soak_is_over() -> None:
    assert ask(OPENED).verdict == "PASS"


def test_the_first_ring_opens_without_a_log() -> None:
    assert ask(opens="canary").verdict == "PASS"


def test_elsewhere_the_gate_has_nothing_to_say() -> None:
    assert (ask(opens="").verdict, ask(opens="").reason) == ("NOT_APPLICABLE", "not-declared")


def test_a_ring_that_is_not_open_for_long_enough_is_not_left() -> None:
    soaking = ask(OPENED, instant=dt.datetime(2026, 11, 23, 7, 59, tzinfo=dt.timezone.utc))
    assert (soaking.verdict, soaking.summary.partition(",")[0]) == ("FAIL", "soak 1.98 h")


@pytest.mark.parametrize("began", ["2026-11-23T05:59:59Z", None])
def test_evidence_from_before_the_opening_says_nothing(began: str | None) -> None:
    assert (ask(OPENED, began=began).verdict, ask(OPENED, began=began).reason) == ("STALE", "before-ring")


@pytest.mark.parametrize("kind", ["metrics", "service-levels", "incidents"])
@pytest.mark.parametrize(("older", "verdict"), [(0, "PASS"), (1, "STALE")])
def test_readings_and_exports_from_before_the_opening_say_nothing(kind: str, older: int, verdict: str) -> None:
    since = NOW - dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.timezone.utc)
    age = Age(kind, "export.json", since // dt.timedelta(microseconds=1) + older, 24 * HOUR)
    evidence = replace(rolled(OPENED), ages=(age,))
    assert judged(rollout, evidence, stage="deploy", environment="lab", instant=NOW).verdict == verdict


@pytest.mark.parametrize(
    "values",
    [
        {"version": "9.9"},
        {"commit": "f" * 40},
        {"commit": None},
        {"decision": "NO_GO"},
        {"decision": "HOLD"},
        {"provisional": True},
        {"idle": ("smoke",)},
        {"decision": "CONDITIONAL", "strict": True},
    ],
)
def test_only_a_good_step_of_this_version_opens_a_ring(values: dict[str, Any]) -> None:
    result = ask(changed(**values))
    assert (result.verdict, result.reason) == ("FAIL", "ring-order")


def test_no_ring_is_left_out() -> None:
    assert ask(changed(ring="all")).reason == "ring-order"
    assert ask(OPENED, opens="complete").reason == "ring-order"


def test_a_halt_holds_until_it_is_lifted() -> None:
    assert ask(OPENED, said("halt")).reason == "rollout-halted"
    assert ask(OPENED, said("halt"), said("resume")).verdict == "PASS"
