"""Walking one version of the sample project through all stages, each decided on evidence of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from pytest_stagegate.demo.commands import BROKEN, Commands
from pytest_stagegate.demo.faults import FAULTS
from pytest_stagegate.demo.operating import deploy, learn, manage, monitor
from pytest_stagegate.demo.releasing import can_sign, put_together, release
from pytest_stagegate.demo.sample import repair, shown, write
from pytest_stagegate.errors import StageGateError

_DECIDED_UPON: Final = (
    ".stagegate/test/evidence.jsonl",
    ".stagegate/manual",
    ".stagegate/build/decision.json",
    ".stagegate/test/decision.json",
)
"""What the release is decided upon."""
_END: Final = """
One version went through all eight stages:
  {name}/.stagegate/STAGE/report.html   the readiness document of each
  {name}/dossier/report.html            the last one, with what it rests on
  {name}/stagegate-plan.toml            the plan, with what was learnt

Try next:
  stagegate demo --full --fault=deploy      where does a fault stop it? At any of the stages"""

Take = Callable[[Commands, int], None]
"""Makes the evidence of a stage and decides; the last command has to end with this status."""


class Stage(NamedTuple):
    """A stage of the walk.

    Attributes:
        name: Its name.
        question: What is asked there, in a sentence for people.
        take: See `Take`.
    """

    name: str
    question: str
    take: Take


def walk(folder: Path, say: Callable[[str], None], fault: str = "") -> int:
    """Walk through the stages, up to the one at which a fault is planted.

    Args:
        folder: Where the sample project is written; made anew when this command wrote it before.
        say: Prints one line.
        fault: The stage at which a fault is planted, or empty.

    Returns:
        0 at the end of the walk; with a fault the status that its stage ended with; 70 when a step ended otherwise
        than it has to.

    Raises:
        StageGateError: When the folder is somebody else's, or a program is missing.
    """
    if not can_sign():
        raise StageGateError("the demo needs the program ssh-keygen, which is not installed", code="program-missing")
    write(folder)
    repair(folder)
    name = shown(folder)
    say(f"Wrote a sample project to {name}, with its version 1.2.0 committed and reviewed.\n\n$ cd {name}")
    steps = Commands(folder, say)
    say("\nThe stages from plan to test judge the evidence of one build, so the wheel is built first.")
    steps.python("tools/build.py")
    for stage in STAGES:
        planted = FAULTS[fault] if stage.name == fault else None
        say(f"\n──── {stage.name}: {stage.question}")
        if planted is not None:
            planted.plant(folder)
            say(f"A fault is planted here: {planted.text}")
        stage.take(steps, planted.status if planted is not None else 0)
        if steps.surprised():
            return BROKEN
        if planted is not None:
            say(f"\nStopped at the stage {stage.name}: the version goes no further.")
            return planted.status
    learn(steps)
    put_together(steps, ".stagegate/monitor/decision.json")
    if steps.surprised():
        return BROKEN
    say(_END.format(name=name))
    return 0


def _tested(at: str) -> Take:
    def take(steps: Commands, expected: int) -> None:
        steps.pytest(f"--stage-gate-at={at}", f"--stage-gate-out=.stagegate/{at}", expected=expected)

    return take


def _test(steps: Commands, expected: int) -> None:
    steps.stagegate("manual", "run", "--by=Dana Roth", answers="passed\nnote\nread in 4 seconds\npassed\n")
    _tested("test")(steps, expected)


def _release(steps: Commands, expected: int) -> None:
    steps.say("\nIt does not reach everybody at once. The policy says who comes first, and what is asked before the next.")
    steps.stagegate("rollout", "plan")
    release(steps, _DECIDED_UPON, expected)


STAGES: Final = (
    Stage("plan", "is it clear what this version must deliver?", _tested("plan")),
    Stage("code", "do tests run what was written?", _tested("code")),
    Stage("build", "is there a wheel that is whole, reviewed, and known to the last part?", _tested("build")),
    Stage("test", "do programs and people find it sound?", _test),
    Stage("release", "may it be released, and who says so?", _release),
    Stage("deploy", "does what was tested run in production?", deploy),
    Stage("manage", "is it looked after?", manage),
    Stage("monitor", "do its users say that it is good?", monitor),
)
