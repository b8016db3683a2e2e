"""``slo``: do users get the service that was promised, and how much of the error budget is left?

The law behind the size guard: of the same number of events more bad ones never look better. Fewer than `min_events` in
the whole window say nothing, good or bad. Of a burn window, in which there may be few events at night, only a rate that
is too high is TOO_SMALL instead of FAIL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from msgspec import structs

from pytest_stagegate.errors import nearest
from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count, Duration, Number, Share
from pytest_stagegate.model.service_levels import SLO, ServiceLevels, Unmeasured, promql_duration
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.service_levels import Level, Objective

_WORKBOOK: Final = {"1 h": Number.parse(14.4), "6 h": Number.parse(6), "3 d": Number.parse(1)}
"""Burn rates at which the SRE workbook alerts: https://sre.google/workbook/alerting-on-slos/, table 5-8."""


class SloOptions(GateOptions, frozen=True):
    """Limits of the gate ``slo``.

    Attributes:
        objectives: Names of the objectives that are judged; all when absent.
        min_budget: Share of the error budget that has to be left; with 0 % more than nothing.
        warn_budget: Share below which the check warns.
        max_burn: By length of a burn window, how many times faster than allowed the budget may be spent in it; each is
            measured. When absent those of the SRE workbook, for windows that are measured.
        min_events: With fewer events a share says too little.
    """

    leeway: ClassVar[tuple[str, ...]] = ("min_events",)
    narrowing: ClassVar[tuple[str, ...]] = ("objectives",)
    when_absent: ClassVar[dict[str, Any]] = {"max_burn": _WORKBOOK}

    objectives: list[str] | None = None
    min_budget: Share = Share.parse("0 %")
    warn_budget: Share = Share.parse("25 %")
    max_burn: dict[str, Number] | None = None
    min_events: Count = 100

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield names of windows that are no length of time, and limits that can't stand together."""
        lengths: dict[int, str] = {}
        for window, rate in (self.max_burn or {}).items():
            try:
                length = Duration.parse(window).microseconds
            except ValueError as error:
                yield ("max_burn", window), str(error)
                continue
            if length <= 0 or length % 1000:
                yield ("max_burn", window), "has to be a whole number of milliseconds above 0"
            elif length in lengths:
                yield ("max_burn", window), f"is as long as {lengths[length]!r}, which has a limit of its own"
            lengths[length] = window
            if rate.value < 0:
                yield ("max_burn", window), "can't be below 0"
        if self.objectives == []:
            yield ("objectives",), "names no objective; leave the key out to judge all of them"


@gate(
    name=SLO,
    title="Users get the service that was promised, and error budget is left",
    stage="monitor",
    options=SloOptions,
    remedy="Find what fails for users and mend it first; release nothing risky until there is budget again.",
)
def slo(levels: ServiceLevels, options: SloOptions) -> Iterator[Check]:
    """Checks the share of good events, the error budget and the burn rates of each objective."""
    known = {each.name: each for each in levels.objectives}
    wanted = known if options.objectives is None else dict.fromkeys(options.objectives)
    for name in (each for each in wanted if each not in known and each not in levels.excused):
        yield no_evidence(name, "objective-missing", f"there is no objective {name!r}; {nearest(name, known)}")
    chosen = [known[name] for name in wanted if name in known]
    if globs := levels.unmeasured_files:
        text = f"nothing was measured of the objectives in {', '.join(globs)}"
        yield no_evidence("files", "not-reported", text)
    elif not chosen and options.objectives is None:
        yield _nothing(waived=bool(levels.excused))
    for objective in chosen:
        yield from _of_window(levels, objective, options)
        if objective.share < 1:
            for window, limit in _burn_limits(objective, options).items():
                yield from _of_burn(levels, objective, window, limit, options.min_events)


def _burn_limits(objective: Objective, options: SloOptions) -> dict[int, Number | None]:
    """Return the burn windows of an objective, each with its limit, or None where it is only shown."""
    said = options.max_burn if options.max_burn is not None else _WORKBOOK
    limits = {Duration.parse(window).microseconds: rate for window, rate in said.items()}
    windows = (*objective.burn, *limits) if options.max_burn is not None else objective.burn
    return {window: limits.get(window) for window in sorted(windows)}


def _nothing(*, waived: bool) -> Check:
    text = "every objective is waived" if waived else "the policy has no objective"
    nothing = no_evidence("objectives", "not-declared", text)
    return structs.replace(nothing, verdict=Verdict.NOT_APPLICABLE, shown="")


def _of_window(levels: ServiceLevels, objective: Objective, options: SloOptions) -> Iterator[Check]:
    name = objective.name
    for level in _counted(levels, objective, objective.window):
        if isinstance(level, Check):
            yield level
        elif not level.total:
            yield no_evidence(name, "no-events", f"there was no event in the last {promql_duration(level.window)}")
        else:
            made = [check(name, level.compliance, at_least=Share(objective.share))]
            made += [_budget(level, options)] if objective.share < 1 else []
            yield from (_large(each, level, options.min_events, always=True) for each in made)


def _budget(level: Level, options: SloOptions) -> Check:
    warn = max(options.warn_budget, options.min_budget, key=lambda share: share.value)
    left = level.budget_left
    made = check(f"{level.objective.name} budget", left, at_least=options.min_budget, warn_below=warn)
    if made.verdict is not Verdict.FAIL and left.value is not None and left.value <= 0:
        return structs.replace(made, verdict=Verdict.FAIL, reason="budget-spent", text="the error budget is spent")
    return made


def _of_burn(
    levels: ServiceLevels, objective: Objective, window: int, limit: Number | None, least: int
) -> Iterator[Check]:
    name = f"{objective.name} burn {promql_duration(window)}"
    for level in _counted(levels, objective, window, name):
        if isinstance(level, Check):
            yield level
        elif level.total:
            yield _large(check(name, level.burn_rate, at_most=limit), level, least, always=False)
        elif limit is not None:
            text = f"there was no event in the last {promql_duration(window)}"
            nothing = no_evidence(name, "too-small", text)
            yield structs.replace(nothing, verdict=Verdict.TOO_SMALL, shown="0 events")


def _large(made: Check, level: Level, least: int, *, always: bool) -> Check:
    """Return a check, or that there were too few events for it."""
    judged = made.verdict is Verdict.FAIL or (always and made.verdict in (Verdict.PASS, Verdict.WARN))
    if not judged or level.total >= least:
        return made
    text = f"{made.shown}; fewer than {least} events are too few to judge by"
    return structs.replace(made, verdict=Verdict.TOO_SMALL, reason="too-small", text=text)


def _counted(levels: ServiceLevels, objective: Objective, window: int, name: str = "") -> Iterable[Level | Check]:
    """Return what was counted, or the one check that says why nothing was."""
    try:
        return levels.levels(objective, window)
    except Unmeasured as error:
        missing = no_evidence(name or objective.name, error.problem.reason, error.problem.text)
        stale = error.problem.reason == "other-policy"
        return (structs.replace(missing, verdict=Verdict.STALE) if stale else missing,)
