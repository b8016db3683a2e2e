"""Writing the sample project, giving it a history, and running the gate on it twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pytest_stagegate.errors import StageGateError, UsageError

NO_GO: Final = 20
_MARK: Final = ".stagegate-demo"
_HERE: Final = Path(__file__).parent
_PERSON: Final = ("-c", "user.name=Stagegate Demo", "-c", "user.email=demo@example.com")
_SKIPPED: Final = shutil.ignore_patterns("__pycache__", "*.pyc")


def show(folder: Path, say: Callable[[str], None]) -> int:
    """Show a NO GO with its cause, then the repaired run.

    Args:
        folder: Where the sample project is written; made anew when this command wrote it before.
        say: Prints one line.

    Returns:
        0 when the first run was a NO GO and the second a GO, 70 otherwise.

    Raises:
        StageGateError: When the folder is somebody else's, or git is missing.
    """
    _write(folder)
    name = _shown(folder)
    say(f"Wrote a sample project to {name}: a package, its tests, a policy and a gate of its own.")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _commit(folder, "feat: quotes for every zone", "2026-09-01T09:00:00+00:00", tag="v1.1.0")
    say(f"\n$ cd {name} && pytest --stage-gate        # as it was committed\n")
    first = _pytest(folder)
    say("\nA wrong price band and an untested refund rule: the gate says where. Now the repair is committed.")
    shutil.copytree(_HERE / "repaired", folder, dirs_exist_ok=True, ignore=_SKIPPED)
    _commit(folder, "fix: a parcel of exactly 2 kg stays in its band", "2026-10-01T09:00:00+00:00", tag="v1.2.0")
    say("\n$ pytest --stage-gate                     # repaired\n")
    second = _pytest(folder)
    if second != 0 or first == 0:
        say(f"\nThis is not what the demo is meant to show: the runs ended with {first} and {second}.")
        return 70
    say(_next_steps(name))
    return 0


def _next_steps(name: str) -> str:
    return f"""
Documents of the second run:
  {name}/.stagegate/report.html     the readiness document: open it in a browser
  {name}/.stagegate/report.md       the same for a pull request or a release page
  {name}/.stagegate/decision.json   the same for programs
  {name}/.stagegate/gates.xml       the gates as JUnit test cases

Try next, in {name}:
  pytest --stage-gate --stage-gate-at=deploy --stage-gate-env=staging
                                    let the smoke tests alone decide about staging
  stagegate check --as-of run       decide again from the record, without running a test
  rm tests/unit/test_refunds.py && pytest --stage-gate
                                    every test is green, and the answer is still no
  gates/README.md                   write a gate of your own"""


def _write(folder: Path) -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / _MARK).is_file():
            raise UsageError(f"{_shown(folder)} exists and was not written by this command; name another folder.")
        shutil.rmtree(folder)
    if shutil.which("git") is None:
        raise StageGateError("the demo needs the program git, which is not installed", code="program-missing")
    shutil.copytree(_HERE / "project", folder, ignore=_SKIPPED)
    (folder / "gitignore.txt").rename(folder / ".gitignore")
    (folder / _MARK).write_text("Written by `stagegate demo`, which may write this folder anew.\n", encoding="utf-8")


def _shown(folder: Path) -> str:
    return folder.as_posix() if folder.is_absolute() else f"./{folder.as_posix()}"


def _commit(folder: Path, subject: str, date: str, *, tag: str) -> None:
    _git(folder, "add", "--all")
    _git(folder, *_PERSON, "commit", "--quiet", f"--message={subject}", date=date)
    _git(folder, *_PERSON, "tag", "--annotate", f"--message={tag}", tag, date=date)


def _git(folder: Path, *words: str, date: str = "2026-09-01T09:00:00+00:00") -> None:
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


def _pytest(folder: Path) -> int:
    """Run the gate as a user would, without what this machine's environment adds to every pytest run."""
    dropped = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CARRIER_ACCOUNT", "COVERAGE_PROCESS_START")
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "--stage-gate"]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode
