"""Worse evidence never looks better to the gates that read changed lines and the files that git lists."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.extent import Scope
from pytest_stagegate.model.linesets import bits, ranges, written
from pytest_stagegate.model.repository import ChangedFile, Diff
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.changed_lines import changed_lines
from pytest_stagegate.stock.coverage import coverage
from tests.unit.fakes import coverage_of, evidence_of, judged, repository_of, share

PATHS: Final = ("src/a.py", "src/b.py", "src/pay/c.py", "tests/test_a.py", "setup.py", "shop/d.py")
STAGES: Final = st.sampled_from(["code", "test", "release"])
LINES: Final = st.sets(st.integers(1, 40), max_size=40).map(lambda numbers: ranges(sorted(numbers)))

SCOPES: Final[list[tuple[Scope, ...]]] = [
    (),
    (Scope(("src",)),),
    (Scope((".",), omit=("tests/*",)),),
    (Scope(("shop",)), Scope(("src",))),
    (Scope(), Scope(("src",))),
]

_TIER: Final = {
    Verdict.PASS: 2,
    Verdict.NOT_APPLICABLE: 2,
    Verdict.WARN: 1,
    Verdict.TOO_SMALL: 1,
    Verdict.FAIL: 0,
    Verdict.NO_EVIDENCE: 0,
    Verdict.STALE: 0,
    Verdict.ERROR: 0,
}


@st.composite
def files(draw: st.DrawFn, path: str) -> FileCoverage:
    executed, missing = bits(draw(LINES)), bits(draw(LINES))
    return FileCoverage(path, written(executed), written(missing & ~executed), "1>2", "1>3")


@st.composite
def measured(draw: st.DrawFn) -> CoverageData:
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=2, unique=True))
    scopes = draw(st.sampled_from(SCOPES))
    return coverage_of(*(draw(files(path)) for path in sorted(paths)), branches=True, scopes=scopes)


@st.composite
def diffs(draw: st.DrawFn) -> Diff:
    changed = draw(st.dictionaries(st.sampled_from(PATHS), LINES))
    return Diff(since="main", commit="", files=tuple(ChangedFile(*each) for each in sorted(changed.items())))


LIMITS: Final = st.fixed_dictionaries(
    {},
    optional={
        "line": st.sampled_from(["0 %", "50 %", "80 %", "100 %"]).map(share),
        "max_uncovered": st.integers(0, 10),
        "min_lines": st.integers(0, 30),
        "critical": st.sampled_from([["src/pay/**"], ["src/**", "setup.py"]]),
        "exclude": st.just(["src/b.py"]),
        "source": st.sampled_from([["src"], ["src", "shop"]]),
    },
)


def tier(data: CoverageData, diff: Diff, options: dict[str, Any], stage: str = "test") -> int:
    said = repository_of(diff, diff, tracked=PATHS)
    return _TIER[judged(changed_lines, evidence_of(coverage=data, repository=said), stage=stage, **options).verdict]


def without_run(data: CoverageData, index: int, line: int) -> CoverageData:
    """Return the same with one line that was run not run."""
    file = data.files[index % len(data.files)]
    lost = bits(file.executed) & (1 << line)
    worse = structs.replace(
        file, executed=written(bits(file.executed) & ~lost), missing=written(bits(file.missing) | lost)
    )
    return replaced(data, {file.path: worse})


def replaced(data: CoverageData, new: dict[str, FileCoverage]) -> CoverageData:
    kept = tuple(new.get(file.path, file) for file in data.files)
    return coverage_of(*kept, branches=True, scopes=data.scopes)


def without_file(data: CoverageData, index: int) -> CoverageData:
    lost = data.files[index % len(data.files)].path
    return coverage_of(*(file for file in data.files if file.path != lost), branches=True, scopes=data.scopes)


@given(measured(), diffs(), LIMITS, STAGES, st.integers(0, 5), st.integers(1, 40))
def test_a_line_that_is_no_longer_run_never_helps(
    data: CoverageData, diff: Diff, options: dict[str, Any], stage: str, index: int, line: int
) -> None:
    assert tier(without_run(data, index, line), diff, options, stage) <= tier(data, diff, options, stage)


@given(measured(), diffs(), LIMITS, STAGES, st.integers(0, 5))
def test_a_file_that_vanishes_from_coverage_never_helps(
    data: CoverageData, diff: Diff, options: dict[str, Any], stage: str, index: int
) -> None:
    assert tier(without_file(data, index), diff, options, stage) <= tier(data, diff, options, stage)


@given(measured(), diffs(), LIMITS, st.integers(0, 5), st.integers(41, 60))
def test_one_more_changed_line_that_is_not_run_never_helps(
    data: CoverageData, diff: Diff, options: dict[str, Any], index: int, line: int
) -> None:
    file = data.files[index % len(data.files)]
    more = written(bits(file.missing) | 1 << line)
    changed = {each.path: each.lines for each in diff.files}
    changed[file.path] = written(bits(changed.get(file.path, "")) | 1 << line)
    larger = Diff(since="main", commit="", files=tuple(ChangedFile(*each) for each in sorted(changed.items())))
    worse = replaced(data, {file.path: structs.replace(file, missing=more)})
    assert tier(worse, larger, options) <= tier(data, diff, options)


@given(measured(), diffs(), LIMITS, st.sampled_from(PATHS))
def test_one_more_changed_file_that_nobody_measured_never_helps(
    data: CoverageData, diff: Diff, options: dict[str, Any], path: str
) -> None:
    if path in {file.path for file in data.files} | {file.path for file in diff.files}:
        return
    more = Diff(since="main", commit="", files=tuple(sorted((*diff.files, ChangedFile(path, "1-30")), key=str)))
    assert tier(data, more, options) <= tier(data, diff, options)


@given(measured(), diffs(), LIMITS)
def test_a_diff_that_meets_its_limit_is_never_too_small(
    data: CoverageData, diff: Diff, options: dict[str, Any]
) -> None:
    said = repository_of(diff, tracked=PATHS)
    result = judged(changed_lines, evidence_of(coverage=data, repository=said), **options)
    small = [check for check in result.checks if check.verdict is Verdict.TOO_SMALL]
    without_guard = judged(changed_lines, evidence_of(coverage=data, repository=said), **{**options, "min_lines": 0})
    assert all(without_guard.verdict in (Verdict.FAIL, Verdict.NO_EVIDENCE) for _ in small)


COVERAGE_LIMITS: Final = st.fixed_dictionaries(
    {"line": st.sampled_from(["0 %", "50 %", "90 %"]).map(share)},
    optional={
        "branch": st.just(share("50 %")),
        "combined": st.sampled_from(["40 %", "70 %"]).map(share),
        "critical": st.just(["src/pay/**"]),
        "paths": st.just({"src/**": share("60 %")}),
        "source": st.sampled_from([["src"], ["src", "shop"]]),
    },
)


def coverage_tier(data: CoverageData, options: dict[str, Any]) -> int:
    said = repository_of(tracked=PATHS)
    return _TIER[judged(coverage, evidence_of(coverage=data, repository=said), **options).verdict]


@given(measured(), COVERAGE_LIMITS, st.integers(0, 5), st.integers(1, 40))
def test_coverage_never_looks_better_with_a_line_less(
    data: CoverageData, options: dict[str, Any], index: int, line: int
) -> None:
    assert coverage_tier(without_run(data, index, line), options) <= coverage_tier(data, options)


@given(measured().filter(lambda data: bool(data.scopes)), COVERAGE_LIMITS, st.integers(0, 5))
def test_coverage_never_looks_better_with_a_file_of_its_source_less(
    data: CoverageData, options: dict[str, Any], index: int
) -> None:
    lost = data.files[index % len(data.files)]
    inside = any(
        lost.path.startswith((f"{name}/", "")[name == "."]) and not scope.leaves_out(lost.path)
        for scope in data.scopes
        for name in scope.source
    )
    if inside:
        assert coverage_tier(without_file(data, index), options) <= coverage_tier(data, options)
