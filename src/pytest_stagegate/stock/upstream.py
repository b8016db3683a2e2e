"""``upstream``: have the earlier stages said GO, of this commit, these artifacts and by rules no weaker than these?"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.numbers import CellName, Measure, Ratio, StageName
from pytest_stagegate.model.upstream import BUILD, Decisions, differing
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Artifact
    from pytest_stagegate.model.upstream import Earlier
    from pytest_stagegate.model.verdicts import Check

_REASONS_SHOWN: Final = 3


class UpstreamOptions(GateOptions, frozen=True):
    """Options of the gate ``upstream``.

    Attributes:
        require: Stages that must have said GO; ``deploy@staging`` for one environment alone.
        allow_conditional: Whether CONDITIONAL is as good.
        artifacts_from: The stage from which on decisions have to list the artifacts; ``build`` when absent, or the
            first stage where there is no ``build``.
    """

    require: list[CellName] = []  # noqa: RUF012 - msgspec copies it for each instance
    allow_conditional: bool = False
    artifacts_from: StageName | None = None

    def declares_a_limit(self) -> bool:
        """Return whether any decision is required."""
        return bool(self.require)

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield each name that stands twice."""
        for name in sorted({each for each in self.require if self.require.count(each) > 1}):
            yield ("require",), f"names {str(name)!r} twice"


class _Fault(NamedTuple):
    """Why a decision does not do: what it makes of the check, its reason code, and a sentence."""

    verdict: Verdict
    reason: str
    text: str
    where: tuple[str, ...] = ()


@gate(
    name="upstream",
    title="The earlier stages said GO, of this commit and these artifacts",
    stage="release",
    options=UpstreamOptions,
    remedy="Decide the stages under 'where' again, for this commit and these artifacts, and hand their decisions over.",
)
def upstream(decisions: Decisions, options: UpstreamOptions) -> Iterator[Check]:
    """Checks that each required decision is there and a GO, and that all agree in commit, artifacts and rules."""
    judged: dict[str, Earlier] = {}
    for required in options.require:
        found = decisions.of(required.stage, required.environment)
        judged |= {each.sha256: each for each in found}
        yield _required(required, found, allow_conditional=options.allow_conditional)
    if not judged:
        return
    known = list(judged.values())
    yield _all("commit", "the same commit", known, [_of_commit(each, decisions.subject.commit) for each in known])
    yield from _of_artifacts(decisions, options, known)
    yield _all("policy", "no weaker rules", known, [_of_policy(each, decisions.policy_sha256) for each in known])


def _required(required: CellName, found: Sequence[Earlier], *, allow_conditional: bool) -> Check:
    name = f"decision {required}"
    if not found:
        text = f"no decision about {required} was handed over"
        return no_evidence(name, "upstream-missing", text, unit="decisions")
    in_cell: dict[str | None, set[str]] = defaultdict(set)
    for each in found:
        in_cell[each.decision.environment].add(each.sha256)
    faults = []
    for each in found:
        alone = len(in_cell[each.decision.environment]) == 1
        faults.append([*_of_word(each, allow_conditional=allow_conditional), *(() if alone else _conflict(each))])
    words = sorted({each.decision.decision.value for each in found})
    return _all(name, f"{required}: {', '.join(words)}", found, faults)


def _conflict(each: Earlier) -> Iterator[_Fault]:
    text = f"{each.source} is one of several decisions about the same, which differ; only one can hold"
    yield _Fault(Verdict.NO_EVIDENCE, "upstream-conflict", text, (text,))


def _of_word(each: Earlier, *, allow_conditional: bool) -> Iterator[_Fault]:
    decision = each.decision
    word = decision.decision
    told = f"{word} in {each.source}"
    why = tuple(f"{each.source}: {blocker.effect}: {blocker.text}" for blocker in decision.blockers[:_REASONS_SHOWN])
    if word is Word.NO_GO or (word is Word.CONDITIONAL and not allow_conditional):
        yield _Fault(Verdict.FAIL, "upstream-not-go", told, why or (told,))
    if word is Word.HOLD:
        yield _Fault(Verdict.NO_EVIDENCE, "upstream-hold", told, why or (told,))
    if decision.incomplete:
        text = f"the decision in {each.source} rests on evidence that is not whole"
        yield _Fault(Verdict.NO_EVIDENCE, "upstream-incomplete", text, _notes(each, incomplete=True))
    if decision.provisional:
        text = f"the decision in {each.source} is provisional"
        yield _Fault(Verdict.NO_EVIDENCE, "upstream-provisional", text, _notes(each, incomplete=False))


def _notes(each: Earlier, *, incomplete: bool) -> tuple[str, ...]:
    notes = each.decision.incomplete if incomplete else each.decision.provisional
    return tuple(f"{each.source}: {note.text}" for note in notes)


def _of_commit(each: Earlier, commit: str | None) -> list[_Fault]:
    stated = each.decision.subject.commit
    if commit is None:
        text = "the commit that is decided is not known"
        return [_Fault(Verdict.NO_EVIDENCE, "commit-unknown", text, (text,))]
    if stated is None:
        text = f"{each.source} does not state its commit"
        return [_Fault(Verdict.NO_EVIDENCE, "commit-not-stated", text, (text,))]
    if differ(stated, commit):
        text = f"{each.source} is about commit {short(stated)}; {short(commit)} is decided"
        return [_Fault(Verdict.FAIL, "other-commit", text, (text,))]
    return []


def _of_artifacts(decisions: Decisions, options: UpstreamOptions, known: Sequence[Earlier]) -> Iterator[Check]:
    """Yield the check of artifacts where there are any, or where the policy declares some."""
    present = decisions.subject.artifacts
    stages = decisions.stages
    first = options.artifacts_from or (BUILD if BUILD in stages else stages[0])
    late = [each for each in known if stages.index(each.decision.stage) >= stages.index(first)]
    listed = [each for each in late if each.decision.subject.artifacts]
    if not present and (decisions.artifacts_declared or listed):
        why = f"{listed[0].source} lists some" if listed else "the policy declares some"
        yield no_evidence("artifacts", "artifact-missing", f"no artifact is there, and {why}", unit="decisions")
    elif present and late:
        yield _all("artifacts", "the same artifacts", late, [_of_shipped(each, present) for each in late])


def _of_shipped(each: Earlier, present: tuple[Artifact, ...]) -> list[_Fault]:
    listed = each.decision.subject.artifacts
    if not listed:
        text = f"{each.source} lists no artifact"
        return [_Fault(Verdict.NO_EVIDENCE, "artifact-missing", text, (text,))]
    others = differing(each, present)
    if not others:
        return []
    places = tuple(f"{each.source}: {it.name}: sha256 {it.sha256} {where}" for it, where in others)
    text = f"{each.source} is about other artifacts than these"
    return [_Fault(Verdict.FAIL, "other-artifact", text, places)]


def _of_policy(each: Earlier, present: str) -> list[_Fault]:
    if not each.policy_whole:
        text = f"{each.source} does not hold the policy whose digest it states"
        return [_Fault(Verdict.NO_EVIDENCE, "changed", text, (text,))]
    if each.decision.policy.sha256 != present and each.loosened:
        text = f"{each.source} was taken by a policy that demands less than the present one"
        return [
            _Fault(Verdict.FAIL, "policy-loosened", text, tuple(f"{each.source}: {less}" for less in each.loosened))
        ]
    return []


def _all(name: str, good: str, known: Sequence[Earlier], faults: Sequence[Sequence[_Fault]]) -> Check:
    """Return a check of which share of the decisions has no fault; the worst fault is what it says."""
    found = [fault for each in faults for fault in each]
    whole = sum(1 for each in faults if not each)
    where = tuple(dict.fromkeys(place for fault in found for place in fault.where))
    share = Measure(Ratio(whole, len(known)), kind="share", unit="decisions", inspected=len(known), where=where)
    made = check(name, share, at_least="100 %")
    if not found:
        return msgspec.structs.replace(made, text=good)
    failed = [fault for fault in found if fault.verdict is Verdict.FAIL]
    worst = (failed or found)[0]
    texts = dict.fromkeys(fault.text for fault in found)
    return msgspec.structs.replace(made, verdict=worst.verdict, reason=worst.reason, text="; ".join(texts))
