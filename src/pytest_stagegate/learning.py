"""Learning from a release: decisions and issues in, the list of what to plan for out, and the plan with it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.issues import read_issues
from pytest_stagegate.evidence.plans import LARGEST, goals_of
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.evidence.readers.plan import read as read_plan
from pytest_stagegate.feedback import learnt, newest
from pytest_stagegate.feedback.entries import dropped_in, goals_to_add, written_behind
from pytest_stagegate.keeping.folder import entries
from pytest_stagegate.keeping.opening import opened
from pytest_stagegate.model.plan import DEFAULT_PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.feedback import Feedback
    from pytest_stagegate.model.plan import Goal, PlanData
    from pytest_stagegate.project import Project


_UNSAFE: Final = "{}: goals can't be added behind what it says; add them by hand, as [[goal]] tables"


class Read(NamedTuple):
    """Decisions that were read.

    Attributes:
        decisions: All of them.
        passed_over: Kept ones that could not be read, and why.
    """

    decisions: tuple[Decision, ...]
    passed_over: tuple[str, ...]


class Longer(NamedTuple):
    """A plan that is to be written.

    Attributes:
        path: The file.
        content: Its new bytes.
        added: The goals that are new in it.
    """

    path: Path
    content: bytes
    added: tuple[Goal, ...]


def read_decisions(paths: Iterable[Path]) -> Read:
    """Read decisions: of a folder the one in it, and the newest of each stage and environment that it has kept.

    Raises:
        EvidenceError: When one that was named can't be read.
        UsageError: When they are about several projects.
    """
    paths = tuple(paths)
    named = [opened(path).decision for path in paths]
    projects = sorted({each.subject.name for each in named})
    if len(projects) > 1:
        raise UsageError(f"the decisions are about several projects: {', '.join(projects)}; name those of one")
    kept = [_kept(path, projects[0]) for path in paths if path.is_dir()]
    decisions = (decision for read in kept for decision in read.decisions)
    return Read((*named, *decisions), tuple(text for read in kept for text in read.passed_over))


def _kept(out: Path, project: str) -> Read:
    """Read the newest decision about a project of each stage and environment that an output folder has kept."""
    found: dict[str, Decision] = {}
    passed_over = []
    for entry in entries(out):
        if entry.cell not in found:
            try:
                decision = opened(entry.path).decision
            except EvidenceError as error:
                passed_over.append(error.message)
                continue
            if decision.subject.name == project:
                found[entry.cell] = decision
    return Read(tuple(found.values()), tuple(passed_over))


def feedback_of(project: Project, decisions: Sequence[Decision], issues: Iterable[Path]) -> Feedback:
    """Return what there is to plan for.

    Raises:
        EvidenceError: When an export of issues, or a plan, can't be read.
    """
    asked = [issue for path in issues for issue in read_issues(path)]
    known = goals_of(project.rootdir, project.policy.plan, (), verified_here=False)
    for file in known.files:
        if file.problem and not file.missing:
            raise EvidenceError(f"{file.path}: the plan can't be read: {file.problem}.", remedy="Mend the plan first.")
    plan = [goal for each in known.plans for goal in each.goals]
    texts = [_text(project.rootdir / file.path) for file in known.files if file.plan and file.path.endswith(".toml")]
    dropped = frozenset[str]().union(*map(dropped_in, texts))
    return learnt(newest(decisions), asked, plan, dropped)


def longer_plan(project: Project, feedback: Feedback) -> Longer:
    """Return the plan with what is new; nothing is written.

    Raises:
        UsageError: When the policy names no plan in TOML.
        EvidenceError: When the plan can't take it, so that it would not read as before and with the new goals.
    """
    files = project.policy.plan.files or (DEFAULT_PLAN,)
    name = next((each for each in files if each.endswith(".toml")), None)
    if name is None:
        raise UsageError(f"--add: the policy's plans are {', '.join(files)}; goals are added to a plan in TOML alone")
    # Behind a link it is the file that grows, and the link stays.
    path = (project.rootdir / name).resolve()
    if not path.is_relative_to(project.rootdir.resolve()):
        raise UsageError(f"--add: {name} leads to a file that is not below the root")
    old = read_bounded(path, LARGEST, f"the plan is larger than {LARGEST >> 20} MiB") if path.exists() else b""
    goals = goals_to_add(feedback.items)
    try:
        content = old + written_behind(old.decode("utf-8-sig"), goals).encode()
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{name}: goals are added to a plan in UTF-8 alone") from error
    _verify(name, old, content, goals)
    return Longer(path, content, goals)


def _verify(name: str, old: bytes, content: bytes, added: tuple[Goal, ...]) -> None:
    """Make sure that the new plan says what the old one did and the new goals, and nothing else."""
    before = _plan(name, old) if old.strip() else None
    try:
        after = _plan(name, content) if content.strip() else None
    except EvidenceError as error:
        raise EvidenceError(f"{_UNSAFE.format(name)} ({error.message.removeprefix(f'{name}: ')})") from error
    goals = (*(before.goals if before is not None else ()), *added)
    milestones = before.milestones if before is not None else ()
    said = (after.goals, after.milestones) if after is not None else ((), ())
    if said != (goals, milestones):
        raise EvidenceError(_UNSAFE.format(name))


def _plan(name: str, content: bytes) -> PlanData:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, Path(name).name)
        file.write_bytes(content)
        plan = read_plan(file, file.parent).goals
    assert plan is not None
    return plan


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
