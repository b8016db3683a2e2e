"""pytest-benchmark's JSON, as ``--benchmark-json`` and ``--benchmark-save`` write it.

Format: https://pytest-benchmark.readthedocs.io/en/latest/usage.html (read here: as versions 4 and 5 write it). A
benchmark whose test failed is not in the file at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.metric_rows import Written, contents, document
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

LARGEST: Final = 128 << 20
"""Bytes that a file may have; most of them are single rounds, which are not looked at."""

_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_TIMES: Final = ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "ld15iqr", "hd15iqr", "total")
_COUNTS: Final = ("rounds", "iterations", "iqr_outliers", "stddev_outliers")
_UNITS: Final = {
    **dict.fromkeys(_TIMES, "seconds"),
    **dict.fromkeys(_COUNTS, ""),
    "ops": "operations per second",
}
"""Unit of each statistic that is read."""


def read(path: Path, _root: Path) -> Contents:
    """Read the statistics of each benchmark, named ``tests/test_x.py::test_y:median``.

    Args:
        path: The file, at most `LARGEST` bytes.
        _root: The project's root; pytest-benchmark names tests relative to it already.

    Raises:
        EvidenceError: With file and place, when it is no such file, or not whole.
    """
    report = document(path, LARGEST)
    if not isinstance(report, dict) or not isinstance(report.get("benchmarks"), list):
        raise EvidenceError(f"{path.name}: this is no file of pytest-benchmark: it has no list 'benchmarks'")
    version, stated = report.get("version"), report.get("commit_info")
    commit = stated if isinstance(stated, dict) else {}
    told = str(commit.get("id"))
    return contents(
        path,
        _metrics(path, report["benchmarks"]),
        producer=f"pytest-benchmark {version}" if isinstance(version, str) else "pytest-benchmark",
        created=rfc3339(instant(str(report.get("datetime")))),
        commit=told if _COMMIT.fullmatch(told) else None,
        dirty=commit.get("dirty") is True,
    )


def _metrics(path: Path, benchmarks: list[Any]) -> Iterator[Metric]:
    for number, benchmark in enumerate(benchmarks):
        name = benchmark.get("fullname") if isinstance(benchmark, dict) else None
        stats = benchmark.get("stats") if isinstance(benchmark, dict) else None
        if not name or type(name) is not str or not isinstance(stats, dict):
            raise EvidenceError(f"{path.name}: benchmarks[{number}] has no fullname or no stats")
        for key, unit in _UNITS.items():
            value = stats.get(key)
            if isinstance(value, Written):
                yield Metric(name=f"{name}:{key}", value=str(value), unit=unit)
            elif value is not None:
                raise EvidenceError(f"{path.name}: benchmarks[{number}].stats.{key} is no number")
