from __future__ import annotations

from pathlib import Path
from typing import Any

import coverage
import pytest

from pytest_stagegate.evidence.coverage_report import read_coverage
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.extent import Scope

SOURCE = """\
def sign(n):
    if n > 0:
        return 1
    return -1
"""


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "src" / "a.py"
    path.parent.mkdir()
    path.write_text(SOURCE)
    return str(path)


def measured(tmp_path: Path, *, branch: bool = False) -> coverage.Coverage:
    return coverage.Coverage(data_file=str(tmp_path / "data"), config_file=False, branch=branch)


def read(cov: coverage.Coverage, rootdir: Path, *stages: str, **more: Any) -> CoverageData:
    made = read_coverage(cov, rootdir, measured_by="pytest-cov", stages=stages, **more)
    assert isinstance(made, CoverageData)
    return made


def test_lines_are_counted_exactly(tmp_path: Path, source: str) -> None:
    cov = measured(tmp_path)
    cov.get_data().add_lines({source: [1, 2, 3]})
    data = read(cov, tmp_path)
    assert data.files == (FileCoverage("src/a.py", "1-3", "4"),)
    assert (data.measured_branches, data.producer) == (False, f"coverage {coverage.__version__} (pytest-cov)")


def test_branches_are_counted_where_they_were_measured(tmp_path: Path, source: str) -> None:
    cov = measured(tmp_path, branch=True)
    cov.get_data().add_arcs({source: [(-1, 1), (1, -1), (-1, 2), (2, 3), (3, -1)]})
    data = read(cov, tmp_path)
    assert (data.files[0].taken, data.files[0].untaken, data.measured_branches) == ("2>3", "2>4", True)


def labelled(tmp_path: Path, source: str, static: str = "") -> coverage.Coverage:
    cov = measured(tmp_path)
    for context, lines in (("", [1]), ("test", [2, 3]), ("deploy", [2, 4]), ("deploy2", [3])):
        cov.get_data().set_context(f"{static}|{context}" if static else context)
        cov.get_data().add_lines({source: lines})
    return cov


@pytest.mark.parametrize("static", ["", "nightly"])
def test_a_stage_s_share_is_what_its_tests_cover_alone(tmp_path: Path, source: str, static: str) -> None:
    data = read(labelled(tmp_path, source, static), tmp_path, "test", "deploy", "monitor")
    assert data.files[0].stages == {"test": ("2-3", ""), "deploy": ("2, 4", ""), "monitor": ("", "")}
    assert data.files[0].executed == "1-4"


def test_without_labels_no_stage_has_a_share(tmp_path: Path, source: str) -> None:
    data = read(labelled(tmp_path, source), tmp_path, "test", label_problem="contexts are the project's own")
    assert (data.labelled, data.label_problem) == (False, "contexts are the project's own")
    assert data.files[0].stages == {}


def test_files_of_installed_packages_are_named_as_they_are_imported(tmp_path: Path, source: str) -> None:
    installed = tmp_path / "lib" / "site-packages" / "rates" / "a.py"
    installed.parent.mkdir(parents=True)
    installed.write_text(SOURCE)
    cov = measured(tmp_path)
    cov.get_data().add_lines({str(installed): [1], source: [1]})
    assert [file.path for file in read(cov, tmp_path / "src").files] == ["a.py", "rates/a.py"]


def test_a_measurement_that_saw_nothing_is_no_evidence(tmp_path: Path) -> None:
    made = read_coverage(measured(tmp_path), tmp_path, measured_by="pytest-cov", stages=())
    assert made == Absent("nothing-covered", "coverage was measured, but no line of the source was run")


def test_a_source_file_that_is_gone_is_no_evidence(tmp_path: Path, source: str) -> None:
    cov = measured(tmp_path)
    cov.get_data().add_lines({source: [1]})
    Path(source).unlink()
    made = read_coverage(cov, tmp_path, measured_by="pytest-cov", stages=())
    assert isinstance(made, Absent)
    assert (made.reason, "stagegate-" in made.text) == ("unreadable", False)


def test_nothing_is_left_behind(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    cov = measured(tmp_path)
    cov.get_data().add_lines({source: [1]})
    read(cov, tmp_path, "test")
    assert list(folder.iterdir()) == []


def told(tmp_path: Path, source: str, base: Path | None = None, **options: object) -> tuple[Scope, ...]:
    cov = measured(tmp_path)
    for option, value in options.items():
        cov.set_option(option.replace("__", ":"), value)  # type: ignore[arg-type]
    cov.get_data().add_lines({source: [1]})
    return read(cov, tmp_path, base=base).scopes


def test_what_coverage_was_told_to_measure_is_kept_without_folders_of_this_machine(tmp_path: Path, source: str) -> None:
    (tmp_path / "lib").mkdir()
    options = {
        "run__source": ["shop.prices", "./src/", str(tmp_path / "lib"), "/elsewhere"],
        "run__source_pkgs": ["bank"],
        "run__omit": ["*/gen/*", "src/gen/*", str(tmp_path / "b.py"), "/elsewhere/*"],
        "report__omit": ["setup.py"],
    }
    (scope,) = told(tmp_path, source, **options)
    assert scope == Scope(("bank", "lib", "shop.prices", "src"), (), ("*/gen/*", "./b.py", "setup.py", "src/gen/*"))


def test_relative_folders_start_where_pytest_was_called(tmp_path: Path, source: str) -> None:
    (scope,) = told(tmp_path, source, base=tmp_path / "src", run__source=["."], run__omit=["gen/*"])
    assert scope == Scope(("src",), (), ("src/gen/*",))


def test_the_whole_project_is_a_source(tmp_path: Path, source: str) -> None:
    assert told(tmp_path, source, run__source=["."]) == (Scope((".",)),)


def test_what_is_included_counts_for_the_run_only_without_a_source(tmp_path: Path, source: str) -> None:
    assert told(tmp_path, source, run__include=["src/*"]) == (Scope((), ("src/*",)),)
    assert told(tmp_path, source, run__source=["src"], run__include=["lib/*"]) == (Scope(("src",)),)
    assert told(tmp_path, source, run__source=["src"], report__include=["*/src/*"]) == (Scope(("src",), ("*/src/*",)),)


def test_coverage_that_was_told_nothing_says_nothing(tmp_path: Path, source: str) -> None:
    assert told(tmp_path, source, run__omit=["lib/*"]) == ()
