"""A run in a terminal of its own, as a person sees it."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.unit.terminals import in_terminal

SCRIPTS = Path(sysconfig.get_path("scripts"))
PLAIN = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal") / "shop"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test_a.py").write_text("def test_a():\n    assert 1 == 2\n", encoding="utf-8")
    return folder


def test_a_narrow_terminal_has_links_to_the_report_and_to_what_failed_and_no_line_is_too_wide(project: Path) -> None:
    status, said = in_terminal(
        str(SCRIPTS / "pytest"), "--stage-gate", "--tb=no", cwd=project, columns=40, TERM_PROGRAM="vscode"
    )
    assert status == 1
    links = dict(re.findall(r"\x1b\]8;;([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\", said))
    assert links == {
        f"{project.as_uri()}/tests/test_a.py": "tests/test_a.py::test_a",
        f"{project.as_uri()}/.stagegate/report.html": "documents in .stagegate",
    }
    *ours, last = PLAIN.sub("", said[said.index("stage gate: test") :]).splitlines()
    assert "NO GO" in last
    assert [line for line in ours if len(line) > 40] == []


@pytest.mark.parametrize("page", ["cp1252", "cp437", "cp932"])
def test_a_windows_code_page_without_our_signs_shows_others(project: Path, page: str) -> None:
    env = os.environ | {"PYTHONIOENCODING": page, "COLUMNS": "200", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [SCRIPTS / "stagegate", "check", "nothing.xml"], cwd=project, env=env, capture_output=True, check=False
    )
    assert done.returncode == 21
    said = done.stdout.decode(page)
    assert "HOLD" in said.splitlines()[-1]
    assert "\x1b" not in said
    assert "\ufffd" not in said
