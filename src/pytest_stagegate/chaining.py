"""The chain of decisions: those that were taken before, and what their policies demand less of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.model.decision import Note, StageRow, UpstreamRow
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.upstream import BUILD, DecisionsData, Earlier, differing
from pytest_stagegate.model.word import Word
from pytest_stagegate.policy.drifting import less_than
from pytest_stagegate.policy.finding import canonical, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_stagegate.hooks import Gate
    from pytest_stagegate.model.decision import Artifact, Decision
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.policy.model import Policy


def decisions_among(
    sources: Iterable[Source], policy: Policy, gates: Mapping[str, Gate], place: Place
) -> DecisionsData:
    """Return the decisions among the evidence that may be used for another one, each once.

    Args:
        sources: All evidence files.
        policy: The present policy, with which each decision's own is compared.
        gates: All definitions of gates by name.
        place: What is decided; a decision about the very same is left out.
    """
    found: dict[str, Earlier] = {}
    for source, decision in _handed_over(sources):
        own = (decision.stage, decision.environment) == (place.stage, place.environment)
        if source.usable and source.sha256 is not None and not own:
            found.setdefault(source.sha256, _earlier(source.name, source.sha256, decision, policy, gates, place))
    return DecisionsData(
        earlier=tuple(sorted(found.values(), key=lambda each: (*_order(each.decision, policy), each.sha256))),
        stages=policy.stages,
        artifacts_declared=bool(policy.artifacts.shipped),
        policy_sha256=policy.sha256,
    )


def other_artifacts(decisions: DecisionsData, present: tuple[Artifact, ...]) -> tuple[Note, ...]:
    """Return which decisions are about other artifacts than these, as notes that hold the decision.

    Whatever gates the policy has: what was decided once from the build on goes no further in exchange for something
    else. Which decisions have to list artifacts at all is a gate's to say.
    """
    early = decisions.stages[: decisions.stages.index(BUILD)] if BUILD in decisions.stages else ()
    late = [each for each in decisions.earlier if each.decision.stage not in early]
    listing = [each for each in late if each.decision.subject.artifacts]
    if listing and not present:
        text = f"{listing[0].source} lists artifacts, and none is here that could be held against them."
        return (Note(reason="artifact-missing", text=text),)
    return tuple(_changed(each.source, others) for each in listing if (others := differing(each, present)))


def _changed(source: str, others: Iterable[tuple[Artifact, str]]) -> Note:
    names = ", ".join(dict.fromkeys(each.name for each, _ in others))
    return Note(reason="other-artifact", text=f"{source}: it is about other artifacts than these: {names}.")


def upstream_rows(sources: Iterable[Source], policy: Policy) -> tuple[UpstreamRow, ...]:
    """Return every decision among the evidence, whether it may be used or not, in the order of the flow."""
    found = sorted(_handed_over(sources), key=lambda each: (*_order(each[1], policy), each[0].name))
    return tuple(_row(source, decision) for source, decision in found)


def stage_rows(stages: Sequence[str], decision: Decision) -> tuple[StageRow, ...]:
    """Return where each stage of the flow stands: this decision for its own, the ones that were handed over for others.

    Args:
        stages: The stages in the order of the flow.
        decision: The decision, with the decisions that were handed over.
    """
    return tuple(_here(decision) if stage == decision.stage else _stage_row(stage, decision) for stage in stages)


def _here(decision: Decision) -> StageRow:
    return StageRow(
        stage=decision.stage,
        decision=decision.decision,
        provisional=bool(decision.provisional),
        here=True,
        as_of=decision.as_of,
    )


def _stage_row(stage: str, decision: Decision) -> StageRow:
    found = [row for row in decision.upstream if row.stage == stage]
    used = [row for row in found if row.state == State.WHOLE.value]
    return StageRow(
        stage=stage,
        decision=min((row.decision for row in used), key=list(Word).index, default=None),
        provisional=any(row.provisional for row in used),
        as_of=max((row.as_of for row in used), default=""),
        refused=len(found) - len(used),
    )


def _handed_over(sources: Iterable[Source]) -> list[tuple[Source, Decision]]:
    return [
        (each, each.contents.decision)
        for each in sources
        if each.contents is not None and each.contents.decision is not None
    ]


def _order(decision: Decision, policy: Policy) -> tuple[int, str, str]:
    known = decision.stage in policy.stages
    position = policy.stages.index(decision.stage) if known else len(policy.stages)
    return position, decision.stage, decision.environment or ""


def _earlier(
    source: str, sha256: str, decision: Decision, policy: Policy, gates: Mapping[str, Gate], place: Place
) -> Earlier:
    whole = digest(canonical(decision.policy.content)) == decision.policy.sha256
    same = whole and decision.policy.sha256 == policy.sha256
    loosened = () if same else less_than(policy, decision.policy.content, gates, place.day)
    return Earlier(source=source, sha256=sha256, decision=decision, policy_whole=whole, loosened=loosened)


def _row(source: Source, decision: Decision) -> UpstreamRow:
    return UpstreamRow(
        stage=decision.stage,
        environment=decision.environment,
        decision=decision.decision,
        provisional=bool(decision.provisional),
        commit=decision.subject.commit,
        as_of=decision.as_of,
        source=source.name,
        sha256=source.sha256 or "",
        policy_sha256=decision.policy.sha256,
        state=source.state.value,
        text=source.note.text if source.note is not None else "",
    )
