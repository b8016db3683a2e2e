"""From coverage.py to exact integers for each file, through its public JSON report.

Source of the numbers: https://coverage.readthedocs.io/en/latest/commands/cmd_json.html
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import coverage
from coverage.exceptions import CoverageException, NoDataError

from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.evidence import Absent

if TYPE_CHECKING:
    from collections.abc import Iterable

_WITHOUT_STAGES: Final[dict[str, dict[str, tuple[int, int]]]] = {}


def read_coverage(
    cov: coverage.Coverage,
    rootdir: Path,
    *,
    measured_by: str,
    stages: Iterable[str],
    label_problem: str = "",
) -> CoverageData | Absent:
    """Return what a `coverage.Coverage` with loaded or combined data has measured.

    Args:
        cov: Holds the data of the whole run.
        rootdir: Paths are made relative to it.
        measured_by: Who measured: ``pytest-stagegate``, ``pytest-cov`` or ``coverage run``.
        stages: Labels to report by themselves.
        label_problem: Why coverage is not labelled by stage; empty when it is.
    """
    try:
        whole = _report(cov, None)
        by_stage = _WITHOUT_STAGES if label_problem else {stage: _covered(cov, stage) for stage in sorted(stages)}
    except NoDataError:
        return Absent("not-measured", "coverage was measured, but no line of the source was run")
    except (CoverageException, OSError, ValueError) as error:
        return Absent("unreadable", f"coverage could not be read: {error}")
    files = [_file(path, report, rootdir, by_stage) for path, report in whole["files"].items()]
    return CoverageData(
        producer=f"coverage {coverage.__version__} ({measured_by})",
        measured_branches=bool(whole["meta"]["branch_coverage"]),
        labelled=not label_problem,
        label_problem=label_problem,
        files=tuple(sorted(files, key=lambda file: file.path)),
    )


def _report(cov: coverage.Coverage, stage: str | None) -> dict[str, Any]:
    handle, name = tempfile.mkstemp(suffix=".json", prefix="stagegate-")
    os.close(handle)
    try:
        # A static context of the user's stands before ours, divided by "|".
        contexts = None if stage is None else [rf"(^|\|){re.escape(stage)}$"]
        cov.json_report(outfile=name, contexts=contexts, pretty_print=False, show_contexts=False)
        report: dict[str, Any] = json.loads(Path(name).read_bytes())
        return report
    finally:
        cov.get_data().set_query_contexts(None)
        # coverage takes the file away itself when it has nothing to report.
        Path(name).unlink(missing_ok=True)


def _covered(cov: coverage.Coverage, stage: str) -> dict[str, tuple[int, int]]:
    summaries = {path: report["summary"] for path, report in _report(cov, stage)["files"].items()}
    return {path: (each["covered_lines"], each.get("covered_branches", 0)) for path, each in summaries.items()}


def _file(
    path: str, report: dict[str, Any], rootdir: Path, by_stage: dict[str, dict[str, tuple[int, int]]]
) -> FileCoverage:
    summary = report["summary"]
    return FileCoverage(
        path=_relative(path, rootdir),
        lines=summary["num_statements"],
        covered=summary["covered_lines"],
        branches=summary.get("num_branches", 0),
        taken=summary.get("covered_branches", 0),
        missing=ranges(report["missing_lines"]),
        stages={stage: counts[path] for stage, counts in by_stage.items() if path in counts},
    )


def _relative(path: str, rootdir: Path) -> str:
    """Return a path that is the same on every machine: installed packages are named by where they are imported from."""
    absolute = Path(path).absolute()
    if "site-packages" in absolute.parts:
        inside = absolute.parts[absolute.parts.index("site-packages") + 1 :]
        return "/".join(inside)
    return Path(os.path.relpath(absolute, rootdir.absolute())).as_posix()


def ranges(numbers: list[int]) -> str:
    """Return ``"3-5, 9"`` for ``[3, 4, 5, 9]``."""
    runs = []
    for _, members in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in members]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(runs)
