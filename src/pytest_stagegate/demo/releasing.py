"""From the repaired run to a dossier: decide about the release, sign it, put it together and verify it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import StageGateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HOLD: Final = 21
ARTIFACT: Final = "dist/parcel-rates-1.2.0.tar.gz"
_KEYS: Final = ".demo-keys"
_PEOPLE: Final = {"qa": "dana@example.com", "release-manager": "robin@example.com"}
_DECIDE: Final = ("check", "--at=release", ".stagegate/evidence.jsonl", ".stagegate/decision.json")
_RELEASE: Final = ".stagegate/release/decision.json"
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


def release(folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> list[int]:
    """Show how the release is decided, signed, put together and verified.

    Args:
        folder: The sample project, with the record of a good run.
        environment: Variables for the commands.
        say: Prints one line.

    Returns:
        The exit status of each command, with 0 where a decision without sign-offs was ``HOLD``, as it has to be.
    """

    def run(*words: str, told: str = "") -> int:
        say(f"\n$ stagegate {told or ' '.join(words)}\n")
        sys.stdout.flush()
        command = [sys.executable, "-c", "from pytest_stagegate.cli import main; main()", *words]
        return subprocess.run(command, cwd=folder, env=dict(environment), check=False).returncode

    say("\nMay it be released? The same record is judged at the next stage, with the decision of this one.")
    first = run(*_DECIDE, "--out=.stagegate/release", "-q")
    if not can_sign():
        say("\nThe program ssh-keygen is not installed, so nobody can sign, and the release stays on hold.")
        return [first - HOLD]
    say("\nTwo people look at the report and sign what was decided upon, each with an SSH key.")
    ended = [first - HOLD]
    for role, person in _PEOPLE.items():
        key = f"--key={_KEYS}/{role}"
        ended.append(run("sign-off", f"--role={role}", f"--as={person}", key, f"--decision={_RELEASE}", f"--out={_SIGNED}"))
    ended.append(run(*_DECIDE, _SIGNED, "--out=.stagegate/release"))
    say("\nEverything that an auditor needs goes into one folder and one zip.")
    ended.append(run("dossier", f"--decision={_RELEASE}"))
    signers = "--allowed-signers=gates/allowed_signers"
    ended.append(run("verify", "parcel-rates-1.2.0.dossier.zip", signers, "-q"))
    return ended
