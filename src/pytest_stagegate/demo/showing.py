"""Writing the sample project, giving it a history, running the gate on it twice, testing by hand, and releasing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from pytest_stagegate.demo.commands import BROKEN, Commands
from pytest_stagegate.demo.releasing import put_together, release
from pytest_stagegate.demo.sample import repair, shown, write

TESTS_FAILED: Final = 1
USAGE_ERROR: Final = 4
NO_GO: Final = 20
_DECIDED_UPON: Final = (
    ".stagegate/evidence.jsonl",
    ".stagegate/manual",
    ".stagegate/build/decision.json",
    ".stagegate/decision.json",
)
"""What the release is decided upon."""


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
    write(folder)
    name = shown(folder)
    say(f"Wrote a sample project to {name}: a package, its tests, a plan, a policy and a gate of its own.")
    steps = Commands(folder, say)
    say(f"\n$ cd {name}        # as it was committed")
    steps.python("tools/build.py")
    steps.pytest("--stage-gate", expected=TESTS_FAILED)
    say("\nA wrong price band and an untested refund rule: the gate says where. Now the repair is committed.")
    repair(folder)
    steps.python("tools/build.py")
    steps.pytest("--stage-gate", expected=NO_GO)
    say("\nAll that a program can test is good. Two tests are left to people: somebody prints a quote and reads it.")
    steps.stagegate("manual", "run", "--by=Dana Roth", answers="passed\nnote\nread in 4 seconds\npassed\n")
    steps.stagegate("check")
    say("\nWhat does the team hear tomorrow? What changed since the first decision, which was kept.")
    steps.stagegate("standup", _first_kept(folder))
    say("\nIs it built well? The same record is judged at the stage build.")
    steps.stagegate("check", "--at=build", ".stagegate/evidence.jsonl", ".stagegate/manual", "--out=.stagegate/build")
    if release(steps, _DECIDED_UPON):
        put_together(steps)
    say("\nMay the smoke tests run against production? Not by accident: it is protected.")
    steps.pytest("--stage-gate-at=deploy", "--stage-gate-env=production", expected=USAGE_ERROR)
    if steps.surprised():
        return BROKEN
    say(_next_steps(name))
    return 0


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
