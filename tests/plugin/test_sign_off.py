"""People sign a decision, and the next one counts them: with real keys and the real ssh-keygen."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs the program ssh-keygen"),
]
POLICY: Final = """
    [gate.sign-off]
    roles = { qa = 1 }
    stage = "test"
    [override]
    roles = ["release-manager"]
    max_days = 14
"""


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project at a commit of Dana's in which Erin and Fay may sign."""
    monkeypatch.delenv("STAGEGATE_COMMIT", raising=False)
    project.write("stagegate.toml", POLICY)
    project.write(".gitignore", ".stagegate\nsign-offs\n__pycache__\nkeys\nrunpytest-*\nstd*")
    project.write("tests/test_a.py", "def test_a(): pass")
    (project.path / "keys").mkdir()
    lines = []
    for name in ("erin", "fay", "stranger"):
        path = project.path / "keys" / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
        public = path.with_suffix(".pub").read_text().split()[:2]
        lines += [f"{name}@example.org {' '.join(public)}"] if name != "stranger" else []
    project.write("gates/allowed_signers", "\n".join(lines))
    commit(project)
    return project


def commit(project: Project) -> None:
    person = ("-c", "user.name=dana", "-c", "user.email=dana@example.org")
    for words in (["init", "-q"], ["add", "-A"], [*person, "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=project.path, check=True, capture_output=True)


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def signed(who: str = "erin", *more: str, role: str = "qa", key: str = "") -> int:
    return stagegate("sign-off", f"--role={role}", f"--as={who}@example.org", f"--key=keys/{key or who}", *more)[0]


def checked(project: Project) -> dict[str, Any]:
    stagegate("check")
    found: dict[str, Any] = json.loads((project.path / ".stagegate/decision.json").read_bytes())
    return found


def gate(decision: dict[str, Any]) -> tuple[str, str]:
    return next((each["verdict"], each["reason"]) for each in decision["gates"] if each["gate"] == "sign-off")


def test_a_signed_decision_is_go_on_the_same_basis(shop: Project) -> None:
    first = shop.run().decision
    assert signed() == 0
    second = checked(shop)
    assert (first["decision"], second["decision"]) == ("HOLD", "GO")
    assert first["basis"] == second["basis"]
    assert second["sign_offs"][0]["authenticated"]
    assert "allowed-signers" in [item["id"] for item in second["evidence"]]


@pytest.mark.parametrize(
    ("who", "key", "reason"), [("erin", "stranger", "sign-off-missing"), ("dana", "erin", "sign-off-missing")]
)
def test_a_key_that_is_not_the_persons_does_not_count(shop: Project, who: str, key: str, reason: str) -> None:
    shop.run()
    signed(who, key=key)
    assert gate(checked(shop)) == ("NO_EVIDENCE", reason)


def test_a_changed_record_is_an_error(shop: Project) -> None:
    shop.run()
    signed("erin", "--reject")
    (record,) = (shop.path / "sign-offs").glob("*.json")
    record.write_bytes(record.read_bytes().replace(b'"reject"', b'"approve"'))
    assert gate(checked(shop)) == ("ERROR", "bad-signature")


def test_a_sign_off_of_other_evidence_is_stale(shop: Project) -> None:
    shop.run()
    signed()
    shop.run("--verbose")
    assert gate(checked(shop)) == ("STALE", "other-decision")


def test_a_provisional_decision_can_not_be_signed(shop: Project) -> None:
    shop.write("tests/test_b.py", "def test_b(): pass")
    shop.run()
    assert signed() == 2
    assert not (shop.path / "sign-offs").exists()


def test_an_override_softens_no_go_and_nothing_else(shop: Project) -> None:
    shop.write("tests/test_a.py", "def test_a(): assert False")
    commit(shop)
    shop.run()
    assert signed("fay", "--override", "--reason=hotfix", f"--expires={today()}", role="release-manager") == 0
    held = checked(shop)
    assert held["decision"] == "HOLD"
    signed()
    decision = checked(shop)
    assert decision["decision"] == "CONDITIONAL"
    assert decision["override"]["person"] == "fay@example.org"
    assert next(each["verdict"] for each in decision["gates"] if each["gate"] == "results") == "FAIL"
    assert "overridden" in (shop.path / ".stagegate/report.md").read_text(encoding="utf-8")


def test_an_override_without_its_signature_has_no_effect(shop: Project) -> None:
    shop.write("tests/test_a.py", "def test_a(): assert False")
    commit(shop)
    shop.run()
    signed("fay", "--override", "--reason=hotfix", f"--expires={today()}", role="release-manager")
    for path in (shop.path / "sign-offs").glob("*.sig"):
        path.unlink()
    decision = checked(shop)
    assert (decision["decision"], decision["override"]) == ("NO_GO", None)
    assert decision["sign_offs"][0]["state"] == "no-effect"


def today() -> str:
    import datetime as dt

    return dt.datetime.now(dt.timezone.utc).date().isoformat()


def test_a_signed_decision_is_told_without_the_gates_of_the_project(shop: Project) -> None:
    own = "from pytest_stagegate import TestResults, check, gate\n\n@gate\ndef own(tests: TestResults):\n"
    shop.write("gates/own.py", f"{own}    yield check('passed', tests.passed, at_least=1)\n")
    commit(shop)
    shop.run()
    assert signed() == 0
    assert checked(shop)["decision"] == "GO"
    status, told = stagegate("verify", "--json", "--allowed-signers=gates/allowed_signers")
    found = {each["name"]: each["answer"] for each in json.loads(told)["findings"]}
    assert (status, found["own"], found["basis"]) == (21, "can't tell", "can't tell")
    assert (found["sign-off"], found["sign_offs"]) == ("identical", "identical")
    assert json.loads(told)["anchors"][0].startswith("the signature of erin@example.org (qa), key SHA256:")
    assert stagegate("verify", "--with-gates")[0] == 0


def test_a_sign_off_whose_signature_is_not_here_can_t_be_told(shop: Project) -> None:
    shop.run()
    signed()
    checked(shop)
    (signature,) = (shop.path / "sign-offs").glob("*.sig")
    signature.unlink()
    status, told = stagegate("verify", "--json", "--allowed-signers=gates/allowed_signers")
    found = {each["name"]: each["answer"] for each in json.loads(told)["findings"] if each["part"] == "gates"}
    assert (status, found["sign-off"], json.loads(told)["anchors"]) == (21, "can't tell", [])


def test_a_signed_decision_for_a_later_stage_of_the_same_record_is_identical(shop: Project) -> None:
    shop.write("stagegate.toml", POLICY.replace('stage = "test"', 'stage = "release"'))
    commit(shop)
    shop.run()
    stagegate("check", "--at=release")
    assert signed() == 0
    stagegate("check", "--at=release")
    status, told = stagegate("verify")
    assert status == 0, told
