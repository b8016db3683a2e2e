from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import coverage
import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.merging import union
from pytest_stagegate.evidence.readers import cobertura, coverage_data, coverage_json
from pytest_stagegate.evidence.readers.coverage_data import read
from tests.unit.evidence.readers.coverage_files import PROJECTS, coverage_of, figures, rows, written

MONEY = "src/ledger/money.py"
Arcs = list[tuple[int, int]]
START: Arcs = [(-1, 3), (3, 5), (5, 11), (11, 14), (14, 18), (18, 21), (21, 11), (11, 31), (31, -1)]
SHARE: Arcs = [(-21, 23), (23, 27), (27, 28), (28, -21)]
REFUSE: Arcs = [(-21, 23), (23, 24), (24, -21)]

Data = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PROJECTS / "python", tmp_path / "app")
    return tmp_path / "app"


@pytest.fixture
def data(tmp_path: Path, root: Path) -> Data:
    def make(name: str, *parts: Arcs, source: str = str(root / MONEY), lines: bool = False) -> Path:
        path = tmp_path / name
        made = coverage.CoverageData(basename=str(path))
        arcs = [arc for part in parts for arc in part]
        if lines:
            made.add_lines({source: [line for arc in arcs for line in arc if line > 0]})
        else:
            made.add_arcs({source: arcs})
        made.write()
        made.close()
        return path

    return make


def test_data_json_and_xml_of_one_run_agree_on_every_file(tmp_path: Path, root: Path, data: Data) -> None:
    path = data("run.data", START, SHARE)
    cov = coverage.Coverage(data_file=str(path), config_file=False)
    cov.load()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cov.json_report(outfile=str(tmp_path / "run.json"))
        cov.xml_report(outfile=str(tmp_path / "run.xml"))
    cov.get_data().close()
    found = [
        rows(reader(file, root))
        for reader, file in (
            (read, path),
            (coverage_json.read, tmp_path / "run.json"),
            (cobertura.read, tmp_path / "run.xml"),
        )
    ]
    assert found[0] == found[1] == found[2]
    assert found[0][MONEY].covered > 0


def test_several_parts_are_combined_into_what_any_of_them_ran(root: Path, data: Data) -> None:
    parts = [data("one", START, SHARE), data("two", START, REFUSE)]
    each = [coverage_of(read(part, root)).files[0] for part in parts]
    both = union([coverage_of(read(part, root)) for part in parts]).files[0]
    assert ["24" in one.missing.split(", ") for one in (*each, both)] == [True, False, False]
    assert ["27-28" in one.missing for one in (*each, both)] == [False, True, False]
    assert {"23>24", "23>27"} <= set(both.taken.split())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cov = coverage.Coverage(data_file=str(root / "combined"), config_file=False)
        cov.combine([str(part) for part in parts], keep=True)
        cov.save()
    cov.get_data().close()
    assert both == coverage_of(read(root / "combined", root)).files[0]


def test_the_user_s_files_stay_as_they_are(tmp_path: Path, root: Path, data: Data) -> None:
    parts = [data(".coverage.host.1", START), data(".coverage.host.2", SHARE)]
    for part in parts:
        part.chmod(0o400)
    before = [(part.read_bytes(), part.stat().st_mtime_ns) for part in parts]
    names = sorted(path.name for path in tmp_path.iterdir())
    for part in parts:
        read(part, root)
    assert [(part.read_bytes(), part.stat().st_mtime_ns) for part in parts] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_nothing_is_left_behind(tmp_path: Path, root: Path, data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    path = data("one", START)
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    read(path, root)
    with pytest.raises(EvidenceError):
        read(written(tmp_path, "cut", path.read_bytes()[:5000]), root)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", [".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml"])
def test_paths_of_other_machines_follow_the_project_s_own_aliases(root: Path, data: Data, name: str) -> None:
    (root / ".coveragerc").unlink()
    path = data("one", START, SHARE, source=f"/ci/build/7/{MONEY}")
    with pytest.raises(EvidenceError, match="is not on this machine"):
        read(path, root)
    configuration = {
        ".coveragerc": "[paths]\nsource =\n  src\n  */build/*/src\n",
        "pyproject.toml": '[tool.coverage.paths]\nsource = ["src", "*/build/*/src"]\n',
    }
    other = "[metadata]\nname = x\n[coverage:paths]\nsource =\n  src\n  */build/*/src\n"
    (root / name).write_text(configuration.get(name, other))
    assert [file.path for file in coverage_of(read(path, root)).files] == [MONEY]


def test_relative_paths_are_relative_to_the_root_whatever_the_working_directory(
    tmp_path: Path, root: Path, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    absolute = read(data("one", START, SHARE), root)
    path = data("two", START, SHARE, source=MONEY)
    monkeypatch.chdir(tmp_path)
    assert coverage_of(read(path, root)).files == coverage_of(absolute).files


def test_what_the_project_leaves_out_of_its_reports_is_left_out(root: Path, data: Data) -> None:
    path = data("one", START)
    with (root / ".coveragerc").open("a") as file:
        file.write("[report]\nomit = src/ledger/*\n")
    contents = read(path, root)
    assert (coverage_of(contents).files, contents.warnings) == ((), ("the file holds no executable line",))


def test_a_source_that_is_gone_is_named_with_what_to_do(root: Path, data: Data) -> None:
    path = data("one", START)
    (root / MONEY).unlink()
    with pytest.raises(EvidenceError) as caught:
        read(path, root)
    assert caught.value.message == f"one: the source of '{MONEY}' is not on this machine"
    assert "[paths]" in caught.value.remedy


def test_a_source_that_coverage_can_t_parse_is_told(root: Path, data: Data) -> None:
    path = data("one", START)
    (root / MONEY).write_text("def broken(:")
    with pytest.raises(EvidenceError, match=r"^one: coverage could not be read: Couldn't parse"):
        read(path, root)


def test_a_source_that_the_project_lets_coverage_ignore_is_reported(root: Path, data: Data) -> None:
    path = data("one", START)
    gone = coverage.CoverageData(basename=str(data("gone", START, source=str(root / "gone.py"))))
    gone.read()
    both = coverage.CoverageData(basename=str(path))
    both.read()
    both.update(gone)
    both.close()
    gone.close()
    with (root / ".coveragerc").open("a") as file:
        file.write("[report]\nignore_errors = true\n")
    contents = read(path, root)
    assert [file.path for file in coverage_of(contents).files] == [MONEY]
    assert any("'gone.py' is not on this machine, and is left out" in each for each in contents.warnings)


def test_a_source_that_is_no_file_is_not_opened(root: Path, data: Data) -> None:
    with pytest.raises(EvidenceError, match="'/dev/zero' is measured, but it is no file"):
        read(data("one", START, source="/dev/zero"), root)


def test_data_of_lines_only_measured_no_branches(root: Path, data: Data) -> None:
    coverage_found = coverage_of(read(data("one", START, lines=True), root))
    assert (coverage_found.measured_branches, coverage_found.rows[0].branches) == (False, 0)


def test_a_file_that_can_t_be_read_says_so(tmp_path: Path, root: Path, data: Data) -> None:
    one = data("one", START)
    for content in (b"", b"no database", one.read_bytes()[:5000], b"SQLite format 3\0" + b"\xff" * 5000):
        with pytest.raises(EvidenceError, match=r"^two: "):
            read(written(tmp_path, "two", content), root)
    with pytest.raises(EvidenceError, match=r"^nowhere: can't be read: "):
        read(tmp_path / "nowhere", root)


def test_data_without_a_file_is_no_fault_but_is_reported(tmp_path: Path, root: Path) -> None:
    made = coverage.CoverageData(basename=str(tmp_path / "empty"))
    made.add_lines({})
    made.write()
    made.close()
    with closing(sqlite3.connect(tmp_path / "empty")) as database:
        assert database.execute("SELECT count(*) FROM file").fetchone() == (0,)
    contents = read(tmp_path / "empty", root)
    assert (figures(contents), contents.warnings) == ((0, 0, 0, 0), ("the file holds no executable line",))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "CREATE VIEW endless AS WITH RECURSIVE a(b) AS (SELECT 1 UNION ALL SELECT b FROM a) SELECT * FROM a",
            "endless",
        ),
        ("CREATE TRIGGER t AFTER INSERT ON file BEGIN SELECT 1; END", "'t' is no plain table"),
        ("CREATE TABLE g (a, b AS (zeroblob(1000000000)))", "'g' is no plain table"),
        ("INSERT INTO line_bits VALUES (1, 1, zeroblob(300000))", "a line number is above 2000000"),
        ("DROP TABLE meta", "no such table: meta"),
        ("UPDATE coverage_schema SET version = 99", "wrong schema"),
        ("DROP TABLE arc", "coverage can't read it: "),
    ],
)
def test_a_database_that_is_made_up_is_refused(
    tmp_path: Path, root: Path, data: Data, statement: str, told: str
) -> None:
    path = data("one", START)
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
    with pytest.raises(EvidenceError, match=rf"^one: .*{told}") as caught:
        read(path, root)
    assert "stagegate-" not in str(caught.value)


def test_a_plugin_that_breaks_is_a_fault_of_one_sentence(root: Path, data: Data) -> None:
    (root / ".coveragerc").write_text("[run]\nplugins = no_such_plugin_here\n")
    with pytest.raises(EvidenceError, match=r"^one: coverage can't read it: .*no_such_plugin_here"):
        read(data("one", START), root)


def test_who_wrote_the_data_is_stated_in_it(root: Path, data: Data) -> None:
    contents: Any = read(data("one", START), root)
    assert contents.producer == f"coverage {coverage.__version__}"
    assert "data file" in contents.coverage.producer


def test_a_file_above_the_limit_is_refused(root: Path, data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    path = data("one", START)
    monkeypatch.setattr(coverage_data, "LIMIT", 100)
    with pytest.raises(EvidenceError, match="one: the file is larger than"):
        read(path, root)
