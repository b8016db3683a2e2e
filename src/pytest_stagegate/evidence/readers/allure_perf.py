"""Performance metrics of Allure Report 3: ``*-perf.json`` and ``performance.json`` among its results.

Format: https://allurereport.org/docs/performance-metrics/, a JSON array of samples with ``id``, ``key``, ``value``,
``start`` and ``stop``, the last two in milliseconds since 1970. Allure leaves out a sample that lacks one of them; here
the file is refused, because what is left out might be the worst. JavaScript writes a number that is none as null.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.metric_rows import Written, contents, document
from pytest_stagegate.evidence.readers.tool_times import rfc3339, since_epoch
from pytest_stagegate.model.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

LARGEST: Final = 8 << 20
"""Bytes that a file may have."""


def read(path: Path, _root: Path) -> Contents:
    """Read the samples of a file; several of one key are each a number of that name.

    Args:
        path: The file, at most `LARGEST` bytes.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no such file, not whole, or a sample of it is none.
    """
    samples = document(path, LARGEST)
    if not isinstance(samples, list):
        raise EvidenceError(f"{path.name}: these are no performance metrics of Allure: it is no list of samples")
    metrics = list(_metrics(path, samples))
    starts = [found for sample in samples if (found := _start(sample)) is not None]
    return contents(path, metrics, producer="Allure performance metrics", created=rfc3339(min(starts, default=None)))


def _metrics(path: Path, samples: list[Any]) -> Iterator[Metric]:
    for number, sample in enumerate(samples):
        place = f"{path.name}: [{number}]"
        if not isinstance(sample, dict):
            raise EvidenceError(f"{place} is no sample")
        for key in ("id", "key"):
            if type(sample.get(key)) is not str or not sample[key]:
                raise EvidenceError(f"{place} has no {key}")
        for key in ("start", "stop"):
            if not isinstance(sample.get(key), Written):
                raise EvidenceError(f"{place} has no {key}")
        value, unit = sample.get("value", ""), sample.get("unit")
        if value is not None and not isinstance(value, Written):
            raise EvidenceError(f"{place} has no number as its value")
        written = "NaN" if value is None else str(value)
        yield Metric(name=str(sample["key"]), value=written, unit=unit if type(unit) is str else "")


def _start(sample: dict[str, Any]) -> dt.datetime | None:
    return since_epoch(sample["start"], per_second=1000)
