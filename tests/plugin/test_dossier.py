"""From a run to the dossier of a release."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

POLICY: Final = """
    [project]
    name = "shop"
    version = "1.2.0"
    [tool.stagegate.gate.operations]
    documents = ["rollback"]
    [tool.stagegate.operations]
    on_call = "pager @payments"
    [tool.stagegate.operations.rollback]
    trigger = { file = "ops/trigger.md" }
    command = "undo <shop>"
    previous = "1.1.0"
    data = "stays"
    rehearsed_by = "test_shop.py::test_rollback"
"""
TESTS: Final = """
    import pytest
    def test_passes(): pass
    @pytest.mark.stage("test")
    def test_rollback(): pass
    @pytest.mark.xfail(reason="<b>known</b>, see @dana")
    def test_known(): assert False
"""
HOW_TO: Final = Path(__file__).parents[2] / "docs" / "how-to" / "attach-to-a-release.md"
GH: Final = """#!/bin/sh
for word in "$@"; do echo "$word"; done > gh.log
while [ $# -gt 0 ]; do
    case $1 in
        ./*|dist/*) [ -f "$1" ] || exit 3 ;;
        --notes-file) [ -s "$2" ] || exit 4 ;;
    esac
    shift
done
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("pyproject.toml", POLICY)
    project.write("ops/trigger.md", "# Now\nMore than `1 %` <script>fail</script> ![x](https://evil.example/x.png)")
    project.write("test_shop.py", TESTS)
    return project


def dossier(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main(["dossier", *args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def test_it_holds_all_evidence_and_its_digests_hold(shop: Project) -> None:
    run = shop.run("--stage-gate-at=release")
    status, told = dossier()
    assert (run.word, status) == ("GO", 0), run.out + told
    folder = shop.path / "dossier"
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert names == [
        "SHA256SUMS",
        "decision.json",
        "evidence/evidence.jsonl",
        "evidence/trigger.md",
        "gates.xml",
        *(f"operations/{name}.md" for name in ("hand-over", "known-issues", "rollback", "rollout", "runbook")),
        "report.html",
        "report.md",
    ]
    for where, sums in ((folder, "SHA256SUMS"), (shop.path, "shop-1.2.0.dossier.zip.sha256")):
        subprocess.run(["sha256sum", "-c", sums], cwd=where, check=True, capture_output=True)
    assert "gh release create v1.2.0 shop-1.2.0.dossier.zip" in told


def test_the_documents_say_what_is_open_and_show_people_s_words_inert(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    dossier()
    texts = {path.name: path.read_text(encoding="utf-8") for path in (shop.path / "dossier/operations").iterdir()}
    rollback = texts["rollback.md"]
    assert "To be written" not in rollback
    assert "was executed and passed" in rollback
    assert "undo <shop>" in rollback
    assert not re.search(r"<script>|<b>|!\[x|@(?=\w)", "".join(texts.values()))
    assert "**Still open:** 1" in texts["rollout.md"]
    assert "in which steps does the release reach everybody?" in texts["rollout.md"]
    assert "test_known" in texts["known-issues.md"]


def test_the_same_input_gives_the_same_bytes_wherever_it_is_made(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run("--stage-gate-at=release")
    dossier()
    first = (shop.path / "shop-1.2.0.dossier.zip").read_bytes()
    elsewhere = shop.path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert dossier("--root=..", "--decision=../.stagegate/decision.json")[0] == 0
    assert (elsewhere / "shop-1.2.0.dossier.zip").read_bytes() == first
    assert zipfile.ZipFile(elsewhere / "shop-1.2.0.dossier.zip").testzip() is None


def test_making_it_again_replaces_it(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    assert [dossier()[0], dossier()[0]] == [0, 0]
    assert sorted(path.name for path in shop.path.glob("*dossier*")) == [
        "dossier",
        "shop-1.2.0.dossier.zip",
        "shop-1.2.0.dossier.zip.sha256",
    ]


@pytest.mark.parametrize(("change", "word"), [("missing", "is missing"), ("changed", "has changed")])
def test_evidence_that_is_not_as_it_was_is_named_and_nothing_is_written(shop: Project, change: str, word: str) -> None:
    shop.run("--stage-gate-at=release")
    text = shop.path / "ops/trigger.md"
    text.unlink() if change == "missing" else text.write_text("other", encoding="utf-8")
    status, told = dossier()
    assert status == 21
    assert "ops/trigger.md" in told
    assert word in told
    assert not list(shop.path.glob("*dossier*"))
    assert not list(shop.path.glob(".dossier*"))


def test_evidence_that_was_moved_is_found_by_its_digest(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    (shop.path / "kept").mkdir()
    (shop.path / "ops/trigger.md").rename(shop.path / "kept/other-name.md")
    assert dossier()[0] == 21
    assert dossier("--evidence=kept")[0] == 0
    assert (shop.path / "dossier/evidence/trigger.md").is_file()


def test_a_changed_decision_is_refused(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    path = shop.path / ".stagegate/decision.json"
    path.write_bytes(path.read_bytes() + b"\n")
    assert dossier()[0] == 21


def test_a_provisional_decision_makes_a_draft_only(shop: Project) -> None:
    shop.run("--stage-gate-at=release", "-k", "passes or rollback")
    status, told = dossier()
    assert (status, "provisional" in told) == (21, True)
    assert dossier("--draft")[0] == 0
    assert (shop.path / "shop-1.2.0-DRAFT.dossier.zip").is_file()
    texts = [path.read_text(encoding="utf-8") for path in (shop.path / "dossier/operations").iterdir()]
    assert ["DRAFT" in text for text in texts] == [True] * 5


def test_a_folder_of_somebody_else_s_stays(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    shop.write("dossier/mine.txt", "mine")
    assert dossier()[0] == 2
    assert os.listdir(shop.path / "dossier") == ["mine.txt"]
    shutil.rmtree(shop.path / "dossier")
    dossier()
    shop.write("dossier/mine.txt", "mine")
    assert dossier()[0] == 2
    assert (shop.path / "dossier/mine.txt").is_file()


def test_a_zip_that_is_no_dossier_stays(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    shop.write("shop-1.2.0.dossier.zip", "mine")
    assert dossier()[0] == 2
    assert not (shop.path / "dossier").exists()


def test_a_hostile_version_can_t_leave_the_folder_or_the_command(shop: Project) -> None:
    shop.write("pyproject.toml", POLICY.replace("1.2.0", "1; $(touch x) ../\\u202e`y`"))
    shop.run("--stage-gate-at=release")
    status, told = dossier()
    assert status == 0
    (name,) = (path.name for path in shop.path.glob("*.dossier.zip"))
    assert re.fullmatch(r"[\w.+-]+", name, re.ASCII)
    assert "\u202e" not in told
    assert "'v1; $(touch x)" in told


def test_a_stop_prints_no_command(shop: Project) -> None:
    shop.write("test_shop.py", TESTS.replace("def test_passes(): pass", "def test_fails(): assert 0"))
    shop.run("--stage-gate-at=release")
    status, told = dossier()
    assert status == 0
    assert "nothing to announce" in told
    assert "gh release" not in told


def test_the_script_of_the_how_to_announces_what_it_made(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r":caption: release\.sh\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    shop.write("release.sh", found[1])
    shop.write("bin/gh", GH)
    (shop.path / "bin/gh").chmod(0o755)
    tools = Path(shutil.which("stagegate") or pytest.skip("stagegate is not installed")).parent
    monkeypatch.setenv("PATH", os.pathsep.join((str(shop.path / "bin"), str(tools), os.environ["PATH"])))
    ended = subprocess.run(["sh", "release.sh", "v1.2.0"], cwd=shop.path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    words = (shop.path / "gh.log").read_text(encoding="utf-8").splitlines()
    assert words[:4] == ["release", "create", "v1.2.0", "./shop-1.2.0.dossier.zip"]
    assert words[-2:] == ["--notes-file", "dossier/report.md"]
