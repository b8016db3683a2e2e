"""From coverage.py to exact sets of lines and branches for each file, through its public JSON report.

Source of the numbers: https://coverage.readthedocs.io/en/latest/commands/cmd_json.html
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coverage
from coverage.exceptions import ConfigError, CoverageException, NoDataError

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.extent import Scope
from pytest_stagegate.model.linesets import ranges
from pytest_stagegate.model.texts import without_folders

if TYPE_CHECKING:
    from collections.abc import Iterable

_Report = dict[str, Any]


def read_coverage(
    cov: coverage.Coverage,
    rootdir: Path,
    *,
    measured_by: str,
    stages: Iterable[str],
    label_problem: str = "",
    base: Path | None = None,
) -> CoverageData | Absent:
    """Return what a `coverage.Coverage` with loaded or combined data has measured.

    Args:
        cov: Holds the data of the whole run.
        rootdir: Paths are made relative to it.
        measured_by: Who measured: ``pytest-stagegate``, ``pytest-cov`` or ``coverage run``.
        stages: Labels to report by themselves.
        label_problem: Why coverage is not labelled by stage; empty when it is.
        base: Folder that relative paths of coverage's configuration start from; `rootdir` when None.
    """
    try:
        whole = _report(cov, None)
        wanted = () if label_problem else sorted(stages)
        by_stage: dict[str, _Report] = {stage: _report(cov, stage)["files"] for stage in wanted}
    except NoDataError:
        return Absent("nothing-covered", "coverage was measured, but no line of the source was run")
    except (CoverageException, OSError, ValueError) as error:
        return Absent("unreadable", f"coverage could not be read: {without_folders(str(error), rootdir)}")
    files = [_file(path, report, rootdir, by_stage) for path, report in whole["files"].items()]
    return CoverageData(
        producer=f"coverage {coverage.__version__} ({measured_by})",
        measured_branches=bool(whole["meta"]["branch_coverage"]),
        labelled=not label_problem,
        label_problem=label_problem,
        files=tuple(sorted(files, key=lambda file: file.path)),
        scopes=_scopes(cov, base or rootdir, rootdir),
    )


def _scopes(cov: coverage.Coverage, base: Path, rootdir: Path) -> tuple[Scope, ...]:
    """Return what coverage was told to measure, without folders of this machine; nothing where it was told nothing."""
    named = [*_listed(cov, "run:source"), *_listed(cov, "run:source_dirs")]
    placed = [_source(each, base, rootdir) for each in named]
    source = {each for each in placed if each is not None} | set(_listed(cov, "run:source_pkgs"))
    # With a source coverage takes no notice of run:include.
    included = _listed(cov, "report:include") or ([] if source else _listed(cov, "run:include"))
    include = _patterns(included, base, rootdir)
    if not source and not include:
        return ()
    omitted = [*_listed(cov, "run:omit"), *_listed(cov, "report:omit")]
    return (Scope(tuple(sorted(source)), include, _patterns(omitted, base, rootdir)),)


def _listed(cov: coverage.Coverage, option: str) -> list[str]:
    try:
        value = cov.get_option(option)
    except ConfigError:
        return []
    return [str(each) for each in value] if isinstance(value, list) else []


def _source(name: str, base: Path, rootdir: Path) -> str | None:
    """Return a folder relative to the root, None for one outside; a package as it is."""
    if not (base / name).is_dir():
        return None if os.path.isabs(name) else name
    return _below(name, base, rootdir)


def _patterns(written: list[str], base: Path, rootdir: Path) -> tuple[str, ...]:
    anywhere = {each for each in written if each.startswith(("*", "?")) or "/" not in each}
    below = {_below(each, base, rootdir) for each in written if each not in anywhere}
    return tuple(sorted(anywhere | {each for each in below if each is not None}))


def _below(path: str, base: Path, rootdir: Path) -> str | None:
    placed = Path(os.path.relpath(base.absolute() / path, rootdir.absolute())).as_posix()
    if placed.startswith(".."):
        return None
    # A name alone would stand for files of that name at any depth.
    return placed if "/" in placed or placed == "." or (base / path).is_dir() else f"./{placed}"


def _report(cov: coverage.Coverage, stage: str | None) -> _Report:
    before = cov.get_data()
    handle, name = tempfile.mkstemp(suffix=".json", prefix="stagegate-")
    os.close(handle)
    try:
        # A static context of the user's stands before ours, divided by "|".
        contexts = None if stage is None else [rf"(^|\|){re.escape(stage)}$"]
        cov.json_report(outfile=name, contexts=contexts, pretty_print=False, show_contexts=False)
        report: _Report = json.loads(Path(name).read_bytes())
        return report
    finally:
        data = cov.get_data()
        data.set_query_contexts(None)
        if data is not before:
            # With [paths] coverage reports on a copy, and leaves the database of the original open.
            before.close()
        # coverage takes the file away itself when it has nothing to report.
        Path(name).unlink(missing_ok=True)


def _file(path: str, report: _Report, rootdir: Path, by_stage: dict[str, _Report]) -> FileCoverage:
    return FileCoverage(
        path=_relative(path, rootdir),
        executed=ranges(report["executed_lines"]),
        missing=ranges(report["missing_lines"]),
        taken=branches(report.get("executed_branches", ())),
        untaken=branches(report.get("missing_branches", ())),
        stages={stage: _alone(files[path]) for stage, files in by_stage.items() if path in files},
    )


def _alone(report: _Report) -> tuple[str, str]:
    return ranges(report["executed_lines"]), branches(report.get("executed_branches", ()))


def branches(arcs: Iterable[tuple[int, int]]) -> str:
    """Return the names of branches for the report's pairs of lines."""
    return " ".join(f"{start}>{end}" for start, end in sorted(map(tuple, arcs)))


def _relative(path: str, rootdir: Path) -> str:
    """Return a path that is the same on every machine: installed packages are named by where they are imported from."""
    absolute = Path(path).absolute()
    if "site-packages" in absolute.parts:
        inside = absolute.parts[absolute.parts.index("site-packages") + 1 :]
        return "/".join(inside)
    return Path(os.path.relpath(absolute, rootdir.absolute())).as_posix()
