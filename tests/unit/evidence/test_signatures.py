"""Signatures, with the real ssh-keygen."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.signatures import sign, verified
from pytest_stagegate.model.sign_offs import SCHEMA, Proof, SignOffRecord, canonical

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs the program ssh-keygen")


def proof(folder: Path, line: str = "erin@example.org {}", **more: Any) -> Proof:
    """Sign a record with a new key, and verify it against a line with that key."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    values: dict[str, Any] = {
        "schema": SCHEMA,
        "basis": "a" * 64,
        "decision_sha256": "b" * 64,
        "decision": "HOLD",
        "project": "shop",
        "version": None,
        "commit": None,
        "stage": "release",
        "environment": None,
        "role": "qa",
        "person": "erin@example.org",
        "at": "2026-11-23T09:00:00Z",
        "answer": "approve",
    }
    content = canonical(SignOffRecord(**(values | more)))
    record = folder / "record.json"
    record.write_bytes(content)
    (folder / "record.json.sig").write_bytes(sign(content, str(key)))
    public = " ".join((folder / "key.pub").read_text(encoding="utf-8").split()[:2])
    (folder / "allowed").write_text(f"{line.format(public)}\n", encoding="utf-8")
    return verified(record, folder / "allowed")[1]


def test_a_signature_shows_who_signed_and_with_which_key(tmp_path: Path) -> None:
    found = proof(tmp_path)
    assert found.authenticated
    assert found.key.startswith("SHA256:")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('erin@example.org valid-before="20260101" {}', "key-not-valid"),
        ('erin@example.org valid-after="20270101" {}', "key-not-valid"),
        ('erin@example.org namespaces="git" {}', "signer-unknown"),
        ("fay@example.org {}", "signer-unknown"),
        ("garbage", "signer-unknown"),
    ],
)
def test_the_allowed_signers_decide_whose_key_it_was_then(tmp_path: Path, line: str, reason: str) -> None:
    assert proof(tmp_path, line).reason == reason


def test_a_key_that_has_expired_since_was_good_when_it_signed(tmp_path: Path) -> None:
    line = 'erin@example.org valid-after="20250101",valid-before="20260101" {}'
    assert proof(tmp_path, line, at="2025-06-01T09:00:00Z").authenticated


def test_a_name_that_looks_like_an_option_is_no_sign_off(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="begins with no '-'"):
        proof(tmp_path, person="-Overify-time=20200101")


def test_what_lies_beside_it_and_is_no_signature_is_bad(tmp_path: Path) -> None:
    proof(tmp_path)
    (tmp_path / "record.json.sig").write_text("no signature", encoding="utf-8")
    assert verified(tmp_path / "record.json", tmp_path / "allowed")[1].reason == "bad-signature"


def test_without_a_signature_nothing_is_proved(tmp_path: Path) -> None:
    proof(tmp_path)
    (tmp_path / "record.json.sig").unlink()
    assert verified(tmp_path / "record.json", tmp_path / "allowed")[1].reason == "not-signed"


def test_without_the_program_nothing_is_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert verified(tmp_path / "record.json", tmp_path / "allowed")[1].reason == "not-verified"
