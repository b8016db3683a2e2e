"""From the repaired run to a dossier: conceal, decide about the release, sign it, put it together and verify it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import StageGateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_stagegate.demo.commands import Commands

HOLD: Final = 21
FLAGS: Final = ".stagegate/flags.released.json"
"""The flag file that goes out."""
_KEYS: Final = ".demo-keys"
_PEOPLE: Final = {"qa": "dana@example.com", "release-manager": "robin@example.com"}
RELEASE: Final = ".stagegate/release/decision.json"
_SIGNED: Final = ".stagegate/release/sign-offs"


def can_sign() -> bool:
    """Return whether the program is there that signs."""
    return shutil.which("ssh-keygen") is not None


def make_keys(folder: Path) -> None:
    """Make a key for each person of the sample, and list them in ``gates/allowed_signers``.

    Raises:
        StageGateError: When no key can be made.
    """
    (folder / _KEYS).mkdir()
    lines = []
    for role, person in _PEOPLE.items():
        key = folder / _KEYS / role
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", str(key)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StageGateError(f"ssh-keygen can't make a key: {done.stderr.strip()}", code="program-missing")
        kind, public, _ = key.with_suffix(".pub").read_text(encoding="utf-8").split(" ", 2)
        lines.append(f'{person} namespaces="stagegate-sign-off" {kind} {public}\n')
    (folder / "gates/allowed_signers").write_text("".join(lines), encoding="utf-8")


def release(steps: Commands, evidence: Sequence[str], expected: int = 0) -> bool:
    """Show how what is not ready is concealed, and how the release is decided and signed.

    Args:
        steps: Runs the commands.
        evidence: The record of a good run, what people found, and the decisions of *build* and last of *test*.
        expected: With a fault nothing is concealed, and the decision ends with this status.

    Returns:
        Whether it could be signed.
    """
    decide = ("check", "--at=release", *evidence)
    if not expected:
        steps.say("\nThe team works with every feature on. What is not ready yet is off in the flag file that goes out.")
        steps.stagegate("features", f"--from={evidence[-1]}", f"--out={FLAGS}")
        steps.stagegate("attach", FLAGS)
        decide = (*decide, FLAGS)
    steps.say("\nMay it be released? The same record is judged at the next stage, with the decisions of the earlier ones.")
    steps.stagegate(*decide, "--out=.stagegate/release", "-q", expected=expected or HOLD)
    if expected:
        return False
    if not can_sign():
        steps.say("\nThe program ssh-keygen is not installed, so nobody can sign, and the release stays on hold.")
        return False
    steps.say("\nTwo people look at the report and sign what was decided upon, each with an SSH key.")
    for role, person in _PEOPLE.items():
        key = f"--key={_KEYS}/{role}"
        signing = ("sign-off", f"--role={role}", f"--as={person}", key, f"--decision={RELEASE}", f"--out={_SIGNED}")
        steps.stagegate(*signing)
    steps.stagegate(*decide, _SIGNED, "--out=.stagegate/release")
    return True


def put_together(steps: Commands, decision: str = RELEASE) -> None:
    """Show the dossier of a decision, and that it can be verified."""
    steps.say("\nEverything that an auditor needs goes into one folder and one zip.")
    signed = ["--allowed-signers=gates/allowed_signers"] if decision == RELEASE else []
    steps.stagegate("dossier", f"--decision={decision}")
    steps.stagegate("verify", "parcel-rates-1.2.0.dossier.zip", *signed, "-q")
