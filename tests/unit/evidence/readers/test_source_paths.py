from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_stagegate.evidence.readers.source_paths import Damage, place


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    for name in ("src/a.c", "src/b.c", "setup.c"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def placed(root: Path, *paths: str) -> list[str]:
    return list(place({path: (path,) for path in paths}, root).paths.values())


def test_a_path_below_the_root_is_cut(root: Path) -> None:
    assert placed(root, f"{root}/src/a.c", "./src/../src/b.c", f"{root}//gone.c") == ["src/a.c", "src/b.c", "gone.c"]


def test_files_of_installed_packages_are_named_as_they_are_imported(root: Path) -> None:
    paths = ("/opt/venv/lib/site-packages/rates/a.py", ".tox/py/lib/site-packages/b.py", "C:\\lib\\site-packages\\c.py")
    assert placed(root, *paths) == ["rates/a.py", "b.py", "c.py"]


def test_a_root_that_is_a_link_is_both_of_its_paths(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert placed(link, f"{link}/src/a.c", f"{root}/src/b.c") == ["src/a.c", "src/b.c"]


@pytest.mark.parametrize("prefix", ["/ci/build", "C:\\ci\\build", "/_"])
def test_one_prefix_that_leads_to_every_file_is_taken_off(root: Path, prefix: str) -> None:
    separator = "\\" if "\\" in prefix else "/"
    paths = [separator.join((prefix, "src", name)) for name in ("a.c", "b.c")]
    assert placed(root, *paths, "/usr/include/stdio.h") == ["src/a.c", "src/b.c", "/usr/include/stdio.h"]


@pytest.mark.parametrize(
    "paths",
    [
        ("/ci/src/a.c", "/ci/src/gone.c"),  # a file of the prefix is not here: it may be another project
        ("/one/src/a.c", "/two/src/b.c"),  # two prefixes
        ("/ci/a.c",),  # nothing of that name lies at that place
        ("/" + "d/" * 200 + "src/a.c",),  # too deep to try
    ],
)
def test_anything_less_certain_leaves_the_paths_as_they_are(root: Path, paths: tuple[str, ...]) -> None:
    assert placed(root, *paths) == list(paths)


def test_a_report_of_this_machine_is_not_mapped(root: Path) -> None:
    assert placed(root, "src/a.c", "/elsewhere/src/b.c") == ["src/a.c", "/elsewhere/src/b.c"]


def test_a_report_of_the_project_next_door_is_not_mapped(root: Path) -> None:
    path = f"{root.parent}/other/src/a.c"
    assert placed(root, path) == [path]


def test_paths_outside_the_root_are_reported(root: Path) -> None:
    answer = place({"../x.c": ("../x.c",), "/x.c": ("/x.c",)}, root)
    assert answer.warnings == ["2 files lie outside the project's root and keep their stated path: ../x.c"]
    assert answer.paths == {"../x.c": "../x.c", "/x.c": "/x.c"}


def test_a_root_that_can_t_be_listed_has_no_files(root: Path) -> None:
    assert placed(root / "nowhere", "/ci/src/a.c") == ["/ci/src/a.c"]


@pytest.mark.parametrize("path", ["", " ", "a\0b", "a\nb", "\ud800", "x" * 4097])
def test_what_can_be_no_path_is_refused(root: Path, path: str) -> None:
    with pytest.raises(Damage, match="can't be the path of a source file"):
        placed(root, path)


def test_nothing_outside_the_root_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = os.path.isfile

    def noting(path: str) -> bool:
        asked.append(os.path.normpath(path))
        return real(path)

    monkeypatch.setattr(os.path, "isfile", noting)
    placed(root, "../../etc/passwd", "/etc/passwd", "src/../../x")
    assert all(path.startswith(f"{root}/") for path in asked)
