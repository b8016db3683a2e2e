"""Files with results of manual tests: whoever writes at the same moment loses nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli.results_files import new_file, write_results
from pytest_stagegate.model.manual import ManualResult

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.timezone.utc)
RESULT = ManualResult(id="a", digest="", outcome="passed", who="Dana", when="2026-11-24T09:00:00Z")


def test_a_name_is_taken_before_anything_is_written(tmp_path: Path) -> None:
    assert new_file(tmp_path / "out", NOW, "Dana") != new_file(tmp_path / "out", NOW, "Dana")


def test_where_nothing_can_be_written_no_empty_file_stays(tmp_path: Path) -> None:
    path = new_file(tmp_path, NOW, "Dana")
    with pytest.raises(OSError, match="no-such-file"):
        write_results(path, [RESULT], [tmp_path / "no-such-file"])
    assert not path.exists()
