"""Taking a baseline: the use case beside deciding. It runs no test and no tool; the evidence is that of a decision."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import UsageError, nearest
from pytest_stagegate.evidence.baseline_taking import settled, taken
from pytest_stagegate.evidence.baselines import baseline_lines
from pytest_stagegate.evidence.provenance import declared_name
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from pytest_stagegate.run import decision_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pytest_stagegate.assembling import Question
    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.verdicts import Check, GateResult
    from pytest_stagegate.project import Project

_SHORT: Final = (Verdict.ERROR, Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE)
_STEPS: Final = frozenset({"files-missing", "branches-not-measured", "nothing-measured"})
"""Why a gate found too little to compare, where the step down may be meant."""


class Change(msgspec.Struct, frozen=True):
    """What becomes of one key.

    Attributes:
        key: The key.
        content: Bytes of its file, or None where the file stays as it is.
        added: How many names are new.
        removed: How many are gone.
        changed: How many have other numbers.
        kept: How many stay as they are.
    """

    key: str
    content: bytes | None
    added: int
    removed: int
    changed: int
    kept: int


class Update(msgspec.Struct, frozen=True):
    """What a baseline taken from a run would be.

    Attributes:
        decision: The decision on that run.
        objections: Why no baseline can be taken of it, a sentence each; empty when one can.
        accepted: What stood in the way and was accepted, a sentence each.
        changes: What becomes of each key that gates ask for.
        notes: What is left out, a sentence each.
    """

    decision: Decision
    objections: tuple[str, ...]
    accepted: tuple[str, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def update_of(project: Project, question: Question, accepted: Collection[str] = ()) -> Update:
    """Decide, and return what would be written; nothing is written.

    A baseline is taken only of a run that is whole, not provisional and passing, or that lacks nothing but a baseline.
    What gates of the baseline find worse than it stands in the way at every enforcement: an accepted one's does not.

    Args:
        project: Policy and gates.
        question: The evidence, and what is decided on it.
        accepted: Ids of gates whose comparison with the baseline may fall short.

    Raises:
        UsageError: For a gate that does not compare with a baseline, and where none does.
    """
    comparing = {each.id for each in project.bound if Baseline in each.gate.needs.values()}
    for gate in accepted:
        if gate not in comparing:
            text = f"--accept: {gate!r} is no gate of this policy that compares with a baseline"
            raise UsageError(f"{text}; {nearest(gate, comparing)}")
    decision, evidence = decision_of(project, question)
    if not evidence.baseline.asked:
        raise UsageError(f"no gate that is judged at the stage {decision.stage} compares with a baseline")
    fresh = taken(evidence, decision.goals, decision.environment)
    objections, agreed = _weighed(decision, comparing, accepted)
    return Update(
        decision=decision,
        objections=(*objections, *_damaged(evidence)),
        accepted=tuple(agreed),
        changes=tuple(_changes(project, evidence, fresh)),
        notes=tuple(_notes(evidence, fresh)),
    )


def _weighed(decision: Decision, comparing: Collection[str], accepted: Collection[str]) -> tuple[list[str], list[str]]:
    """Return what speaks against a baseline of this run, and what would but was accepted."""
    against = [note.text for note in decision.provisional]
    against += [blocker.text for blocker in decision.blockers if blocker.gate is None]
    agreed = []
    for result in decision.gates:
        if result.gate not in comparing and result.effect not in (Word.HOLD, Word.NO_GO):
            continue
        short = [check for check in result.checks if check.verdict in _SHORT and check.reason != "no-baseline"]
        steps = [check for check in short if result.gate in accepted and _is_step(check)]
        agreed += [_told(result, check) for check in steps]
        against += [_told(result, check) for check in short if check not in steps]
    return against, agreed


def _is_step(check: Check) -> bool:
    return check.verdict is Verdict.FAIL or (check.verdict is Verdict.NO_EVIDENCE and check.reason in _STEPS)


def _told(result: GateResult, check: Check) -> str:
    limit = f", limit {check.limit_shown}" if check.limit_shown else ""
    text = check.text or f"{check.shown}{limit}"
    return f"{result.gate} is {check.verdict}: {check.name}: {text}."


def _damaged(evidence: Evidence) -> Iterator[str]:
    for key in sorted(evidence.baseline.asked & evidence.baseline.absent.keys()):
        absent = evidence.baseline.absent[key]
        yield f"{absent.text}. {absent.remedy}"


def _changes(project: Project, evidence: Evidence, fresh: dict[str, Table]) -> Iterator[Change]:
    stored = evidence.baseline
    for key in sorted(stored.asked & fresh.keys()):
        old = stored.tables.get(key, {})
        new = settled(key, old, fresh[key], project.policy.baseline_tolerance.get(key))
        content = baseline_lines(key, new, declared_name(project.rootdir))
        same = key in stored.files and stored.files[key].sha256 == hashlib.sha256(content).hexdigest()
        both = old.keys() & new.keys()
        kept = sum(old[name] == new[name] for name in both)
        yield Change(
            key=key,
            content=None if same else content,
            added=len(new) - len(both),
            removed=len(old) - len(both),
            changed=len(both) - kept,
            kept=kept,
        )


def _notes(evidence: Evidence, fresh: dict[str, Table]) -> Iterator[str]:
    for key in sorted(evidence.baseline.asked - fresh.keys()):
        yield f"{key}: the evidence has none, so its baseline stays as it is."
    unnamed = sum(len(passed) for passed in evidence.tests.unnamed.values())
    if unnamed and "tests" in evidence.baseline.asked:
        yield f"tests: {unnamed} passed tests of other tools are not in it, because their names are not kept."
