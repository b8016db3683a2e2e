"""Waiving: judging a gate once more without what a waiver covers. A waiver softens a result and hides nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate import decide
from pytest_stagegate.judging import judge
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.globs import is_about
from pytest_stagegate.model.incidents import without_incidents
from pytest_stagegate.model.links import REQUIREMENT
from pytest_stagegate.model.reviews import without_people
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.vulnerabilities import without_named
from pytest_stagegate.model.waivers import Waiver, WaiverRow, WaiverState, WaiverUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pytest_stagegate.judging import ActiveGate
    from pytest_stagegate.model.baseline import BaselineData
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.plan import GoalsData
    from pytest_stagegate.model.repository import Diff
    from pytest_stagegate.model.service_levels import LevelsData
    from pytest_stagegate.model.verdicts import GateResult

_COVERED: Final = (Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE)
"""What a waiver can cover; never a gate that is itself broken."""

_WORDS_OF_PEOPLE: Final = ("rollout-halted",)
"""Reasons that no waiver covers, whatever it is about: who halted a rollout spoke later than who wrote the policy."""

_GOOD: Final = (Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.WARN, Verdict.TOO_SMALL)


class Waivers(msgspec.Struct, frozen=True):
    """The waivers of a policy.

    Attributes:
        all: In the policy's order.
        max_days: How many days ahead one may reach, or None for any.
    """

    all: tuple[Waiver, ...] = ()
    max_days: int | None = None

    def state(self, waiver: Waiver, place: Place) -> WaiverState:
        """Return whether a waiver holds here and now: UNUSED when it does."""
        if waiver.expires < place.day:
            return WaiverState.EXPIRED
        if self.max_days is not None and (waiver.expires - place.day).days > self.max_days:
            return WaiverState.TOO_LONG
        here = not waiver.stages or place.stage in waiver.stages
        there = not waiver.environments or place.environment in waiver.environments
        return WaiverState.UNUSED if here and there else WaiverState.ELSEWHERE

    def holding(self, gate: str, place: Place) -> list[Waiver]:
        """Return the waivers that hold for a gate here and now, the first to expire first."""
        found = [each for each in self.all if each.gate == gate and self.state(each, place) is WaiverState.UNUSED]
        return sorted(found, key=lambda each: (each.expires, each.subject, each.owner, each.reason))


def judge_with_waivers(
    active: ActiveGate, evidence: Evidence, place: Place, root: Path, waivers: Waivers
) -> tuple[GateResult, tuple[Waiver, ...], tuple[Waiver, ...]]:
    """Judge a gate, and where it falls short look for waivers that cover all of it.

    A waiver without a subject covers whatever the gate finds. One with a subject covers it when the gate would not
    fall short without what the subject names.

    Returns:
        The result, the waivers that it needed, and those that hold and are not enough.
    """
    result = judge(active, evidence, place, root)
    holding = waivers.holding(active.id, place) if result.verdict in _COVERED else []

    def enough(chosen: Sequence[Waiver]) -> bool:
        if not chosen or any(check.reason in _WORDS_OF_PEOPLE for check in result.checks):
            return False
        if any(not each.subject for each in chosen):
            return True
        rest = without(evidence, [each.subject for each in chosen])
        return judge(active, rest, place, root).verdict in _GOOD

    if not enough(holding):
        return result, (), tuple(holding)
    needed = _needed(holding, enough)
    return _waived(active, result, needed, place), needed, ()


def _needed(holding: Sequence[Waiver], enough: Callable[[Sequence[Waiver]], bool]) -> tuple[Waiver, ...]:
    """Return as few of the waivers as cover the result: those with a subject before those without."""
    needed = sorted(holding, key=lambda each: not each.subject)
    for each in sorted(holding, key=lambda each: bool(each.subject)):
        fewer = [other for other in needed if other is not each]
        if enough(fewer):
            needed = fewer
    return tuple(needed)


def _waived(active: ActiveGate, result: GateResult, needed: Sequence[Waiver], place: Place) -> GateResult:
    first = min(needed, key=lambda each: each.expires)
    use = WaiverUse(owner=first.owner, reason=first.reason, expires=first.expires.isoformat(), subject=first.subject)
    effect = decide.effect(Verdict.WAIVED, active.enforcement.on(place.day))
    told = f"waived by {use.owner} until {use.expires}: {use.reason}"
    return msgspec.structs.replace(
        result,
        verdict=Verdict.WAIVED,
        reason="waived",
        effect=effect.value if effect is not None else "",
        summary=f"{result.summary} ({told})",
        waiver=use,
    )


def rows(
    waivers: Waivers, used: Iterable[Waiver], short: Iterable[Waiver], places: Sequence[Place]
) -> tuple[WaiverRow, ...]:
    """Return every waiver of the policy with what became of it.

    Args:
        waivers: The policy's.
        used: Those that a gate needed.
        short: Those that were not enough for a gate.
        places: Where gates were judged: the decision's own place first.
    """
    known = dict.fromkeys(short, WaiverState.NOT_ENOUGH) | dict.fromkeys(used, WaiverState.USED)
    return tuple(_row(each, known.get(each) or _state(waivers, each, places), places[0]) for each in waivers.all)


def _state(waivers: Waivers, waiver: Waiver, places: Sequence[Place]) -> WaiverState:
    states = [waivers.state(waiver, place) for place in places]
    return next((state for state in states if state is not WaiverState.ELSEWHERE), WaiverState.ELSEWHERE)


def _row(waiver: Waiver, state: WaiverState, place: Place) -> WaiverRow:
    return WaiverRow(
        gate=waiver.gate,
        subject=waiver.subject,
        owner=waiver.owner,
        reason=waiver.reason,
        expires=waiver.expires.isoformat(),
        days_left=(waiver.expires - place.day).days,
        state=state.value,
        stages=waiver.stages,
        environments=waiver.environments,
    )


# ---- evidence without what a waiver is about


def without(evidence: Evidence, subjects: Iterable[str]) -> Evidence:
    """Return evidence without the tests, files, findings and whatever else globs name, also in its baseline."""
    subjects = tuple(subjects)

    def named(*names: str) -> bool:
        return any(is_about(subject, name) for subject in subjects for name in names)

    tests = evidence.tests
    coverage = evidence.coverage
    if not isinstance(coverage, Absent):
        coverage = replace(coverage, files=tuple(file for file in coverage.files if not named(file.path)))
    repository = evidence.repository
    if repository is not None:
        repository = msgspec.structs.replace(
            repository,
            branch=_diff_without(repository.branch, named),
            release=_diff_without(repository.release, named),
            tracked=None if repository.tracked is None else tuple(p for p in repository.tracked if not named(p)),
        )
    return replace(
        evidence,
        tests=tests.without({index for index, name in enumerate(tests.ids) if named(name)}, named),
        coverage=coverage,
        warnings=tuple(line for line in evidence.warnings if not named(line.category, line.place.rpartition(":")[0])),
        findings=tuple(
            replace(
                report,
                findings=tuple(each for each in report.findings if not named(each.path, each.rule, each.fingerprint)),
            )
            for report in evidence.findings
        ),
        metrics=tuple(
            replace(report, metrics=tuple(each for each in report.metrics if not named(each.name)))
            for report in evidence.metrics
        ),
        sboms=tuple(each for each in evidence.sboms if not named(each.file, *(s.name for s in each.subjects))),
        scans=without_named(evidence.scans, named),
        statements=tuple(each for each in evidence.statements if not named(each.file)),
        waived=subjects,
        excused=frozenset(name for name in _excusable(evidence) if named(name)),
        incidents=without_incidents(evidence.incidents, named),
        reviews=without_people(evidence.reviews, named),
        service_levels=_levels_without(evidence.service_levels, named),
        properties=tuple(each for each in evidence.properties if not named(each.name)),
        goals=_goals_without(evidence, named),
        repository=repository,
        baseline=_baseline_without(evidence.baseline, named),
    )


def _excusable(evidence: Evidence) -> Iterator[str]:
    """Yield the names of artifacts, flags and features, of which a waiver covers whatever is wrong with them."""
    yield from (each.name for each in evidence.subject.artifacts)
    yield from (row.name for row in evidence.features)
    yield from (flag.name for data in evidence.flags.judged for flag in data.flags)


def _diff_without(diff: Diff | Absent, named: Callable[..., bool]) -> Diff | Absent:
    if isinstance(diff, Absent):
        return diff
    return msgspec.structs.replace(diff, files=tuple(file for file in diff.files if not named(file.path)))


def _goals_without(evidence: Evidence, named: Callable[..., bool]) -> GoalsData:
    """Return the plans, in which goals and ids of tests that are named are in order whatever is known of them."""
    ids = {goal.id for plan in evidence.goals.plans for goal in plan.goals} | {*evidence.tests.links.of(REQUIREMENT)}
    return replace(evidence.goals, excused=frozenset(name for name in ids if named(name)))


def _baseline_without(baseline: BaselineData, named: Callable[..., bool]) -> BaselineData:
    kept = {
        key: {name: entry for name, entry in table.items() if not named(name)} for key, table in baseline.tables.items()
    }
    return replace(baseline, tables=kept)


def _levels_without(data: LevelsData, named: Callable[..., bool]) -> LevelsData:
    """Return service levels of which the named objectives and metrics are excused."""
    files = data.files
    names = {each.name for each in data.objectives} | {each.asked.name for file in files for each in file.readings}
    names |= {each.name for file in files for each in file.metrics}
    return replace(data, excused=frozenset(name for name in names if named(name)))
