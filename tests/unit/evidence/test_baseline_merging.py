from __future__ import annotations

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.baseline_merging import merged_file
from pytest_stagegate.evidence.baselines import Stored
from pytest_stagegate.model.baseline import Table


def merged(key: str, ours: Table, theirs: Table) -> Table:
    return merged_file(Stored(key, None, ours), Stored(key, None, theirs)).table


def test_of_coverage_the_lower_share_of_uncovered_counts_for_lines_and_branches() -> None:
    assert merged("coverage", {"a": (9, 10, 1, 4)}, {"a": (7, 8, 3, 4), "b": (1, 2, 0, 0)}) == {
        "a": (9, 10, 3, 4),
        "b": (1, 2, 0, 0),
    }


def test_measured_branches_count_against_none() -> None:
    assert merged("coverage", {"a": (9, 10, 0, 0)}, {"a": (9, 10, 1, 4)}) == {"a": (9, 10, 1, 4)}


def test_tests_of_both_sides_have_to_be_executed() -> None:
    assert merged("tests", {"a": ()}, {"b": ()}) == {"a": (), "b": ()}


def test_only_what_both_sides_skip_is_accepted() -> None:
    assert merged("skips", {"a": (), "b": ()}, {"b": (), "c": ()}) == {"b": ()}


@pytest.mark.parametrize("key", ["findings", "warnings"])
def test_only_what_both_sides_have_is_accepted_as_often_as_both_have_it(key: str) -> None:
    assert merged(key, {"a": (3,), "b": (1,)}, {"a": (2,), "c": (1,)}) == {"a": (2,)}


def test_the_shorter_duration_counts() -> None:
    assert merged("durations", {"a": (3,), "b": (1,)}, {"a": (2,)}) == {"a": (2,), "b": (1,)}


def test_metrics_that_differ_are_refused_by_name() -> None:
    assert merged("metrics", {"a": ("1",)}, {"a": ("1",), "b": ("2",)}) == {"a": ("1",), "b": ("2",)}
    with pytest.raises(EvidenceError, match="which number of a is the stricter one"):
        merged("metrics", {"a": ("1",)}, {"a": ("2",)})


def test_files_of_two_keys_or_projects_are_refused() -> None:
    with pytest.raises(EvidenceError, match="one file is a baseline of tests, the other of skips"):
        merged_file(Stored("tests", None, {}), Stored("skips", None, {}))
    with pytest.raises(EvidenceError, match="of the project 'a', the other of 'b'"):
        merged_file(Stored("tests", "a", {}), Stored("tests", "b", {}))


def test_a_stated_project_is_kept() -> None:
    assert merged_file(Stored("tests", None, {}), Stored("tests", "b", {})).project == "b"


def history(*runs: tuple[str, str]) -> Table:
    return {"p95": tuple(text for run, value in runs for text in (run, value, value, ""))}


def test_the_good_runs_of_both_sides_are_kept_each_once_and_the_newest_last() -> None:
    ours, theirs = history(("1", "5"), ("3", "7")), history(("1", "5"), ("2", "6"))
    assert merged("history", ours, theirs) == history(("1", "5"), ("2", "6"), ("3", "7"))


def test_no_more_than_twenty_good_runs_are_kept() -> None:
    runs = [(f"{number:02}", "1") for number in range(30)]
    kept = merged("history", history(*runs[:20]), history(*runs[10:]))
    assert kept == history(*runs[10:])


def test_the_runs_of_one_environment_push_out_no_others() -> None:
    staging = [(f"{number:02} c staging", "1") for number in range(30)]
    kept = merged("history", history(*staging), history(("01 c production", "1"), ("02 c", "1")))
    assert kept == history(*sorted([*staging[10:], ("01 c production", "1"), ("02 c", "1")]))


def test_two_numbers_of_one_run_are_refused_by_name() -> None:
    with pytest.raises(EvidenceError, match="other numbers of p95 for one run"):
        merged("history", history(("1", "5")), history(("1", "6")))
