"""Whether the environments of a decision were ready: what the policy declares of each, held against the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.environments import PASSED, Answer, Condition
from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.environments import EnvironmentReport, EnvironmentRule
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.tags import Tag
    from pytest_stagegate.model.tally import Tally

READY: Final = "ready"
NOT_READY: Final = "not-ready"
STALE: Final = "stale"
NOT_PROBED: Final = "not-probed"


class EnvironmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One look at an environment that a decision is about, or that nobody has looked.

    Attributes:
        environment: Its name.
        protected: Whether the policy protects it.
        state: ``ready``, ``not-ready``, ``stale`` (the policy declares something else by now) or ``not-probed``.
        note: Why the report says too little; may be empty.
        when: When it was looked at, RFC 3339, UTC; None where nobody did.
        conditions: Each of its conditions, without the value of any variable.
        probe: What the readiness probe was told, or None.
        data: What became of each check of its test data.
    """

    environment: str
    protected: bool
    state: str
    note: str = ""
    when: str | None = None
    conditions: tuple[Condition, ...] = ()
    probe: Answer | None = None
    data: tuple[Answer, ...] = ()


def environment_rows(
    reports: Iterable[EnvironmentReport], rules: Sequence[EnvironmentRule], place: Place, tags: Iterable[Tag]
) -> tuple[EnvironmentRow, ...]:
    """Return what is known of each environment that a decision is about.

    Args:
        reports: What was found when environments were looked at.
        rules: What the policy declares of them.
        place: What is decided; where that names no environment, the decision is about all that there is evidence of.
        tags: The tags of the tests, which say what they were run against.
    """
    reports = tuple(reports)
    ran_in = {tag.ran_in for tag in tags if tag.ran_in}
    named = {place.environment} if place.environment else ran_in.union(each.environment for each in reports)
    declared = {rule.name: rule for rule in rules if rule.asks}
    return tuple(
        row
        for name in sorted(named)
        for row in _rows(name, declared.get(name), [each for each in reports if each.environment == name])
    )


def _rows(name: str, rule: EnvironmentRule | None, reports: Sequence[EnvironmentReport]) -> Iterator[EnvironmentRow]:
    if rule is not None and not reports:
        note = f"nobody looked at {name} before the tests ran"
        yield EnvironmentRow(environment=name, protected=rule.protected, state=NOT_PROBED, note=note)
    for report in reports:
        state, note = _state(rule, report)
        yield EnvironmentRow(
            environment=name,
            protected=report.protected if rule is None else rule.protected,
            state=state,
            note=note,
            when=report.when,
            conditions=report.conditions,
            probe=report.probe,
            data=report.data,
        )


def _state(rule: EnvironmentRule | None, report: EnvironmentReport) -> tuple[str, str]:
    if rule is None:
        return STALE, f"the policy declares nothing of {report.environment} that was asked there"
    if report.declared_sha256 != rule.sha256:
        return STALE, f"the policy declares something else of {rule.name} than it did when somebody looked"
    asked = {each.name for each in (rule.probe, *rule.data) if each is not None}
    silent = asked - {each.name for each in report.answers}
    silent |= {f"the condition {name}" for name in _conditions(rule) - {each.name for each in report.conditions}}
    if silent:
        return NOT_PROBED, f"the report on {rule.name} says nothing of {', '.join(sorted(silent))}"
    return (NOT_READY if report.failed else READY), ""


def _conditions(rule: EnvironmentRule) -> set[str]:
    named = {f"require {each.name}" for each in rule.require}
    named |= {"stage"} if rule.stages else set()
    return named | ({"run_by"} if rule.run_by else set())


class Environments:
    """The environments of a decision as a gate reads them.

    Attributes:
        rows: One look at one of them each; empty where the policy asks nothing of any.
    """

    def __init__(
        self,
        reports: Iterable[EnvironmentReport],
        rules: Sequence[EnvironmentRule],
        place: Place,
        tags: Iterable[Tag],
        tally: Tally,
    ) -> None:
        self.rows = environment_rows(reports, rules, place, tags)
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self.rows)} looks at environments>"

    def broken_conditions(self, row: EnvironmentRow) -> Measure:
        """How many conditions did not hold; `inspected` counts all of them; `where` says which."""
        return self._measure([each.text for each in row.conditions if not each.held], len(row.conditions), "conditions")

    def unanswered(self, row: EnvironmentRow) -> Measure:
        """1 where the readiness probe failed, else 0; unit: probes."""
        asked = [] if row.probe is None else [row.probe]
        where = [f"{each.asked}: {each.text}" for each in asked if each.outcome != PASSED]
        return self._measure(where, len(asked), "probes")

    def lacking_data(self, row: EnvironmentRow) -> Measure:
        """How many checks of test data failed; `inspected` counts all of them; `where` says which."""
        where = [f"{each.name}: {each.asked}: {each.text}" for each in row.data if each.outcome != PASSED]
        return self._measure(where, len(row.data), "data checks")

    def _measure(self, where: Sequence[str], inspected: int, unit: str) -> Measure:
        self._tally.note(inspected)
        return Measure(len(where), unit=unit, inspected=inspected, where=tuple(where))
