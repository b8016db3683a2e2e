"""Numbers that tools measured (latencies, sizes, scores), and the face that gates read them through."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.globs import is_about
from pytest_stagegate.model.numbers import Measure, NotANumber, UnitsDiffer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_stagegate.model.tally import Tally


_DECIMAL: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](?P<exponent>[-+]?[0-9]{1,9}))?")
_LONGEST: Final = 1_000
_LARGEST_EXPONENT: Final = 400  # a double ends at 1e308 and 5e-324
_SHOWN: Final = 60


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One number.

    Attributes:
        name: As the format names it, for example ``p95_ms`` or ``http_requests_total{code="200"}``.
        value: The number as it was written: a decimal such as ``0.25`` or ``1e-3``, or ``NaN``, ``+Inf``, ``-Inf``.
        unit: What is counted, as far as it is stated; may be empty.
    """

    name: str
    value: str
    unit: str = ""


class MetricsData(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one file.

    Attributes:
        producer: Tool and version, as far as they are stated.
        metrics: In the order of their names.
    """

    producer: str
    metrics: tuple[Metric, ...]


class Metrics:
    """Metrics as a gate reads them. Where several files have a number of one name, each of them counts."""

    def __init__(self, reports: tuple[MetricsData, ...], tally: Tally, *, waived: tuple[str, ...] = ()) -> None:
        self._reports = reports
        self._tally = tally
        self._waived = waived

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{sum(len(report.metrics) for report in self._reports)} metrics>"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all metrics."""
        return tuple(sorted({metric.name for report in self._reports for metric in report.metrics}))

    def waived(self, name: str) -> bool:
        """Return whether a waiver that is being tried covers the metric of that name."""
        return any(is_about(subject, name) for subject in self._waived)

    def highest(self, name: str) -> Measure:
        """Return the highest number of that name; `inspected` says how many there are, 0 is no evidence.

        Raises:
            NotANumber: When one of them is no finite number, or they are of several units.
        """
        return self._chosen(name, max)

    def lowest(self, name: str) -> Measure:
        """Return the lowest number of that name; see `highest`."""
        return self._chosen(name, min)

    def _chosen(self, name: str, choose: Callable[[Iterable[Fraction]], Fraction]) -> Measure:
        found = [metric for report in self._reports for metric in report.metrics if metric.name == name]
        self._tally.note(len(found))
        if not found:
            return Measure(None, inspected=0)
        units = {metric.unit for metric in found}
        if len(named := sorted(units - {""})) > 1:
            raise UnitsDiffer(f"the evidence holds {name} in several units: {', '.join(named[:3])[:_SHOWN]}")
        value = choose([exact(name, metric.value) for metric in found])
        return Measure(value, unit=units.pop() if len(units) == 1 else "", inspected=len(found))


def exact(name: str, written: str) -> Fraction:
    """Return the exact value of the decimal that was written.

    Args:
        name: The metric, for the message.
        written: See `Metric.value`.

    Raises:
        NotANumber: When it is no finite number, or one that nobody can compare: its exponent is beyond 400.
    """
    match = _DECIMAL.fullmatch(written)
    if match is None or len(written) > _LONGEST or abs(int(match["exponent"] or 0)) > _LARGEST_EXPONENT:
        shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
        raise NotANumber(f"the metric {name} is {shown!r}, which is no number that can be compared")
    return Fraction(written)
