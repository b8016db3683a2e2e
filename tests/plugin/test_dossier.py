"""From a run to the dossier of a release."""

from __future__ import annotations

import datetime as dt
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
from pytest_stagegate.documents.room import SINKS, Sink

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
IGNORED: Final = ".*\n__pycache__\nkeys\ndist\ndossier\n*.zip*\nsign-offs\nrunpytest-*\nstd*"
CHAIN: Final = """
    [tool.stagegate]
    artifacts = ["dist/*.whl"]
    [tool.stagegate.gate.upstream]
    require = ["build"]
    [tool.stagegate.gate.sign-off]
    roles = { qa = 1 }
"""
PERSON: Final = ("-c", "user.name=dana", "-c", "user.email=dana@example.org")
SCRIPT: Final = Path(__file__).parents[2] / "docs" / "how-to" / "workflows" / "release.sh"
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
        main(["dossier", *([] if Path(".git").is_dir() else ["--no-notes"]), *args])
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


def test_an_attachment_that_is_not_as_it_was_is_named_and_nothing_is_written(shop: Project) -> None:
    attached = ("attach", "shop.xml", "--stage=test", f"--commit={os.environ['STAGEGATE_COMMIT']}")
    shop.write("shop.xml", '<testsuite><testcase classname="shop" name="opens"/></testsuite>')
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit):
        main([*attached])
    shop.check("--at=test", "shop.xml")
    assert dossier()[0] == 0
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit):
        main([*attached, "--producer=another"])
    status, told = dossier()
    assert (status, "shop.xml.stagegate.json (sha256" in told) == (21, True), told


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
    shop.write("release.sh", SCRIPT.read_text(encoding="utf-8"))
    shop.write("bin/gh", GH)
    (shop.path / "bin/gh").chmod(0o755)
    shop.write(".gitignore", IGNORED)
    shop.commit_everything()
    monkeypatch.delenv("STAGEGATE_COMMIT")
    tools = Path(shutil.which("stagegate") or pytest.skip("stagegate is not installed")).parent
    monkeypatch.setenv("PATH", os.pathsep.join((str(shop.path / "bin"), str(tools), os.environ["PATH"])))
    ended = subprocess.run(["sh", "release.sh", "v1.2.0"], cwd=shop.path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    words = (shop.path / "gh.log").read_text(encoding="utf-8").splitlines()
    assert words[:4] == ["release", "create", "v1.2.0", "./shop-1.2.0.dossier.zip"]
    assert words[-2:] == ["--notes-file", "dossier/notes.md"]


# ---- a release from the build to the dossier, and what an auditor says of it


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def git(project: Project, *words: str) -> None:
    subprocess.run(["git", *PERSON, *words], cwd=project.path, check=True, capture_output=True)


def key_of(folder: Path, name: str) -> str:
    """Make a key, and return the line that allows it to a person of that name."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    kind, key = (folder / f"{name}.pub").read_text(encoding="utf-8").split()[:2]
    return f"{name}@example.org {kind} {key}\n"


@pytest.fixture
def released(shop: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project with a decided build, a record for its release, and the dossier of the signed decision."""
    if shutil.which("git") is None or shutil.which("ssh-keygen") is None:
        pytest.skip("needs the programs git and ssh-keygen")
    monkeypatch.delenv("STAGEGATE_COMMIT")
    shop.write("pyproject.toml", f"{POLICY}{CHAIN}")
    shop.write(".gitignore", IGNORED)
    shop.write("gates/allowed_signers", key_of(shop.path / "keys", "erin"))
    git(shop, "init", "--quiet")
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message=feat: sell in more currencies")
    shop.write("dist/shop-1.2.0-py3-none-any.whl", "what is shipped")
    shop.run("--stage-gate-at=build", "--stage-gate-out=.stagegate/build")
    shop.run("--stage-gate-at=release")
    given = (".stagegate/evidence.jsonl", ".stagegate/build/decision.json")
    assert stagegate("check", *given, "--at=release")[0] == 21
    assert stagegate("sign-off", "--role=qa", "--as=erin@example.org", "--key=keys/erin")[0] == 0
    status, told = stagegate("check", *given, "sign-offs", "--at=release")
    assert status == 0, told
    status, told = dossier()
    assert status == 0, told
    assert "--notes-file dossier/notes.md" in told
    return shop


def verified(project: Project, what: str, *more: str, signers: str = "gates/allowed_signers") -> tuple[int, str]:
    """Verify far from the project, with the auditor's own file of signers."""
    far = project.path / ".far"
    far.mkdir(exist_ok=True)
    return stagegate("verify", what, f"--root={far}", f"--allowed-signers={signers}", *more)


def test_a_signed_release_with_its_chain_verifies_and_is_anchored(released: Project) -> None:
    names = {path.relative_to(released.path / "dossier").as_posix() for path in files_of(released.path / "dossier")}
    (record,) = (name for name in names if re.fullmatch(r"sign-offs/.*\.json", name))
    assert names >= {
        *("allowed_signers", "chain/build.json", f"{record}.sig", "evidence/trigger.md"),
        *("notes.html", "notes.json", "notes.md"),
        *("statements/test-result.intoto.json", "statements/vsa.intoto.json"),
    }
    assert "sell in more currencies" in (released.path / "dossier/notes.md").read_text(encoding="utf-8").lower()
    for what in ("dossier", "shop-1.2.0.dossier.zip"):
        status, told = verified(released, what)
        assert status == 0, told
        assert "anchored by: the signature of erin@example.org (qa), key SHA256:" in " ".join(told.split())


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_changed_byte_of_any_file_is_found(released: Project) -> None:
    for path in files_of(released.path / "dossier"):
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        assert verified(released, "dossier")[0] == 20, path.name
        path.write_bytes(content)
    packed = released.path / "shop-1.2.0.dossier.zip"
    whole = packed.read_bytes()
    for place in (10, len(whole) // 2, len(whole) - 10):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert verified(released, packed.name)[0] == 20


def test_a_forgery_that_fits_together_is_not_anchored(released: Project) -> None:
    signers = released.path / "gates/allowed_signers"
    auditors = released.path / ".auditors"
    auditors.write_bytes(signers.read_bytes())
    # Somebody who can change everything but the auditor's file lets another test pass, and signs with a key of theirs.
    record = released.path / ".stagegate/evidence.jsonl"
    record.write_bytes(record.read_bytes().replace(b"::test_passes", b"::test_forged"))
    signers.write_text(key_of(released.path / "keys/forged", "erin"), encoding="utf-8")
    shutil.rmtree(released.path / "sign-offs")
    given = (".stagegate/evidence.jsonl", ".stagegate/build/decision.json", "--at=release")
    stagegate("check", *given)
    stagegate("sign-off", "--role=qa", "--as=erin@example.org", "--key=keys/forged/erin")
    assert stagegate("check", *given[:2], "sign-offs", given[2])[0] == 0
    assert dossier()[0] == 0

    status, told = verified(released, "dossier", signers=".auditors")
    assert status == 21
    assert "different" not in told
    assert "not anchored:" in told
    assert ".auditors has no line that gives its key to erin@example.org" in " ".join(told.split())
    assert verified(released, "dossier", signers="dossier/allowed_signers")[0] == 2


def test_a_decision_that_was_edited_is_found_and_its_signatures_are_of_another(released: Project) -> None:
    path = released.path / "dossier/decision.json"
    path.write_bytes(path.read_bytes().replace(b'"version": "1.2.0"', b'"version": "1.2.1"'))
    status, told = verified(released, "dossier")
    assert status == 20
    assert "what was signed is another decision" in " ".join(told.split())
    assert "not anchored:" in told


def test_an_override_is_no_difference(released: Project) -> None:
    with (released.path / "pyproject.toml").open("a", encoding="utf-8") as policy:
        policy.write('[tool.stagegate.override]\nroles = ["release-manager"]\nmax_days = 14\n')
    released.write("test_shop.py", TESTS.replace("def test_passes(): pass", "def test_fails(): assert 0"))
    git(released, "commit", "--quiet", "--all", "--message=fix: try it")
    released.run("--stage-gate-at=build", "--stage-gate-out=.stagegate/build")
    released.run("--stage-gate-at=release")
    last = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=2)).date().isoformat()
    words = ("--role=release-manager", "--override", "--reason=hotfix", f"--expires={last}")
    assert stagegate("sign-off", *words, "--as=erin@example.org", "--key=keys/erin")[0] == 0
    given = (".stagegate/evidence.jsonl", "sign-offs")
    stagegate("check", *given, "--at=release")
    assert '"of": "NO_GO"' in (released.path / ".stagegate/decision.json").read_text(encoding="utf-8")
    assert dossier()[0] == 0
    status, told = verified(released, "dossier")
    assert status == 0, told


def test_without_a_repository_nothing_is_told_of_what_changed(shop: Project) -> None:
    shop.run("--stage-gate-at=release")
    status, told = stagegate("dossier")
    assert status == 21
    assert "release notes: there is no git repository" in told
    assert "--no-notes" in told
    assert not list(shop.path.glob("*dossier*"))


def test_notes_of_another_commit_are_refused(released: Project) -> None:
    git(released, "commit", "--quiet", "--allow-empty", "--message=later")
    status, told = dossier()
    assert status == 21
    assert "the release notes would end at" in told
    assert dossier("--notes=..HEAD~1")[0] == 0


def test_notes_that_are_too_long_for_a_release_have_a_shorter_form(
    released: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        git(released, "commit", "--quiet", "--allow-empty", f"--message=feat: sell {number}, which {'says more ' * 30}")
    released.run("--stage-gate-at=build")
    assert dossier()[0] == 0
    assert not (released.path / "dossier/release-body.md").exists()
    whole = (released.path / "dossier/notes.md").read_text(encoding="utf-8")
    monkeypatch.setitem(SINKS, "release", Sink(characters=len(whole) // 2))
    status, told = dossier()
    assert status == 0, told
    assert "--notes-file dossier/release-body.md" in told
    assert (released.path / "dossier/notes.md").read_text(encoding="utf-8") == whole
    assert len((released.path / "dossier/release-body.md").read_text(encoding="utf-8")) < len(whole)
    assert stagegate("verify", "dossier")[0] == 0
