from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers import go_cover
from pytest_stagegate.evidence.readers.go_cover import read
from tests.unit.evidence.readers.coverage_files import DATA, PROJECTS, coverage_of, figures, rows, written

COUNT = (DATA / "go-1.19.8.count.out").read_text()


def profile(tmp_path: Path, text: str) -> Path:
    return written(tmp_path, "cover.out", text)


def test_lines_are_those_that_blocks_span_and_run_where_any_of_them_did() -> None:
    files = {file.path: file for file in coverage_of(read(DATA / "go-1.19.8.count.out", PROJECTS / "go")).files}
    # Line 7 ends a block that ran and begins one that did not; line 14 is blank, and in no block.
    assert (files["tariff.go"].executed, files["tariff.go"].missing) == ("6-7, 10-13, 15", "8, 18")


def test_every_mode_says_the_same() -> None:
    found = [coverage_of(read(DATA / f"go-1.19.8.{mode}.out", PROJECTS / "go")) for mode in ("set", "count", "atomic")]
    assert found[0] == found[1] == found[2]
    assert not found[0].measured_branches


def test_go_s_own_figure_counts_statements_and_is_another_one() -> None:
    blocks = [line.split() for line in COUNT.splitlines()[1:]]
    statements = [(int(number), count != "0") for _, number, count in blocks]
    assert sum(number for number, ran in statements if ran) / sum(number for number, _ in statements) == 9 / 13
    assert figures(read(DATA / "go-1.19.8.count.out", PROJECTS / "go"))[:2] == (16, 13)


def test_the_same_blocks_twice_change_nothing(tmp_path: Path) -> None:
    blocks = COUNT.split("\n", 1)[1]
    twice = read(profile(tmp_path, COUNT + blocks), PROJECTS / "go")
    assert coverage_of(twice) == coverage_of(read(DATA / "go-1.19.8.count.out", PROJECTS / "go"))


def test_a_block_that_another_test_ran_has_run(tmp_path: Path) -> None:
    idle = re.sub(r" \d+$", " 0", COUNT.split("\n", 1)[1], flags=re.MULTILINE)
    assert figures(read(profile(tmp_path, "mode: count\n" + idle), PROJECTS / "go"))[:2] == (16, 0)
    assert figures(read(profile(tmp_path, COUNT + idle), PROJECTS / "go"))[:2] == (16, 13)


def test_a_block_without_statements_is_no_line(tmp_path: Path) -> None:
    path = profile(tmp_path, "mode: set\na/b.go:3.10,3.12 0 0\na/b.go:5.1,5.9 1 1\n")
    assert coverage_of(read(path, tmp_path)).files[0].executed == "5"
    assert coverage_of(read(path, tmp_path)).files[0].missing == ""


def test_import_paths_are_led_to_the_folders_of_their_modules(tmp_path: Path) -> None:
    (tmp_path / "go.work").write_text("go 1.19\n\nuse (\n\t./one // first\n\t./two\n)\nuse ./three\n")
    modules = {"one": "example.org/tariffs", "two": "example.org/tariffs/rate", "three": '"example.org/x"'}
    for folder, module in modules.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "go.mod").write_text(f"// a comment\nmodule {module} // its path\n\ngo 1.19\n")
    assert set(rows(read(DATA / "go-1.19.8.set.out", tmp_path))) == {"one/tariff.go", "two/rate.go"}


def test_import_paths_of_unknown_modules_stay_as_they_are(tmp_path: Path) -> None:
    assert "example.org/tariffs/tariff.go" in rows(read(DATA / "go-1.19.8.set.out", tmp_path))


def test_a_profile_without_blocks_is_no_fault_but_is_reported(tmp_path: Path) -> None:
    contents = read(profile(tmp_path, "mode: set\n"), tmp_path)
    assert (coverage_of(contents).files, contents.warnings) == ((), ("the file holds no executable line",))


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (COUNT[:-1], 13, "the file ends within a line; it is cut short"),
        (COUNT[:-3], 13, "is no block"),
        ("mode: set", 1, "the file ends within a line"),
        (COUNT.split("\n", 1)[1], 1, "is not how a Go cover profile begins"),
        ("mode: other\n", 1, "'mode: other' is not how a Go cover profile begins"),
        (COUNT + COUNT, 14, "'mode: count' is no block"),
        ("mode: set\na.go:1.1,2.2 1\n", 2, "'a.go:1.1,2.2 1' is no block"),
        ("mode: set\na.go:1.1,2.2 1 -1\n", 2, "is no block"),
        ("mode: set\na.go:5.1,2.2 1 1\n", 2, "the block ends in line 2, before it begins in line 5"),
        ("mode: set\na.go:1.1,2000001.2 1 1\n", 2, "the line number 2000001 is above 2000000"),
        ("mode: set\na.go:1.1,2.2 1 1" + " " * (1 << 20) + "\n", 2, "the line is longer than 1 MiB"),
    ],
    ids=range(11),
)
def test_what_is_damaged_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(EvidenceError, match=rf"^cover\.out:{line}: .*{re.escape(told)}"):
        read(profile(tmp_path, text), tmp_path)


def test_blocks_that_span_more_lines_than_any_program_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(go_cover, "_MOST_LINES", 100)
    with pytest.raises(EvidenceError, match=r"^cover\.out:4: the blocks span more than 100 lines"):
        read(profile(tmp_path, "mode: set\n" + "a.go:1.1,40.2 1 1\n" * 3), tmp_path)
