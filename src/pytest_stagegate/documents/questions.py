"""What a decision was asked, and how it is made once more, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.rings import COMPLETE

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision

_OF_RUN: Final = (
    "stagegate check --as-of run",
    "judges the recorded evidence once more, as of the same instant, by the policy. It has to come to the same "
    "decision. Where several files are listed above, name them all.",
)
_OF_STEP: Final = (
    "stagegate verify FOLDER",
    "judges the evidence once more, as of the same instant, by the recorded policy; FOLDER is the one that this page "
    "lies in. It has to come to the same decision.",
)


def question_of(decision: Decision) -> str:
    """Return the question that a decision answers."""
    opens = clean(_opens(decision))
    if opens:
        return "Is the rollout complete?" if opens == COMPLETE else f"May the ring “{opens}” open?"
    against = f", judged against {decision.environment}" if decision.environment else ""
    stages = [row.stage for row in decision.stages]
    later = stages[stages.index(decision.stage) + 1 :] if decision.stage in stages else []
    move = f"go on from “{decision.stage}” to “{later[0]}”" if later else f"leave the stage “{decision.stage}”"
    return clean(f"May this build {move}{against}?")


def replay_of(decision: Decision) -> tuple[str, str]:
    """Return the command that makes a decision once more, and what it does."""
    return _OF_STEP if _opens(decision) else _OF_RUN


def _opens(decision: Decision) -> str:
    return decision.question.opens if decision.question is not None else ""
