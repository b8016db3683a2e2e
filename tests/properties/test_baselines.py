"""A baseline merges in any order, is written the same twice, and no worse run gets past it."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.baseline_merging import merged_file
from pytest_stagegate.evidence.baseline_taking import settled, taken
from pytest_stagegate.evidence.baselines import Stored, baseline_lines, parsed_file
from pytest_stagegate.model.baseline import KEYS, Entry, Table
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.coverage_ratchet import coverage_ratchet
from pytest_stagegate.stock.executed import executed
from tests.unit.fakes import coverage_of, evidence_of, file_of, judged, outcomes_of, share

NAMES = st.sampled_from(["a.py", "b.py", "c/d.py", "é ["])
RUNS = ("2026-11-21T09:00:00Z a", "2026-11-22T09:00:00Z b", "2026-11-23T09:00:00Z b")
PASSING = {Verdict.PASS, Verdict.WARN, Verdict.TOO_SMALL, Verdict.WAIVED}


@st.composite
def parts(draw: st.DrawFn) -> tuple[int, int]:
    total = draw(st.integers(0, 6))
    return draw(st.integers(0, total)), total


ENTRIES: dict[str, st.SearchStrategy[Entry]] = {
    "coverage": st.tuples(parts(), parts()).map(lambda both: (*both[0], *both[1])),
    "durations": st.tuples(st.integers(0, 9)),
    "findings": st.tuples(st.integers(1, 3)),
    "goals": st.tuples(*[st.integers(0, 1)] * 3),
    "history": st.lists(st.sampled_from(RUNS), min_size=1, unique=True).map(
        lambda runs: tuple(text for run in sorted(runs) for text in (run, "1", "2.5", ""))
    ),
    "metrics": st.tuples(st.sampled_from(["1", "2.5"])),
    "skips": st.just(()),
    "tests": st.just(()),
    "warnings": st.tuples(st.integers(1, 3)),
}


@st.composite
def stored(draw: st.DrawFn, count: int) -> list[Stored]:
    key = draw(st.sampled_from(sorted(KEYS)))
    tables = [draw(st.dictionaries(NAMES, ENTRIES[key], max_size=4)) for _ in range(count)]
    return [Stored(key, draw(st.sampled_from([None, "shop"])), table) for table in tables]


def merged(one: Stored | None, two: Stored | None) -> Stored | None:
    """Return None where a merge is refused."""
    try:
        return None if one is None or two is None else merged_file(one, two)
    except EvidenceError:
        return None


@given(stored(2))
def test_merging_is_the_same_from_both_sides(files: list[Stored]) -> None:
    one, two = files
    assert merged(one, two) == merged(two, one)


@given(stored(3))
def test_merging_is_the_same_in_any_grouping(files: list[Stored]) -> None:
    one, two, three = files
    assert merged(merged(one, two), three) == merged(one, merged(two, three))


@given(stored(1))
def test_merged_with_itself_a_file_is_itself(files: list[Stored]) -> None:
    assert merged(files[0], files[0]) == files[0]


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.just(()), max_size=5),
    st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))),
)
def test_any_name_is_read_as_it_was_written(table: Table, project: str | None) -> None:
    content = baseline_lines("tests", table, project)
    assert parsed_file(content, "tests.jsonl") == Stored("tests", project, table)
    assert content.count(b"\n") == len(table) + 1


@given(stored(2), st.sampled_from([Fraction(0), Fraction(1, 100), Fraction(1, 2)]))
def test_a_second_update_from_the_same_evidence_changes_nothing(files: list[Stored], tolerance: Fraction) -> None:
    old, fresh = files
    tolerant = tolerance if old.key in ("coverage", "durations", "metrics") else None
    first = settled(old.key, old.table, fresh.table, tolerant)
    assert first.keys() == fresh.table.keys()
    assert settled(old.key, first, fresh.table, tolerant) == first


# ---- gates

SOURCES = ["a.py", "b.py", "c.py"]
COVERED = st.dictionaries(st.sampled_from(SOURCES), st.tuples(parts(), parts()), max_size=3)
TABLES = st.dictionaries(st.sampled_from(SOURCES), ENTRIES["coverage"], max_size=3)
TRACKED = st.one_of(st.none(), st.sets(st.sampled_from(SOURCES)).map(lambda files: tuple(sorted(files))))
Covered = dict[str, tuple[tuple[int, int], tuple[int, int]]]


def ratchet(
    now: Covered, before: Table | None, tracked: tuple[str, ...] | None, tolerance: str = "0 %", branches: bool = True
) -> bool:
    """Return whether the gate lets a run pass."""
    files = [file_of(path, *lines, *taken_) for path, (lines, taken_) in sorted(now.items())]
    evidence = evidence_of(
        coverage=coverage_of(*files, branches=branches),
        baseline=None if before is None else {"coverage": before},
        tracked=tracked,
    )
    return judged(coverage_ratchet, evidence, tolerance=share(tolerance)).verdict in PASSING


TOLERANCES = st.sampled_from(["0 %", "10 %"])


@given(COVERED, TABLES, TRACKED, TOLERANCES, st.data())
def test_one_line_or_branch_fewer_covered_never_lifts_the_ratchet(
    now: Covered, before: Table, tracked: tuple[str, ...] | None, tolerance: str, data: st.DataObject
) -> None:
    paths = [path for path, (lines, taken_) in now.items() if lines[0] or taken_[0]]
    if not paths:
        return
    path = data.draw(st.sampled_from(sorted(paths)))
    (lines, all_lines), (taken_, all_branches) = now[path]
    fewer = {**now, path: ((max(lines - 1, 0), all_lines), (max(taken_ - 1, 0), all_branches))}
    assert ratchet(fewer, before, tracked, tolerance) <= ratchet(now, before, tracked, tolerance)


@given(COVERED, TABLES, TRACKED, st.data())
def test_a_file_of_the_baseline_that_is_not_measured_never_lifts_the_ratchet(
    now: Covered, before: Table, tracked: tuple[str, ...] | None, data: st.DataObject
) -> None:
    known = sorted(path for path in now if path in before and (tracked is None or path in tracked))
    if not known:
        return
    lost = data.draw(st.sampled_from(known))
    assert not ratchet({path: entry for path, entry in now.items() if path != lost}, before, tracked)


@given(COVERED, TABLES, TRACKED)
def test_less_known_never_lifts_the_ratchet(now: Covered, before: Table, tracked: tuple[str, ...] | None) -> None:
    passed = ratchet(now, before, tracked)
    assert not ratchet(now, None, tracked)
    assert ratchet(now, before, None) <= passed
    if any(entry[3] for path, entry in before.items() if path in now):
        assert not ratchet(now, before, tracked, branches=False)


@given(COVERED, TABLES, TRACKED)
def test_the_run_that_an_update_took_passes_against_it(
    now: Covered, before: Table, tracked: tuple[str, ...] | None
) -> None:
    files = [file_of(path, *lines, *taken_) for path, (lines, taken_) in sorted(now.items())]
    fresh = taken(evidence_of(coverage=coverage_of(*files, branches=True))).get("coverage", {})
    for share_ in (Fraction(0), Fraction(1, 100), Fraction(1, 2)):
        new = settled("coverage", before, fresh, share_)
        has_lines = any(entry[1] for entry in new.values())
        has_branches = any(taken_[1] for _, taken_ in now.values()) or not any(entry[3] for entry in new.values())
        if has_lines and has_branches and any(lines[1] for lines, _ in now.values()):
            assert ratchet(now, new, tracked)


@given(st.integers(0, 6), st.integers(0, 4), st.sampled_from(["0 %", "50 %", "98 %", "100 %"]), st.integers(0, 6))
def test_one_test_fewer_executed_never_lifts_the_gate(run: int, skipped: int, least: str, known: int) -> None:
    names: Table = {f"test.py::passed_{number}": () for number in range(known)}

    def passes(count: int) -> bool:
        evidence = evidence_of(outcomes_of(passed=count, skipped=skipped), baseline={"tests": names})
        return judged(executed, evidence, min_executed=2, min_of_baseline=share(least)).verdict in PASSING

    assert run == 0 or passes(run - 1) <= passes(run)
