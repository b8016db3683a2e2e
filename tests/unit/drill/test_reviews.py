from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest

from pytest_stagegate.drill.reviews import faults
from pytest_stagegate.evidence.formats import detect, read_file

DATA: Final = Path(__file__).parents[2] / "data" / "reviews"


@pytest.mark.parametrize("name", ["gh-pr-view.json", "github-reviews-rest.json", "gitlab-approvals-rest.json"])
def test_approvals_are_taken_back_in_every_format(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(DATA / name, tmp_path))
    taken_back, _ = faults(detect)
    assert taken_back.plant([path])
    found = read_file(path, tmp_path, detect(path)).reviews
    assert found is not None
    assert "approved" not in [each.answer for each in found.reviews or ()]


@pytest.mark.parametrize("name", ["gh-pr-view.json", "github-reviews-rest.json", "gitlab-merge-request-rest.json"])
def test_approvals_become_those_of_another_commit(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(DATA / name, tmp_path))
    _, of_another = faults(detect)
    assert of_another.plant([path])
    found = read_file(path, tmp_path, detect(path)).reviews
    assert found is not None
    assert {each.commit for each in found.reviews or ()} <= {"0" * 40}
    assert found.reviews or found.head == "0" * 40
