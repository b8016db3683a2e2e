"""The sample project: written anew, with a history in git, and repaired."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from pytest_stagegate.demo.releasing import can_sign, make_keys
from pytest_stagegate.errors import StageGateError, UsageError

_MARK: Final = ".stagegate-demo"
_HERE: Final = Path(__file__).parent
_PERSON: Final = ("-c", "user.name=Stagegate Demo", "-c", "user.email=demo@example.com")
_SIGNERS: Final = """\
chore: who may sign a release off

Reviewed-by: Dana Roth <dana@example.com>
"""
_FIX: Final = """\
fix(weights): a parcel of exactly 2 kg stays in its band

It was billed as the next heavier one: up to 4 euros too much.

Requirement: RATE-7
Reviewed-by: Dana Roth <dana@example.com>
"""
_TESTED: Final = """\
test(prices): refunds are checked to the cent

Requirement: RATE-9
Reviewed-by: Robin Falk <robin@example.com>
"""
_SKIPPED: Final = shutil.ignore_patterns("__pycache__", "*.pyc")


def write(folder: Path) -> None:
    """Write the project as it was before the repair, with one commit.

    Raises:
        StageGateError: When the folder is somebody else's, or git is missing.
    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / _MARK).is_file():
            raise UsageError(f"{shown(folder)} exists and was not written by this command; name another folder.")
        shutil.rmtree(folder)
    if shutil.which("git") is None:
        raise StageGateError("the demo needs the program git, which is not installed", code="program-missing")
    shutil.copytree(_HERE / "project", folder, ignore=_SKIPPED)
    (folder / "gitignore.txt").rename(folder / ".gitignore")
    (folder / _MARK).write_text("Written by `stagegate demo`, which may write this folder anew.\n", encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "feat: quotes for every zone", "2026-09-01T09:00:00+00:00", tag="v1.1.0")


def original(name: str) -> Path:
    """Return a file of the project as it was before the repair."""
    return _HERE / "project" / name


def repair(folder: Path) -> None:
    """Commit the repair in two steps, each reviewed."""
    if can_sign():
        make_keys(folder)
        commit(folder, _SIGNERS, "2026-09-20T09:00:00+00:00")
    shutil.copytree(_HERE / "repaired", folder, dirs_exist_ok=True, ignore=_SKIPPED)
    git(folder, "add", "src", "tests/unit/test_band_limits.py")
    commit(folder, _FIX, "2026-10-01T09:00:00+00:00", add=False)
    commit(folder, _TESTED, "2026-10-01T10:00:00+00:00", tag="v1.2.0")


def shown(folder: Path) -> str:
    """Return the folder as a user writes it."""
    return folder.as_posix() if folder.is_absolute() else f"./{folder.as_posix()}"


def commit(folder: Path, message: str, date: str, *, add: bool = True, tag: str = "") -> None:
    """Commit what was added, or first add everything.

    Raises:
        StageGateError: When git fails.
    """
    if add:
        git(folder, "add", "--all")
    git(folder, *_PERSON, "commit", "--quiet", f"--message={message}", date=date)
    if tag:
        git(folder, *_PERSON, "tag", "--annotate", f"--message={tag}", tag, date=date)


def git(folder: Path, *words: str, date: str = "2026-09-01T09:00:00+00:00") -> None:
    """Call git, whatever the user has set.

    Raises:
        StageGateError: When git fails.
    """
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
        # The user's own settings (signing, hooks, templates) are no business of a sample.
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StageGateError(f"git {words[0]} failed: {done.stderr.strip()}", code="git")
