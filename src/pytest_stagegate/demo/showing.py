"""Writing the sample project, giving it a history, running the gate on it twice, testing by hand, and releasing it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pytest_stagegate.demo.commands import Commands
from pytest_stagegate.demo.releasing import can_sign, make_keys, release
from pytest_stagegate.errors import StageGateError, UsageError

TESTS_FAILED: Final = 1
USAGE_ERROR: Final = 4
NO_GO: Final = 20
_MARK: Final = ".stagegate-demo"
_HERE: Final = Path(__file__).parent
_PERSON: Final = ("-c", "user.name=Stagegate Demo", "-c", "user.email=demo@example.com")
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


def show(folder: Path, say: Callable[[str], None]) -> int:
    """Show a NO GO with its cause, then the repaired run, its manual tests, its build, and its release.

    Args:
        folder: Where the sample project is written; made anew when this command wrote it before.
        say: Prints one line.

    Returns:
        0 when each step ended as it has to; 70 otherwise.

    Raises:
        StageGateError: When the folder is somebody else's, or git is missing.
    """
    _write(folder)
    name = _shown(folder)
    say(f"Wrote a sample project to {name}: a package, its tests, a plan, a policy and a gate of its own.")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _commit(folder, "feat: quotes for every zone", "2026-09-01T09:00:00+00:00", tag="v1.1.0")
    steps = Commands(folder, say)
    say(f"\n$ cd {name}        # as it was committed")
    steps.python("tools/build.py")
    steps.pytest("--stage-gate", expected=TESTS_FAILED)
    say("\nA wrong price band and an untested refund rule: the gate says where. Now the repair is committed.")
    _repair(folder)
    steps.python("tools/build.py")
    steps.pytest("--stage-gate", expected=NO_GO)
    say("\nAll that a program can test is good. Two tests are left to people: somebody prints a quote and reads it.")
    steps.stagegate("manual", "run", "--by=Dana Roth", answers="passed\nnote\nread in 4 seconds\npassed\n")
    steps.stagegate("check")
    say("\nWhat does the team hear tomorrow? What changed since the first decision, which was kept.")
    steps.stagegate("standup", _first_kept(folder))
    say("\nIs it built well? The same record is judged at the stage build.")
    steps.stagegate("check", "--at=build", ".stagegate/evidence.jsonl", ".stagegate/manual", "--out=.stagegate/build")
    release(folder, steps, say)
    say("\nMay the smoke tests run against production? Not by accident: it is protected.")
    steps.pytest("--stage-gate-at=deploy", "--stage-gate-env=production", expected=USAGE_ERROR)
    if steps.surprises:
        say("\nThis is not what the demo is meant to show:")
        for each in steps.surprises:
            say(f"  {each}")
        return 70
    say(_next_steps(name))
    return 0


def _repair(folder: Path) -> None:
    """Commit the repair in two steps, each reviewed."""
    if can_sign():
        make_keys(folder)
        _commit(folder, "chore: who may sign a release off", "2026-09-20T09:00:00+00:00")
    shutil.copytree(_HERE / "repaired", folder, dirs_exist_ok=True, ignore=_SKIPPED)
    _git(folder, "add", "src", "tests/unit/test_band_limits.py")
    _commit(folder, _FIX, "2026-10-01T09:00:00+00:00", add=False)
    _commit(folder, _TESTED, "2026-10-01T10:00:00+00:00", tag="v1.2.0")


def _first_kept(folder: Path) -> str:
    """Return the kept decision of the first run, relative to the folder."""
    return min((folder / ".stagegate/history").glob("*.jsonl.gz")).relative_to(folder).as_posix()


def _next_steps(name: str) -> str:
    return f"""
Of the stage test:
  {name}/.stagegate/report.html     the readiness document: open it in a browser
  {name}/.stagegate/report.md       the same for a pull request or a release page
  {name}/.stagegate/decision.json   the same for programs
  {name}/.stagegate/gates.xml       the gates as JUnit test cases
Of the release:
  {name}/dossier/report.html        the decision, with who signed it
  {name}/dossier/notes.html         the release notes
  {name}/dossier/operations/        runbook, rollout, rollback, known issues, hand-over
  {name}/parcel-rates-1.2.0.dossier.zip   all of it, with the evidence: attach this to the release

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


def _commit(folder: Path, message: str, date: str, *, add: bool = True, tag: str = "") -> None:
    if add:
        _git(folder, "add", "--all")
    _git(folder, *_PERSON, "commit", "--quiet", f"--message={message}", date=date)
    if tag:
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

