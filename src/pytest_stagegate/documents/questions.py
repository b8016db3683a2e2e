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


def verified_beside(decision: Decision, digest: str) -> tuple[tuple[str, str], ...]:
    """Return commands that verify a document which lies where it was written, and what each does."""
    command, does = replay_of(decision)
    return (
        (
            "sha256sum -c SHA256SUMS",
            "Where SHA256SUMS lies beside this document: are the files still the ones that were written?",
        ),
        ("sha256sum decision.json", f"Is it the decision that is shown here? Then it prints {digest}"),
        (command, f"At the commit named above: {does}"),
    )


def verified_elsewhere(digest: str) -> tuple[tuple[str, str], ...]:
    """Return the same for a text that was taken to some other place, where nothing lies beside it."""
    return (
        (
            "sha256sum decision.json",
            "Of the file that the release or the build has kept as an asset or an artifact. Is it the decision that is "
            f"shown here? Then it prints {digest}",
        ),
        (
            "stagegate verify FOLDER",
            "FOLDER is the one of that decision.json, with its evidence, or a dossier. It judges the evidence once "
            "more, as of the same instant, and has to come to the same decision.",
        ),
    )


def _opens(decision: Decision) -> str:
    return decision.question.opens if decision.question is not None else ""
