"""From tests, gates and flag files to a row for each feature."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.flags import FeatureRow
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.links import FEATURE, feature_of
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.flags import FeatureRule, Flag, FlagsEvidence
    from pytest_stagegate.model.tests import TestData
    from pytest_stagegate.model.upstream import DecisionsData
    from pytest_stagegate.model.verdicts import GateResult

MET: Final = (Verdict.PASS, Verdict.WARN, Verdict.WAIVED)
"""Verdicts with which a gate is met that a feature needs."""

_NO_WORD: Final = (Outcome.PASSED, Outcome.DESELECTED)
_NAMED: Final = 3


def feature_rows(
    evidence: FlagsEvidence, tests: TestData, results: Sequence[GateResult], *, whole: bool
) -> tuple[FeatureRow, ...]:
    """Return a row for each feature of the policy, and for each flag that the policy does not name.

    Args:
        evidence: Flag files, and what the policy says of features.
        tests: Tests and their links.
        results: What the gates found that were judged before features.
        whole: Whether the evidence is whole; of a run that broke off no feature is ready.
    """
    rules, flags = evidence.rules, _by_name(evidence)
    linked: dict[str, set[int]] = defaultdict(set)
    for name, indexes in tests.links.of(FEATURE).items():
        linked[feature_of(name)[0]].update(indexes)
    known = {rule.name for rule in rules.features}
    rows = [
        _row(rule, flags.get(rule.name, []), evidence, _tried(tests, linked[rule.name]), _gates(rule, results, whole))
        for rule in rules.features
    ]
    others = [name for name in flags if name not in known and not any(matches(glob)(name) for glob in rules.others)]
    return (*rows, *(_undeclared(name, flags[name]) for name in sorted(others)))


def found_before(decisions: DecisionsData, commit: str | None, results: Iterable[GateResult]) -> tuple[GateResult, ...]:
    """Return what decisions among the evidence found of gates that are not judged now.

    Nothing is taken from a decision that is provisional, not whole, or of another policy or commit.

    Args:
        decisions: The decisions.
        commit: The commit that is decided, or None when it is unknown.
        results: What the gates found that are judged now.
    """
    judged = {result.gate for result in results}
    sound = [
        each.decision
        for each in decisions.earlier
        if each.policy_whole
        and each.decision.policy.sha256 == decisions.policy_sha256
        and commit is not None
        and each.decision.subject.commit == commit
        and not (each.decision.provisional or each.decision.incomplete)
    ]
    return tuple(result for decision in sound for result in decision.gates if result.gate not in judged)


def _by_name(evidence: FlagsEvidence) -> dict[str, list[Flag]]:
    found: dict[str, list[Flag]] = defaultdict(list)
    for data in evidence.judged:
        for flag in data.flags:
            found[flag.name].append(flag)
    return found


def _row(
    rule: FeatureRule,
    flags: Sequence[Flag],
    evidence: FlagsEvidence,
    tried: tuple[int, tuple[str, ...]],
    gates: tuple[str, ...],
) -> FeatureRow:
    passed, why = tried
    why = (*why, *gates)
    offs = {flag.off(rule.off) for flag in flags}
    return FeatureRow(
        name=rule.name,
        declared=True,
        owner=rule.owner,
        ready=not why,
        why_not=why,
        passed=passed,
        gates=rule.gates,
        reveal=rule.reveal,
        state=_state(rule.off, flags, len(evidence.judged)),
        off=next(iter(offs)) if len(offs) == 1 else None,
        shows=_shows(flags),
    )


def _undeclared(name: str, flags: Sequence[Flag]) -> FeatureRow:
    why = ("the policy does not name it",)
    return FeatureRow(
        name=name,
        declared=False,
        why_not=why,
        state=_state("", flags, len(flags)),
        off=flags[0].off(),
        shows=_shows(flags),
    )


def _shows(flags: Iterable[Flag]) -> tuple[str, ...]:
    return tuple(sorted({shown for flag in flags for shown in flag.shows}))


def _state(off: str, flags: Sequence[Flag], files: int) -> str:
    """Return the worst that any of the files says."""
    if any(flag.off(off) is not None and flag.shows != (flag.off(off),) for flag in flags):
        return "revealed"
    if len(flags) < files:
        return "missing"
    return "unknown" if not flags or any(flag.off(off) is None for flag in flags) else "concealed"


def _tried(tests: TestData, indexes: Iterable[int]) -> tuple[int, tuple[str, ...]]:
    """Return how many tests of a feature passed, and what is wrong with them."""
    passed, bad = 0, []
    for index in sorted(indexes):
        outcome = Outcome(tests.outcomes[index])
        passed += outcome is Outcome.PASSED and tests.executed(index)
        if outcome not in _NO_WORD:
            bad.append(f"{tests.ids[index]} {outcome.word}")
    more = f", and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    why = [f"not every test of it passed: {', '.join(bad[:_NAMED])}{more}"] if bad else []
    return passed, tuple(why or ([] if passed else ["no test with its mark was executed and passed"]))


def _gates(rule: FeatureRule, results: Sequence[GateResult], whole: bool) -> tuple[str, ...]:
    """Return what keeps a feature from being ready beside its tests."""
    why = [] if whole else ["the evidence is not whole"]
    for name in rule.gates:
        found = [result.verdict for result in results if result.gate == name]
        if not found:
            why.append(f"the gate {name} was not judged")
        why += [f"the gate {name} is {verdict.value.replace('_', ' ')}" for verdict in found if verdict not in MET][:1]
    return tuple(why)
