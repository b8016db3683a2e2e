from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.baselines import baseline_lines, parsed_file
from pytest_stagegate.model.baseline import Table
from pytest_stagegate.model.decision import Note
from pytest_stagegate.project import load_project
from tests.unit.fakes import collected, coverage_of, end, file_of, passed, project_at, record_at, run_line

RECORD = Path(".stagegate/evidence.jsonl")
FOLDER = Path("gates/baseline")
POLICY = """
    [gate.coverage-ratchet]
    [gate.executed]
    min_of_baseline = "98 %"
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project whose gates compare with a baseline."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STAGEGATE_COMMIT", "c" * 40)
    return project_at(tmp_path, policy=POLICY)


def run(*args: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["baseline", *args])
    assert isinstance(caught.value.code, int)
    return caught.value.code


def record(covered: int = 8, tests: int = 2, *more: lines.Line, **header: object) -> None:
    """Write the record of a run that covered so many of 10 lines."""
    shape = project_shape()
    measured = lines.Measured(coverage=coverage_of(file_of("src/a.py", covered, 10)))
    ran = passed(*range(tests))
    record_at(RECORD, run_line(shape_sha256=shape, **header), *collected(tests), ran, *more, measured, end())


def project_shape() -> str:
    return load_project(Path()).policy.shape_sha256


def table(key: str) -> Table:
    return parsed_file((FOLDER / f"{key}.jsonl").read_bytes(), key).table


def test_a_first_run_that_lacks_only_a_baseline_makes_one(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    assert run("update") == 0
    assert capsys.readouterr().out.splitlines() == [
        "coverage: 1 added, 0 removed, 0 changed, 0 as before",
        "wrote gates/baseline/coverage.jsonl",
        "tests: 2 added, 0 removed, 0 changed, 0 as before",
        "wrote gates/baseline/tests.jsonl",
        "Commit what was written: until then the tree is dirty, and decisions are provisional.",
    ]
    assert table("coverage") == {"src/a.py": (8, 10, 0, 0)}
    assert table("tests") == {"t.py::test_0": (), "t.py::test_1": ()}


def test_only_what_gates_compare_is_written() -> None:
    record()
    run("update")
    assert sorted(path.name for path in FOLDER.iterdir()) == ["coverage.jsonl", "tests.jsonl"]


def test_a_second_update_from_the_same_run_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in FOLDER.iterdir()}
    capsys.readouterr()
    assert run("update") == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in FOLDER.iterdir()} == before
    assert "wrote" not in capsys.readouterr().out


def test_a_better_run_lifts_the_baseline() -> None:
    record()
    run("update")
    record(covered=9, tests=3)
    assert run("update") == 0
    assert table("coverage") == {"src/a.py": (9, 10, 0, 0)}
    assert len(table("tests")) == 3


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    before = sorted(FOLDER.glob("*"))
    assert run("update", *args) == 21
    assert sorted(FOLDER.glob("*")) == before
    return capsys.readouterr().err


def test_a_step_down_is_refused_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    record(covered=7)
    assert refused(capsys).splitlines() == [
        "stagegate: no baseline is taken of this run (NO GO):",
        "  coverage-ratchet is FAIL: line: 70 % (7 of 10 lines), limit ≥ 80 % (baseline 8 of 10).",
    ]
    assert table("coverage") == {"src/a.py": (8, 10, 0, 0)}


def test_a_step_down_that_is_accepted_is_taken_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    capsys.readouterr()
    record(covered=7)
    assert run("update", "--accept", "coverage-ratchet") == 0
    assert "accepted: coverage-ratchet is FAIL: line: 70 %" in capsys.readouterr().out
    assert table("coverage") == {"src/a.py": (7, 10, 0, 0)}


@pytest.mark.parametrize("enforcement", ["warn", "observe"])
def test_a_gate_that_does_not_block_stands_in_the_way_of_a_step_down_too(
    project: Path, capsys: pytest.CaptureFixture[str], enforcement: str
) -> None:
    project_at(project, policy=f"[gate.coverage-ratchet]\nenforcement = '{enforcement}'")
    record()
    run("update")
    record(covered=7)
    assert "coverage-ratchet is FAIL" in refused(capsys)


def test_accepting_one_gate_accepts_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    record(tests=3)
    run("update")
    record(covered=7, tests=2)
    assert "executed is FAIL: of-baseline: 66.6 %" in refused(capsys, "--accept", "coverage-ratchet")


def test_a_run_with_a_failed_test_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    failed = lines.Test(item=2, outcome="failed", us=1, executed=True, reason="assert 1 == 2")
    shape = project_shape()
    record_at(RECORD, run_line(shape_sha256=shape), *collected(3), passed(0, 1), failed, end(1))
    assert "results is FAIL: failed: 1 test, limit ≤ 0." in refused(capsys, "--accept", "coverage-ratchet")


def test_a_provisional_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    record(provisional=(Note(reason="dirty-tree", text="The work tree has changes that are in no commit."),))
    assert refused(capsys).splitlines() == [
        "stagegate: no baseline is taken of this run (HOLD, provisional):",
        "  The work tree has changes that are in no commit.",
    ]


def test_a_run_that_is_not_whole_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    RECORD.write_bytes(b"".join(RECORD.read_bytes().splitlines(keepends=True)[:-1]))
    assert "The process ended without closing its record" in refused(capsys)


def test_a_run_of_another_commit_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record()
    monkeypatch.setenv("STAGEGATE_COMMIT", "d" * 40)
    assert "is of commit cccccccccccc; dddddddddddd is decided" in refused(capsys)


def test_a_damaged_baseline_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    (FOLDER / "coverage.jsonl").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert "coverage.jsonl:1: the conflict of a merge is not resolved" in refused(
        capsys, "--accept", "coverage-ratchet"
    )


def test_files_that_are_missing_can_be_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    FOLDER.mkdir(parents=True)
    stored: Table = {"src/a.py": (8, 10, 0, 0), "src/b.py": (1, 1, 0, 0)}
    (FOLDER / "coverage.jsonl").write_bytes(baseline_lines("coverage", stored, None))
    assert "git can't be asked whether they were deleted: src/b.py" in refused(capsys)
    assert run("update", "--accept", "coverage-ratchet") == 0
    assert table("coverage") == {"src/a.py": (8, 10, 0, 0)}


def test_a_gate_that_compares_nothing_can_not_be_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    assert run("update", "--accept", "results") == 2
    assert "'results' is no gate of this policy that compares with a baseline" in capsys.readouterr().err


def test_where_no_gate_compares_there_is_nothing_to_take(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_at(project, policy="[gate.executed]\nmin_executed = 1")
    record()
    assert run("update") == 2
    assert "no gate that is judged at the stage test compares with a baseline" in capsys.readouterr().err


def test_the_baseline_lies_where_the_policy_says(project: Path) -> None:
    project_at(project, policy=f"baseline = 'quality/base'\n{POLICY}")
    record()
    assert run("update") == 0
    assert Path("quality/base/coverage.jsonl").is_file()


# ---- merge


def side(name: str, table_: Table, key: str = "tests") -> str:
    Path(name).write_bytes(baseline_lines(key, table_, "shop"))
    return name


def test_merging_writes_to_the_first_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("merge", side("ours", {"a": ()}), side("theirs", {"b": ()})) == 0
    assert Path("ours").read_bytes() == baseline_lines("tests", {"a": (), "b": ()}, "shop")
    assert capsys.readouterr().out == "wrote ours: tests, 2 entries\n"


def test_merging_may_write_elsewhere() -> None:
    before = baseline_lines("tests", {"a": ()}, "shop")
    assert run("merge", side("ours", {"a": ()}), side("theirs", {"b": ()}), "--out", "both") == 0
    assert Path("ours").read_bytes() == before
    assert Path("both").is_file()


def test_a_file_with_the_marks_of_a_conflict_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ours").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert run("merge", "ours", side("theirs", {"b": ()})) == 21
    assert capsys.readouterr().err == "stagegate: ours:1: the conflict of a merge is not resolved\n"
    assert Path("ours").read_text(encoding="utf-8") == "<<<<<<< HEAD\n"


def test_metrics_that_nobody_can_rank_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("merge", side("ours", {"p95": ("1",)}, "metrics"), side("theirs", {"p95": ("2",)}, "metrics")) == 21
    assert "which number of p95 is the stricter one" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("merge", "ours", "theirs") == 21
    assert "stagegate: ours: can't be read" in capsys.readouterr().err


# ---- show


def test_a_baseline_is_shown_with_its_totals(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    capsys.readouterr()
    assert run("show") == 0
    assert capsys.readouterr().out.splitlines() == [
        "gates/baseline/coverage.jsonl: 1 entry, covered lines, lines, taken branches and branches of each file",
        "  lines covered 8, lines total 10, branches covered 0, branches total 0",
        "gates/baseline/tests.jsonl: 2 entries, the tests that were executed",
    ]


def test_a_baseline_is_shown_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    capsys.readouterr()
    run("show", "--json")
    coverage, tests = json.loads(capsys.readouterr().out)
    assert coverage["totals"]["lines_covered"] == 8
    assert (tests["key"], tests["entries"], tests["error"]) == ("tests", 2, None)


def test_a_damaged_file_is_shown_and_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    run("update")
    capsys.readouterr()
    (FOLDER / "coverage.jsonl").write_text("damaged\n", encoding="utf-8")
    assert run("show") == 2
    out = capsys.readouterr().out
    assert "coverage: gates/baseline/coverage.jsonl:1: it does not say that it is a baseline" in out
    assert "gates/baseline/tests.jsonl: 2 entries" in out


def test_where_there_is_no_baseline_it_says_how_to_take_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show") == 0
    assert capsys.readouterr().out == "There is no baseline in gates/baseline. Take one: stagegate baseline update.\n"
