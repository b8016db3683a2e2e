"""Service levels: what a policy promises its users, what was counted of it, and which metrics are there."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.metrics import exact
from pytest_stagegate.model.numbers import Measure, NotANumber, Ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_stagegate.model.metrics import Metrics
    from pytest_stagegate.model.tally import Tally

KIND: Final = "service-levels"
SCHEMA: Final = "stagegate/service-levels/1"
PRODUCER: Final = "service-levels"
"""Name of our own producer, which asks Prometheus; also that of the file that it makes."""

COMMAND: Final = ("stagegate", "measure")
"""What that producer is called where commands are shown; it runs in our own process."""

SLO: Final = "slo"
"""Name of the gate whose limits say over which further windows is measured."""

TELEMETRY: Final = "telemetry"
"""Name of the gate whose expectations say which metrics are asked for."""

_QUOTED: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_LABEL: Final = re.compile(rf',?([^"=,{{}}]+|{_QUOTED})="([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ROUNDING: Final = Fraction(1, 10**9)
"""By which part of all events some of them may lie above all, or below none: Prometheus adds floats, in any order."""

_UNITS: Final = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"))


def promql_duration(microseconds: int) -> str:
    """Return a length of time as PromQL and OpenSLO write it, for example ``30d`` or ``90m``."""
    size, unit = next((each for each in _UNITS if microseconds % each[0] == 0), _UNITS[-1])
    return f"{microseconds // size}{unit}"


class Problem(msgspec.Struct, frozen=True):
    """Why there is no number.

    Attributes:
        reason: A reason code.
        text: A sentence without its full stop.
    """

    reason: str
    text: str


_ELSEWHERE: Final = Problem("other-policy", "it was measured at another address than the policy names")


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted over one window; numbers as they were written.

    Attributes:
        window: Length of the window in microseconds.
        good: Good events, or None where the bad ones were counted.
        bad: Bad events, or None where the good ones were counted.
        total: All events; None where they could not be counted.
        problem: Why something is not there, or None.
    """

    window: int
    good: str | None = None
    bad: str | None = None
    total: str | None = None
    problem: Problem | None = None


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """A promise: which share of the events of a window is good.

    Attributes:
        name: Unique in a policy.
        objective: The share, more than 0 and at most 1.
        window: Length of the window in microseconds.
        good: What counts the good events; empty where `bad` counts the bad ones.
        bad: What counts the bad events; empty likewise.
        total: What counts all events.
        burn: Lengths of further windows, in microseconds, of which the burn rate is measured.
        by_metric: Whether the three are names of metrics among the evidence, and not queries for Prometheus.
        source: The file that says so, or empty for the policy.
    """

    name: str
    objective: Ratio
    window: int
    good: str = ""
    bad: str = ""
    total: str = ""
    burn: tuple[int, ...] = ()
    by_metric: bool = False
    source: str = ""

    @property
    def share(self) -> Fraction:
        """The share as an exact number."""
        return Fraction(self.objective.numerator, self.objective.denominator)

    def queries(self, window: int) -> tuple[str, str, str]:
        """Return what counts good, bad and all events of a window; empty for what is not counted."""
        written = promql_duration(window)
        good, bad, total = (each.replace("{window}", written) for each in (self.good, self.bad, self.total))
        return good, bad, total

    def also_over(self, windows: Iterable[int]) -> Objective:
        """Return the objective with further burn windows, where all its queries can be asked for any window."""
        if not all("{window}" in each for each in (self.good, self.bad, self.total) if each):
            return self
        return msgspec.structs.replace(self, burn=tuple(dict.fromkeys((*self.burn, *sorted(windows)))))


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one objective.

    Attributes:
        asked: The objective as it was when it was measured.
        counts: Of its window, then of each burn window.
    """

    asked: Objective
    counts: tuple[Counts, ...]


class MetricSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What Prometheus has of one metric.

    Attributes:
        name: The metric.
        series: How many series it has now.
        labels: For each label that is expected, how many of them have it.
        problem: Why it could not be asked, or None.
    """

    name: str
    series: int = 0
    labels: dict[str, int] = {}
    problem: Problem | None = None


class ServiceLevelsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file that ``stagegate measure`` writes.

    Attributes:
        schema: ``stagegate/service-levels/1``.
        producer: Who asked: tool and version.
        address: The address that was asked, without whatever is secret.
        when: The instant of all samples, RFC 3339, UTC.
        readings: In the order of their names.
        metrics: Likewise.
    """

    schema: str
    producer: str
    address: str
    when: str
    readings: tuple[Reading, ...] = ()
    metrics: tuple[MetricSeen, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be measured, each with why."""
        found = [
            f"{reading.asked.name}: {counts.problem.text}"
            for reading in self.readings
            for counts in reading.counts
            if counts.problem is not None
        ]
        found += [f"{each.name}: {each.problem.text}" for each in self.metrics if each.problem is not None]
        return tuple(dict.fromkeys(" ".join(each.split()) for each in found))


class PrometheusRule(NamedTuple):
    """The table ``[tool.stagegate.prometheus]``.

    Attributes:
        url: The only address that is asked.
        limit: Microseconds after which a call has failed.
        headers: Names of headers, each with the variable that holds its value.
    """

    url: str
    limit: int
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """The address without user, password and query."""
        parts = urlsplit(self.url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"


class ToMeasure(NamedTuple):
    """What is to be asked of Prometheus, and where.

    Attributes:
        rule: The server.
        objectives: The objectives that it knows of.
        metrics: Names of metrics, each with the labels that its series should have.
    """

    rule: PrometheusRule
    objectives: tuple[Objective, ...]
    metrics: Mapping[str, tuple[str, ...]]


class LevelsData(msgspec.Struct, frozen=True):
    """All that is known of service levels.

    Attributes:
        objectives: Those of the policy.
        globs: Where further objectives stand in files.
        files: What files say that were measured.
        excused: Objectives and metrics that a waiver takes out.
        address: The address that the policy names; what was asked of another is of no use. Empty where it names none.
    """

    objectives: tuple[Objective, ...] = ()
    globs: tuple[str, ...] = ()
    files: tuple[ServiceLevelsFile, ...] = ()
    excused: frozenset[str] = frozenset()
    address: str = ""


class Level(NamedTuple):
    """What was counted of one objective in one window, as exact numbers.

    Attributes:
        objective: The objective.
        window: Length of the window in microseconds.
        good: Good events.
        total: All events.
    """

    objective: Objective
    window: int
    good: Fraction
    total: Fraction

    @property
    def bad(self) -> Fraction:
        """Bad events."""
        return self.total - self.good

    @property
    def allowed(self) -> Fraction:
        """Bad events that the objective allows: the error budget."""
        return (1 - self.objective.share) * self.total

    @property
    def compliance(self) -> Measure:
        """The share of good events."""
        whole = self.good.denominator == 1 and self.total.denominator == 1
        if whole:
            value: Ratio | Fraction = Ratio(int(self.good), int(self.total))
        else:
            value = self.good / self.total
        return Measure(value, kind="share", unit="events" if whole else "", inspected=self._inspected)

    @property
    def budget_left(self) -> Measure:
        """The share of the error budget that is not spent; below 0 where more is spent than there was."""
        return Measure(1 - self.bad / self.allowed, kind="share", inspected=self._inspected)

    @property
    def burn_rate(self) -> Measure:
        """How many times faster than allowed the budget is being spent; 1 spends it exactly in the whole window."""
        return Measure(self.bad / self.allowed, unit="×", inspected=self._inspected)

    @property
    def _inspected(self) -> int:
        """Events that were looked at; a part of one, as a rate that is extrapolated gives, is one."""
        return -(-self.total.numerator // self.total.denominator)


class Unmeasured(Exception):  # noqa: N818 - a state of the evidence, not an error of the program
    """Raised where there is no number, with the reason why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class ServiceLevels:
    """Service levels as a gate reads them."""

    def __init__(self, data: LevelsData, metrics: Metrics, tally: Tally) -> None:
        self._data = data
        self._metrics = metrics
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<service levels of {len(self.objectives)} objectives>"

    @property
    def excused(self) -> frozenset[str]:
        """Names of objectives and metrics that a waiver takes out."""
        return self._data.excused

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives of the policy, and those of files that were measured, by name."""
        found = {each.asked.name: each.asked for file in self._data.files for each in file.readings}
        found |= {each.name: each for each in self._data.objectives}
        return tuple(found[name] for name in sorted(found) if name not in self._data.excused)

    @property
    def unmeasured_files(self) -> tuple[str, ...]:
        """Globs of files with objectives, of which none was measured."""
        sources = {each.asked.source for file in self._data.files for each in file.readings}
        return tuple(glob for glob in self._data.globs if not any(map(matches(glob), sources - {""})))

    @property
    def measured(self) -> bool:
        """Whether anybody has asked Prometheus."""
        return bool(self._data.files)

    def levels(self, objective: Objective, window: int) -> tuple[Level, ...]:
        """Return what was counted of an objective in a window, by each file that measured it.

        Raises:
            Unmeasured: Where a count is missing, or the counts contradict each other.
        """
        if objective.by_metric and window != objective.window:
            raise Unmeasured(Problem("not-reported", "metrics among the evidence have no further windows"))
        found = self._of_metrics(objective) if objective.by_metric else self._of_files(objective, window)
        levels = tuple(_level(objective, window, *numbers) for numbers in found)
        if not levels:
            raise Unmeasured(Problem("not-reported", "nothing among the evidence says what was counted of it"))
        self._tally.note(len(levels))
        return levels

    def seen(self, name: str) -> tuple[MetricSeen, ...]:
        """Return what each source has of a metric: samples among the evidence, and answers of Prometheus."""
        found = [
            msgspec.structs.replace(each, problem=_ELSEWHERE) if self._is_elsewhere(file) else each
            for file in self._data.files
            for each in file.metrics
            if each.name == name
        ]
        samples = [labels_of(each)[1] for each in self._metrics.names if each.partition("{")[0] == name]
        if samples:
            held = {label for labels in samples for label in labels}
            counts = {label: sum(label in labels for labels in samples) for label in sorted(held)}
            found.append(MetricSeen(name=name, series=len(samples), labels=counts))
        self._tally.note(sum(each.series for each in found))
        return tuple(found)

    def looked_for(self, name: str) -> bool:
        """Return whether a metric would be known if it were there: by a scrape, or as Prometheus was asked for it."""
        asked = (each.name for file in self._data.files for each in file.metrics)
        return bool(self._metrics.names) or name in asked

    @property
    def scraped(self) -> bool:
        """Whether there is any metric to look at, or an answer of Prometheus about some."""
        return bool(self._metrics.names) or any(file.metrics for file in self._data.files)

    def _of_files(self, objective: Objective, window: int) -> Iterator[_Numbers]:
        for file, reading in ((each, found) for each in self._data.files for found in each.readings):
            if reading.asked.name != objective.name:
                continue
            if self._is_elsewhere(file):
                raise Unmeasured(_ELSEWHERE)
            if _defined(reading.asked) != _defined(objective):
                raise Unmeasured(Problem("other-policy", "it was measured when it was defined in another way"))
            yield from (_numbers(each) for each in reading.counts if each.window == window)

    def _is_elsewhere(self, file: ServiceLevelsFile) -> bool:
        return self._data.address not in ("", file.address)

    def _of_metrics(self, objective: Objective) -> Iterator[_Numbers]:
        good, bad = (self._metric(name) if name else None for name in (objective.good, objective.bad))
        yield good, bad, self._metric(objective.total)

    def _metric(self, name: str) -> Fraction:
        try:
            lowest, highest = self._metrics.lowest(name).value, self._metrics.highest(name).value
        except NotANumber as error:
            raise Unmeasured(Problem(error.reason, str(error))) from error
        if highest is None:
            raise Unmeasured(Problem("metric-missing", f"no evidence holds a metric {name}"))
        if lowest != highest:
            raise Unmeasured(Problem("counts-contradict", f"the evidence holds several numbers of {name}"))
        return highest


_Numbers = tuple["Fraction | None", "Fraction | None", "Fraction"]
"""Good events or None, bad events or None, all events."""


def _defined(objective: Objective) -> tuple[object, ...]:
    """Return what makes two objectives of one name the same promise; further burn windows change none."""
    return (objective.share, objective.window, objective.good, objective.bad, objective.total, objective.source)


def _numbers(counts: Counts) -> _Numbers:
    if counts.problem is not None:
        raise Unmeasured(counts.problem)
    if counts.total is None:
        raise Unmeasured(Problem("not-reported", "it is not said how many events there were"))
    good, bad = (None if each is None else _exact(each) for each in (counts.good, counts.bad))
    return good, bad, _exact(counts.total)


def _exact(written: str) -> Fraction:
    try:
        return exact("that was counted", written)
    except NotANumber as error:
        raise Unmeasured(Problem(error.reason, str(error))) from error


def _level(objective: Objective, window: int, good: Fraction | None, bad: Fraction | None, total: Fraction) -> Level:
    if (good is None) is (bad is None):
        raise Unmeasured(Problem("not-reported", "it is not said how many events were good, or how many were bad"))
    part = good if good is not None else total - (bad or 0)
    nearest = min(max(part, Fraction(0)), total)
    if abs(part - nearest) <= total * _ROUNDING:
        part = nearest
    if not 0 <= part <= total:
        kind, said = ("bad", bad) if good is None else ("good", good)
        text = f"{_shown(said or Fraction(0))} events are said to be {kind}, of {_shown(total)}"
        raise Unmeasured(Problem("counts-contradict", text))
    return Level(objective, window, part, total)


def _shown(number: Fraction) -> str:
    """Return a number for a message; one that a float can't hold too."""
    return f"{Decimal(number.numerator) / Decimal(number.denominator):.6g}"


def labels_of(sample: str) -> tuple[str, frozenset[str]]:
    """Return a sample's metric and its labels that are not empty; it is named as the readers of metrics name it."""
    name, _, rest = sample.partition("{")
    labels, place = set(), 0
    while pair := _LABEL.match(rest, place):
        if pair[2]:
            labels.add(pair[1])
        place = pair.end()
    return name, frozenset(labels)
