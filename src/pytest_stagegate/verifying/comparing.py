"""Comparing a recorded decision with the same decision made once more, gate by gate and key by key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate import decide
from pytest_stagegate.basis import basis_of
from pytest_stagegate.facing import kinds_of
from pytest_stagegate.model.artifacts import Artifacts
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.deployments import KIND as DEPLOYMENTS
from pytest_stagegate.model.features_face import Features
from pytest_stagegate.model.flags import FILE_KIND as FLAG_FILE
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.incidents import KIND as INCIDENTS
from pytest_stagegate.model.manual import FILE_KIND as MANUAL_TESTS
from pytest_stagegate.model.manual import ManualTests
from pytest_stagegate.model.operations import Operations
from pytest_stagegate.model.plan import FILE_KIND as PLAN
from pytest_stagegate.model.reviews import KIND as REVIEWS
from pytest_stagegate.model.sign_offs import KIND as SIGN_OFFS
from pytest_stagegate.model.since import KIND as SINCE
from pytest_stagegate.model.verdicts import Level
from pytest_stagegate.model.verification import Answer, Finding
from pytest_stagegate.signing import overridden
from pytest_stagegate.verifying.replaying import BASELINE, NO_GIT, OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.hooks import Gate
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.verdicts import GateResult
    from pytest_stagegate.verifying.replaying import Replayed

_OF_TESTS: Final = frozenset(
    {
        "collection_errors",
        "durations",
        "environment",
        "expected",
        "matrix",
        "not_passed",
        "not_passed_omitted",
        "requirements",
        "run",
        "stage",
        "subject",
        "tests",
    }
)
"""Keys that follow from the records and the test results alone."""

_OF_KIND: Final = {
    **dict.fromkeys(_OF_TESTS, "tests"),
    "coverage": "coverage",
    "sign_offs": SIGN_OFFS,
    "upstream": "decisions",
    "reviews": REVIEWS,
    "deployments": DEPLOYMENTS,
    "incidents": INCIDENTS,
    "since": SINCE,
    "trend": SINCE,
}
"""The kind of evidence that a key follows from, where it is one alone."""

_OF_GATES: Final = frozenset({"basis", "blockers", "decision", "drift", "evidence", "features", "override", "waivers"})
"""Keys to which gates that are not at hand may have added something."""

_OF_FILES: Final = frozenset({"basis", "evidence"})
"""Keys that hold the digest of every file."""

_FILES_OF: Final = (
    (BASELINE, Baseline),
    (OPERATIONS, Operations),
    (PLAN, Goals),
    (FLAG_FILE, Features),
    (MANUAL_TESTS, ManualTests),
    (MANUAL_TESTS, Goals),
    ("tests", Artifacts),
)
"""Kinds of files of the checkout, each with a kind of evidence that gates read from it; artifacts stand in records."""

_GIVEN: Final = frozenset({"as_of", "gates", "question", "schema"})
"""Keys that are compared elsewhere, or are what was asked."""

_NOT_LOADED: Final = "a gate of the project or of a package; --with-gates loads its code and judges it"


def compared(recorded: Decision, again: Replayed) -> Iterator[Finding]:
    """Yield a finding for each gate, and one for each key of the decision."""
    gates = list(_gates(recorded, again))
    yield from gates
    untold = next((each for each in gates if each.answer is Answer.UNTOLD), None)
    yield _word(recorded, again, untold)
    if recorded.basis and recorded.basis != basis_of(recorded):
        text = "it is not the basis of what the decision states"
        yield Finding(part="decision", name="basis", answer=Answer.DIFFERENT, text=text)
    one, other = _built(recorded), _built(again.decision)
    if not again.evidence.origins and recorded.policy.compared_with is not None:
        text = "what the policy was at the last release is in no record"
        yield Finding(part="decision", name="drift", answer=Answer.UNTOLD, text=text)
        one["policy"]["compared_with"] = None
        one["drift"] = other["drift"]
    for key in sorted(set(one) | set(other)):
        if key not in _GIVEN and key != "decision":
            yield _key(key, one.get(key), other.get(key), again, untold)


def unreplayed(recorded: Decision, why: str) -> Iterator[Finding]:
    """Yield what is to be said of the gates and the word where the decision can't be made once more."""
    for result in recorded.gates:
        yield Finding(part="gates", name=_name(result), answer=Answer.UNTOLD, text=why)
    yield Finding(part="decision", name="decision", answer=Answer.UNTOLD, text=why)


def _gates(recorded: Decision, again: Replayed) -> Iterator[Finding]:
    fresh = {_name(result): result for result in again.decision.gates}
    for result in recorded.gates:
        yield _gate(result, fresh.pop(_name(result), None), again)
    for name, result in fresh.items():
        text = f"the recorded policy has this gate, and the decision does not list it; here it is {_short(result)}"
        answer = Answer.UNTOLD if again.doubts.deciding else Answer.DIFFERENT
        yield Finding(part="gates", name=name, answer=answer, text=text)


def _gate(recorded: GateResult, fresh: GateResult | None, again: Replayed) -> Finding:
    definition = again.registry.gates.get(recorded.uses)

    def found(answer: Answer, text: str) -> Finding:
        return Finding(part="gates", name=_name(recorded), answer=answer, text=text)

    if fresh is None:
        if definition is None:
            return found(Answer.UNTOLD, f"recorded {recorded.verdict}: {_NOT_LOADED}")
        sure = not again.doubts.deciding
        text = f"recorded {_short(recorded)}; by the recorded policy there is no such gate here"
        return found(Answer.DIFFERENT if sure else Answer.UNTOLD, text)
    if definition is None:
        text = f"it is said to use {recorded.uses!r}, and by the recorded policy it uses {fresh.uses!r}"
        return found(Answer.DIFFERENT, text)
    lacking = _lacking(recorded.gate, definition, again)
    if lacking:
        return found(Answer.UNTOLD, f"recorded {recorded.verdict}: {lacking}")
    if recorded == fresh:
        return found(Answer.IDENTICAL, _short(recorded))
    text = _differ(recorded, fresh)
    unsure = next((why for kind, why in again.doubts.unsure.items() if kind in _kinds(definition)), "")
    return found(Answer.UNTOLD if unsure else Answer.DIFFERENT, f"{text}; {unsure}" if unsure else text)


def _kinds(definition: Gate) -> set[str]:
    faces = definition.needs.values()
    return {*kinds_of(definition), *(kind for kind, face in _FILES_OF if face in faces)}


def _lacking(gate: str, definition: Gate, again: Replayed) -> str:
    """Return why nothing can be said of a gate; empty where something can."""
    if gate in again.asking and again.evidence.repository is None:
        return NO_GIT
    if gate in again.noting and again.evidence.told is None:
        return "what the release notes told is in no record"
    return next((why for kind, why in again.doubts.lacking.items() if kind in _kinds(definition)), "")


def _word(recorded: Decision, again: Replayed, untold: Finding | None) -> Finding:
    """Compare the decision itself; where gates can't be told, with what is recorded of those."""
    fresh = {_name(result): result for result in again.decision.gates}
    # What changed since the last release decides nothing.
    doubted = bool(again.doubts.lacking.keys() - {SINCE}) or untold is not None
    results = [
        result if again.registry.gates.get(result.uses) is None or doubted else fresh.get(_name(result), result)
        for result in recorded.gates
    ]
    judged = decide.judged_anything((each.verdict, _level(each)) for each in results)
    incomplete = recorded.incomplete if doubted else again.decision.incomplete
    blockers, _ = overridden(decide.blockers(results, incomplete, judged=judged), recorded.sign_offs)
    word = decide.decide(blockers)
    word = word if doubted else again.decision.decision
    if word is not recorded.decision:
        text = f"recorded {recorded.decision}; its gates and reasons come to {word}"
        return Finding(part="decision", name="decision", answer=Answer.DIFFERENT, text=text)
    if doubted:
        text = f"recorded {recorded.decision}, and its recorded gates come to that; not all of them can be told"
        return Finding(part="decision", name="decision", answer=Answer.UNTOLD, text=text)
    return Finding(part="decision", name="decision", answer=Answer.IDENTICAL, text=word.value)


def _level(result: GateResult) -> Level:
    try:
        return Level(result.enforcement.partition(",")[0])
    except ValueError:
        return Level.OBSERVE


def _key(key: str, one: Any, other: Any, again: Replayed, untold: Finding | None) -> Finding:
    if one == other:
        return Finding(part="decision", name=key, answer=Answer.IDENTICAL)
    doubts = {**again.doubts.unsure, **again.doubts.lacking}
    if key in _OF_KIND:
        why = doubts.get(_OF_KIND[key], "")
    else:
        why = next(iter(again.doubts.deciding.values()), "")
        why = again.doubts.lacking.get(SINCE, why) if key in _OF_FILES else why
    if not why and key in _OF_GATES and untold is not None:
        why = f"the gate {untold.name} can't be told"
    text = _first_difference(one, other)
    if why:
        return Finding(part="decision", name=key, answer=Answer.UNTOLD, text=f"{why}: {text}")
    return Finding(part="decision", name=key, answer=Answer.DIFFERENT, text=text)


def _first_difference(one: Any, other: Any) -> str:
    """Return in words where two values begin to differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        key = next(key for key in (*one, *other) if one.get(key) != other.get(key))
        return f"{key}: {_first_difference(one.get(key), other.get(key))}"
    if isinstance(one, list) and isinstance(other, list):
        for here, there in zip(one, other, strict=False):
            if here != there:
                return _first_difference(here, there)
        return f"recorded {len(one)} entries; made once more {len(other)}"
    return f"recorded {_shown(one)}; made once more {_shown(other)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _differ(recorded: GateResult, fresh: GateResult) -> str:
    one, other = _short(recorded), _short(fresh)
    if one != other:
        return f"recorded {one}; made once more {other}"
    return _first_difference(msgspec.to_builtins(recorded), msgspec.to_builtins(fresh))


def _short(result: GateResult) -> str:
    figures = ", ".join(f"{check.name} {check.shown}" for check in result.checks if check.shown)
    reason = f" {result.reason}" if result.reason else ""
    told = f" ({figures})" if figures else ""
    return f"{result.verdict}{reason}{told}"


def _name(result: GateResult) -> str:
    return result.gate if result.environment is None else f"{result.gate} ({result.environment})"


def _built(decision: Decision) -> dict[str, Any]:
    built: dict[str, Any] = json.loads(msgspec.json.encode(decision))
    return built
