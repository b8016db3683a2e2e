"""Decisions to render."""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path
from typing import Any, Final

import msgspec

from pytest_stagegate.documents.view import View, view
from pytest_stagegate.model.decision import (
    Blocker,
    Cell,
    Decision,
    Drift,
    EvidenceItem,
    PolicyReference,
    TestRow,
    Tests,
)
from pytest_stagegate.model.deployments import DeploymentRow
from pytest_stagegate.model.expected import ExpectedRow
from pytest_stagegate.model.goals import GoalCell, GoalRow, MilestoneRow
from pytest_stagegate.model.moves import CheckMove, Direction, GateMove, Group, Moved, Moves, WaiverMove
from pytest_stagegate.model.requirements import LinkedTest, RequirementRow
from pytest_stagegate.model.rollback import RollbackRow, Written
from pytest_stagegate.model.since import FlakyTest, Since, Trend, TrendDecision, TrendMeasure, TrendPoint
from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.supply import SbomRow, StatementRow, Supply
from pytest_stagegate.model.verdicts import Check, GateResult, Limit, Verdict
from pytest_stagegate.model.word import Word
from pytest_stagegate.policy.finding import canonical, digest
from tests.unit.fakes import FINISHED, STARTED, SUBJECT, result_of

_COUNTS: Final = dict.fromkeys(
    (
        "collected",
        "executed",
        "passed",
        "failed",
        "errors",
        "skipped",
        "xfailed",
        "xpassed",
        "flaky",
        "deselected",
        "lost",
    ),
    0,
)
HOSTILE: Final = "\x1b[31mred\x1b[0m \x00 \x08 \u202egnp ]]> <b>&amp;</b> | `code` \ud800 \ufffe \uffff"


def shown_by_markdown(escaped: str, *, invisible: bool = False) -> str:
    """Return what Markdown shows of a text: escapes and entities resolved."""
    shown = html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped))
    return shown if invisible else shown.replace("\N{ZERO WIDTH SPACE}", "")


def check_with(verdict: Verdict = Verdict.PASS, **more: Any) -> Check:
    """Return a check of failed tests."""
    values: dict[str, Any] = {
        "name": "failed",
        "measured": 1,
        "limit": None,
        "unit": "tests",
        "reason": "" if verdict is Verdict.PASS else "limit-not-met",
        "inspected": 3,
        "shown": "1 test",
        "limit_shown": "≤ 0",
    }
    return Check(verdict=verdict, **(values | more))


def blocker_of(result: GateResult) -> Blocker:
    """Return the reason that a gate gives."""
    return Blocker(
        effect=Word(result.effect), reason=result.reason, gate=result.gate, text=result.summary, remedy=result.remedy
    )


def decision_of(*gates: GateResult, **more: Any) -> Decision:
    """Return a decision with these gates; its word is the worst of their effects."""
    found = tuple(blocker_of(gate) for gate in gates if gate.effect)
    values: dict[str, Any] = {
        "decision": min((each.effect for each in found), key=list(Word).index, default=Word.GO),
        "provisional": (),
        "incomplete": (),
        "blockers": found,
        "stage": "test",
        "environment": None,
        "as_of": STARTED,
        "subject": SUBJECT,
        "gates": gates,
        "tests": Tests(
            **(_COUNTS | {"collected": 3, "executed": 3, "passed": 3}),
            skipped_files=0,
            not_selected=0,
            untagged=3,
            subtests=0,
        ),
        "matrix": (Cell(stage="test", environment=None, **(_COUNTS | {"collected": 3, "executed": 3, "passed": 3})),),
        "not_passed": (),
        "not_passed_omitted": 0,
        "collection_errors": (),
        "run": {"pytest": "9.0.1"},
        "evidence": (
            EvidenceItem(
                id="run",
                kind="tests",
                source="evidence.jsonl",
                sha256="0" * 64,
                producer="pytest 9.0.1",
                created=FINISHED,
                state="whole",
            ),
        ),
        "waivers": (),
        "policy": PolicyReference(source="built-in", sha256="1" * 64),
    }
    return Decision(**(values | more))


def record_item(record: Path) -> EvidenceItem:
    """Return how a decision lists the record of its run."""
    return EvidenceItem(
        id="run",
        kind="tests",
        format="stagegate",
        source="evidence.jsonl",
        sha256=hashlib.sha256(record.read_bytes()).hexdigest(),
        producer="",
        created=FINISHED,
        state="whole",
    )


def view_of(*gates: GateResult, **more: Any) -> View:
    """Return a decision as finished strings."""
    return view(decision_of(*gates, **more), "d" * 64)


def go(**more: Any) -> Decision:
    """Return a GO."""
    return decision_of(result_of(summary="failed 0, passed 3", checks=(check_with(shown="0 tests"),)), **more)


def no_go(**more: Any) -> Decision:
    """Return a NO GO for one failed test."""
    bad = result_of(
        Verdict.FAIL,
        "NO_GO",
        summary="failed 1 test, limit ≤ 0",
        remedy="Mend the tests.",
        checks=(check_with(Verdict.FAIL, where=("t.py::test_a",)),),
    )
    row = TestRow(
        id="t.py::test_a", stage="test", outcome="failed", reason="assert 1 == 2", message="E", reruns=0, subtests=()
    )
    return decision_of(bad, **({"not_passed": (row,)} | more))


def since_with(text: str, **more: Any) -> Since:
    """Return what changed since a release, with a text wherever something from the earlier decision stands."""
    check = CheckMove(
        name=text,
        before=text,
        now=text + text,
        limit_before=text,
        limit_now=text + text,
        value=Direction.WORSE,
        limit=Direction.WORSE,
    )
    gate = GateMove(
        gate=text,
        environment=None,
        owner=text,
        before=Verdict.PASS,
        now=Verdict.FAIL,
        enforcement_before="block",
        enforcement_now=text,
        direction=Direction.WORSE,
        checks=(check,),
    )
    test = Moved(id=text, group=Group.NEWLY_FLAKY, before=(Standing.PASSED,), now=(Standing.FLAKY,))
    waiver = WaiverMove(
        kind="expired", gate=text, subject=text, owner=text, expires="2026-11-01", days_left=-22, reason=text
    )
    values: dict[str, Any] = {
        "source": text,
        "state": "whole",
        "sha256": "2" * 64,
        "version": text,
        "commit": "d" * 40,
        "as_of": "2026-10-01T00:00:00Z",
        "decision": "GO",
        "changed": True,
        "tests_known": True,
        "moves": Moves(tests=(test,), appeared=1, gates=(gate,), waivers=(waiver,)),
        "added": (text,),
        "uncollectable": (text,),
        "coverage": (check,),
        "omitted": {"newly-flaky": 3, "gates": 2},
    }
    return Since(**(values | more))


def trend_with(text: str) -> Trend:
    """Return a trend of two decisions, with a text wherever something from an earlier one stands."""
    points = tuple(
        TrendPoint(measured=value, shown=text, limit=Limit("at_least", 1), limit_shown=text) for value in (1, 3)
    )
    decisions = tuple(
        TrendDecision(as_of=as_of, version=text, commit=None, decision="GO", provisional=True, **counts)
        for as_of, counts in ((STARTED, _COUNTS), (FINISHED, _COUNTS | {"collected": 2}))
    )
    measure = TrendMeasure(gate=text, environment=text, check=text, unit=text, points=points)
    return Trend(
        decisions=decisions,
        measures=(measure,),
        measures_omitted=1,
        flaky=(FlakyTest(id=text, marks=("flaky", "not-run")),),
        flaky_omitted=2,
    )


def everywhere(text: str) -> Decision:
    """Return a decision in which a text stands wherever a project can put one."""
    gate = result_of(
        Verdict.FAIL,
        "NO_GO",
        gate=text,
        title=text,
        owner=text,
        summary=text,
        remedy=text,
        would="HOLD",
        checks=(check_with(Verdict.FAIL, name=text, shown=text, text=text, where=(text,)),),
    )
    subject = msgspec.structs.replace(SUBJECT, name=text, version=text)
    drift = Drift(gate=text, option=text, before=text, now=text, since=text)
    test = LinkedTest(id=text, stage=text, environment=text, shard=text, outcome="passed")
    linked = RequirementRow(id=text, outcome="passed", tests=(test,))
    cell = GoalCell(stage=text, environment=text, outcome="passed", tests=1)
    goal = GoalRow(
        id=text,
        title=text,
        priority="must",
        milestone=text,
        owner=text,
        status=text,
        outcome="passed",
        cells=(cell,),
        source=text,
    )
    milestone = MilestoneRow(id=text, title=text, due="2026-12-01", goals=1, done=1, text=text)
    said = Written(text=text)
    deployed = DeploymentRow(service=text, environment=text, state="runs", at=text, version=text, source=text)
    supply = Supply(
        sboms=(SbomRow(source=text, producer=text, created=text, components=1, of=(text,)),),
        statements=(StatementRow(source=text, predicate_type=text, builder=text, repository=text, of=(text,)),),
    )
    more = {
        "since": since_with(text),
        "trend": trend_with(text),
        "run": {text: text},
        "rollback": RollbackRow(trigger=said, command=said, previous=said, data=said, ran_before=(deployed,)),
        "supply": supply,
        "expected": (ExpectedRow(stage=text, environment=text, shard=text, executed=0),),
        "goals": (goal,),
        "milestones": (milestone,),
        "drift": (drift,),
        "requirements": (linked,),
    }
    return no_go(subject=subject, gates=(gate,), blockers=(blocker_of(gate),), **more)


def earlier(stage: str = "test", word: Word = Word.GO, content: dict[str, Any] | None = None, **more: Any) -> Decision:
    """Return a decision about another stage, taken by a policy with this content."""
    content = {} if content is None else content
    rules = PolicyReference(source="stagegate.toml", sha256=digest(canonical(content)), content=content)
    return decision_of(**{"decision": word, "stage": stage, "environment": None, "policy": rules} | more)
