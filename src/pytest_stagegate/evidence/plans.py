"""The plans of the checkout, and all plans of a decision together."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_stagegate.errors import EvidenceError, Mistake, MistakesError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.model.plan import DEFAULT_PLAN, KIND, GoalsData, PlanFile
from pytest_stagegate.model.relations import circles, mistakes, told
from pytest_stagegate.model.sources import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_stagegate.model.plan import Goal, PlanRules
    from pytest_stagegate.model.sources import Source

LARGEST = 128 << 20
"""Bytes that a plan of the checkout may have."""


def goals_of(root: Path, rules: PlanRules, sources: Iterable[Source], *, verified_here: bool) -> GoalsData:
    """Return every plan of a decision: those of the checkout, and those that were handed over.

    Args:
        root: The project's root; a file that lies elsewhere, by a link too, is not read.
        rules: Which files of the checkout are plans.
        sources: The evidence files.
        verified_here: See `GoalsData`.
    """
    given = [
        replace(each.contents.goals, source=each.name, sha256=each.sha256)
        for each in sources
        if each.usable and each.contents is not None and each.contents.goals is not None
    ]
    files = tuple(_read(root, path) for path in (rules.files or (DEFAULT_PLAN,)))
    if rules.files is None:
        files = tuple(each for each in files if not each.missing)
    plans = {each.sha256: each for each in sorted(given, key=lambda plan: (plan.source, plan.sha256 or ""))}
    # A plan of the checkout that is handed over too is no more than once.
    plans |= {each.sha256: each.plan for each in files if each.plan is not None}
    ordered = tuple(sorted(plans.values(), key=lambda plan: plan.source))
    return GoalsData(ordered, files, verified_here, mistakes([goal for plan in ordered for goal in plan.goals]))


def refuse_circles(root: Path, rules: PlanRules) -> None:
    """Refuse plans of the checkout whose goals need each other in a circle.

    Raises:
        MistakesError: With each circle, and the files that hold its goals.
    """
    plans = [each.plan for path in (rules.files or (DEFAULT_PLAN,)) if (each := _read(root, path)).plan is not None]
    goals = [(goal, plan.source) for plan in plans if plan is not None for goal in plan.goals]
    found = [Mistake(_sources(goals, frozenset(circle)), told(circle)) for circle in circles(goal for goal, _ in goals)]
    if found:
        raise MistakesError("the plan", found, code="plan")


def _sources(goals: Iterable[tuple[Goal, str]], ids: frozenset[str]) -> str:
    return ", ".join(sorted({source for goal, source in goals if goal.id in ids}))


def _read(root: Path, path: str) -> PlanFile:
    file = root / path
    if not file.exists():
        return PlanFile(path, None, problem="there is no such file", missing=True)
    if not file.resolve().is_relative_to(root.resolve()) or not file.is_file():
        return PlanFile(path, None, problem="it is no file below the root")
    digest = None
    try:
        content = read_bounded(file, LARGEST, f"the plan is larger than {LARGEST >> 20} MiB")
        digest = hashlib.sha256(content).hexdigest()
        format_ = "plan" if path.endswith(".toml") else detect(file)
        if FORMATS[format_] != KIND:
            raise EvidenceError(f"{file.name}: it is {format_}, and no plan")  # noqa: TRY301
        plan = read_file(file, root, format_).goals
    except EvidenceError as error:
        return PlanFile(path, digest, problem=error.message.removeprefix(f"{file.name}: "))
    return PlanFile(path, digest, replace(plan, source=path, sha256=digest) if plan is not None else None)
