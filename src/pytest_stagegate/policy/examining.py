"""Examining a policy that holds no mistake: what in it can't do what it is there for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.model.advice import Advice
from pytest_stagegate.model.numbers import StageName
from pytest_stagegate.model.verdicts import Level
from pytest_stagegate.policy.binding import applying
from pytest_stagegate.policy.limits import demanded, limits_of
from pytest_stagegate.policy.reading import Reader

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from pytest_stagegate.model.expected import Expected
    from pytest_stagegate.model.tags import Tag
    from pytest_stagegate.policy.binding import BoundGate
    from pytest_stagegate.policy.model import Policy

_REAL_LIMIT: Final = "Write a limit that can be missed, or delete the line."


def examined(policy: Policy, bound: tuple[BoundGate, ...], today: dt.date) -> Iterator[Advice]:
    """Yield what is wrong with a policy by itself.

    Args:
        policy: The policy.
        bound: Its gates.
        today: The day on which it is asked (UTC).
    """
    reader = Reader(policy.layers)
    for each in bound:
        yield from _always_met(reader, each)
        yield from _blocks_already(reader, each, today)
    places = [(stage, place) for stage in policy.stages for place in (None, *policy.environments)]
    judged = (each for place in places for each in applying(bound, *place))
    yield from _not_judged(policy, reader, bound)
    if not any(each.enforcement.level is Level.BLOCK for each in judged):
        text = "no gate blocks: whatever is found, the decision is never NO GO"
        yield Advice(True, policy.source, text, 'Set enforcement = "block" for at least one gate.')


def _not_judged(policy: Policy, reader: Reader, bound: tuple[BoundGate, ...]) -> Iterator[Advice]:
    """Yield environments that are asked something, where no gate heeds the answer, and a gate that has none to heed."""
    judged = [each for each in bound if each.gate.name == "environment"]
    asked = [rule for rule in policy.environment_rules if rule.probe is not None or rule.data]
    for rule in () if judged else asked:
        text = f"{rule.name} is asked whether it is ready, and no gate judges the answer"
        yield Advice(False, reader.line(("environment", rule.name)), text, "Add a table [gate.environment].")
    if judged and not any(rule.asks for rule in policy.environment_rules):
        text = "nothing is declared of any environment, so the gate 'environment' has nothing to judge"
        yield Advice(False, reader.line(("gate", judged[0].id)), text, "Declare one, or take the gate out.")


def _always_met(reader: Reader, bound: BoundGate) -> Iterator[Advice]:
    limits = limits_of(bound.options)
    met = [option for option, limit in limits.items() if limit.always_met]
    written = bound.table.options if bound.table is not None else {}
    meaningless = len(met) == len(limits) and not any(demanded(bound.options).values())
    for option in met:
        key = option.split(" ")[0]
        if key in written:
            limit = limits[option]
            sign = "≥" if limit.op == "at_least" else "≤"
            means = f"so the gate {bound.id!r} can't fail" if meaningless else f"so it asks nothing of {bound.id!r}"
            text = f"{option} {sign} {limit.shown} is met by anything, {means}"
            yield Advice(meaningless, reader.line(("gate", bound.id, key)), text, _REAL_LIMIT)


def _blocks_already(reader: Reader, bound: BoundGate, today: dt.date) -> Iterator[Advice]:
    start = bound.enforcement.block_from
    if start is not None and start <= today:
        text = f"block_from = {start.isoformat()} of {bound.id!r} is past; the gate blocks"
        place = reader.line(("gate", bound.id, "enforcement"))
        yield Advice(False, place, text, 'Write enforcement = "block".')


def examined_with(
    policy: Policy,
    bound: tuple[BoundGate, ...],
    tags: Iterable[tuple[Tag, int]],
    stages_of: Callable[[str], frozenset[str]],
) -> Iterator[Advice]:
    """Yield what doesn't fit the tests of the last run.

    Args:
        policy: The policy.
        bound: Its gates.
        tags: Each tag with how many tests have it.
        stages_of: Says of which stages the tests are judged when a stage is decided.
    """
    reader, counted = Reader(policy.layers), [(tag, count) for tag, count in tags if count]
    tagged = {tag.stage for tag, _ in counted}
    for each in bound:
        yield from _without_tests(reader, each, tagged, stages_of)
    for stage in policy.stages:
        levels = {gate.enforcement.level for gate in applying(bound, stage, None)}
        if stage in tagged and levels <= {Level.OBSERVE}:
            count = sum(count for tag, count in counted if tag.stage == stage)
            text = f"{_tests(count)} tagged {stage!r}, and no gate blocks or warns at that stage"
            yield Advice(False, policy.source, text, "Give the stage a gate, or the tests another stage.")
    for cell in policy.expected:
        places = [tag.environments for tag, _ in counted if tag.stage == cell.stage]
        if any(not named or cell.environment is None or cell.environment in named for named in places):
            continue
        where = f"{cell.stage} × {cell.environment}" if cell.environment is not None else cell.stage
        text = f"evidence of {where} is expected, and no test of the last run belongs there"
        yield Advice(False, _line_of_cell(policy, reader, cell), text, "Tag tests for it, or take it out of expect.")


def _line_of_cell(policy: Policy, reader: Reader, cell: Expected) -> str:
    """Return where the first entry of ``expect`` stands that names a cell."""
    entries: list[dict[str, Any]] = next(
        (layer.table["expect"] for layer in policy.layers if "expect" in layer.table), []
    )
    for index, entry in enumerate(entries):
        if _names(entry, "stage", cell.stage) and _names(entry, "environment", cell.environment):
            return reader.line(("expect", str(index)))
    return policy.source


def _names(entry: dict[str, Any], key: str, name: str | None) -> bool:
    named = entry.get(key)
    return name in named if isinstance(named, list) else name == named


def _without_tests(
    reader: Reader, bound: BoundGate, tagged: set[str], stages_of: Callable[[str], frozenset[str]]
) -> Iterator[Advice]:
    remedy = "Tag tests for the stage, or name another one."
    for name in bound.options.__struct_fields__ if bound.options is not None else ():
        stage = getattr(bound.options, name)
        if isinstance(stage, StageName) and stage not in tagged:
            place = reader.line(("gate", bound.id, name))
            text = f"{name} of {bound.id!r}: no test of the last run has the stage {stage!r}"
            yield Advice(False, place, text, remedy)
    for stage in (bound.table.stages or ()) if bound.table is not None else ():
        if not stages_of(stage) & tagged:
            text = f"{bound.id!r} is judged at {stage!r}, and the last run has no test that is judged there"
            yield Advice(False, reader.line(("gate", bound.id, "stage")), text, remedy)


def _tests(count: int) -> str:
    return "1 test is" if count == 1 else f"{count} tests are"


def unmatched_rules(policy: Policy, matches_a_file: Callable[[str], bool]) -> Iterator[Advice]:
    """Yield the rules on evidence files that speak of no file.

    Args:
        policy: The policy.
        matches_a_file: Says whether a glob matches any file of the project.
    """
    reader = Reader(policy.layers)
    for index, rule in enumerate(policy.evidence):
        if not matches_a_file(rule.path):
            place = reader.line(("evidence", str(index), "path"))
            text = f"the evidence rule for {rule.path!r} matches no file that is there now"
            yield Advice(False, place, text, "Mend the path, unless the file is only made later.")


def without_policy(bound: tuple[BoundGate, ...]) -> Iterator[str]:
    """Yield what is judged where there is no policy, a line a gate."""
    for each in sorted(bound, key=lambda gate: (gate.enforcement.level is not Level.BLOCK, gate.id)):
        limits = ", ".join(
            f"{limit.option} {'≥' if limit.op == 'at_least' else '≤'} {limit.shown}"
            for limit in limits_of(each.options).values()
            if limit.bounded
        )
        yield f"{each.id}: {each.enforcement.level.value}{f', {limits}' if limits else ''}"
