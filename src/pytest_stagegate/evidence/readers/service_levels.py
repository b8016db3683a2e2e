"""Measured service levels (schema ``stagegate/service-levels/1``), as ``stagegate measure`` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document, refuse_other_schema
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.reasons import REASONS
from pytest_stagegate.model.service_levels import SCHEMA, Problem, ServiceLevelsFile
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WHAT: Final = "file of measured service levels"


def read(path: Path, _root: Path) -> Contents:
    """Read what was measured.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file, when it is none or says what no such file can.
    """
    found = document(path, ServiceLevelsFile, _WHAT)
    refuse_other_schema(path.name, found.schema, SCHEMA)
    if fault := _fault_of(found):
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: {fault}")
    return Contents(service_levels=found, producer=found.producer, created=found.when, warnings=found.problems)


def _fault_of(found: ServiceLevelsFile) -> str:
    """Return what no such file can say, as a part of a sentence; empty when all is in order."""
    if not found.readings and not found.metrics:
        return "it holds no objective and no metric"
    names = [each.asked.name for each in found.readings]
    if len(set(names)) < len(names):
        return "an objective stands twice in it"
    for reading in found.readings:
        said = reading.asked.objective
        if not 0 < said.numerator <= said.denominator:
            return f"the objective of {reading.asked.name[:40]!r} is no share above 0 and up to 1"
        windows = [each.window for each in reading.counts]
        if len(set(windows)) < len(windows) or min(windows, default=1) <= 0 or reading.asked.window not in windows:
            return f"the windows of {reading.asked.name[:40]!r} are not those that were asked for"
    if unknown := [each.reason for each in _problems(found) if each.reason not in REASONS]:
        return f"{unknown[0][:40]!r} is no reason for which nothing is measured"
    if any(each.series < 0 or min(each.labels.values(), default=0) < 0 for each in found.metrics):
        return "a number of series is below 0"
    if any(count > each.series for each in found.metrics for count in each.labels.values()):
        return "more series have a label than there are series"
    try:
        utc_time(found.when)
    except ValueError as error:
        return str(error)
    return ""


def _problems(found: ServiceLevelsFile) -> Iterator[Problem]:
    yield from (each.problem for reading in found.readings for each in reading.counts if each.problem is not None)
    yield from (each.problem for each in found.metrics if each.problem is not None)
