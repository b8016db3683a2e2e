"""What ``stagegate verify`` found, in the shape that ``--json`` prints (schema ``stagegate/verification/1``)."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

SCHEMA: Final = "stagegate/verification/1"


class Answer(str, enum.Enum):
    """What became of one comparison; the order is from worst to best."""

    DIFFERENT = "different"
    UNTOLD = "can't tell"
    IDENTICAL = "identical"

    def __str__(self) -> str:
        """Return the words themselves."""
        return self.value


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison.

    Attributes:
        part: ``digests``, ``evidence``, ``gates``, ``decision``, ``documents`` or ``anchor``.
        name: What was compared: a file, a gate, a key of ``decision.json``.
        answer: What became of it.
        text: What differs, or why it can't be told; for what is identical what it is. May be empty.
    """

    part: str
    name: str
    answer: Answer
    text: str = ""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying a decision came to.

    Attributes:
        answer: The worst of the findings.
        decision: The recorded decision word; empty where it can't be read. Likewise the next two.
        stage: The stage that was decided.
        as_of: The instant at which it was made once more.
        environment: The environment that was decided, or None.
        findings: Every comparison, in the order in which they are made.
        anchors: What holds the decision from outside; empty when nothing does.
        notes: What else a reader has to know.
    """

    answer: Answer
    decision: str
    stage: str
    as_of: str
    environment: str | None
    findings: tuple[Finding, ...]
    anchors: tuple[str, ...]
    notes: tuple[str, ...]
    schema: str = SCHEMA


def worst(findings: tuple[Finding, ...]) -> Answer:
    """Return what all comparisons come to together; of none nothing can be told."""
    order = list(Answer)
    return min((each.answer for each in findings), key=order.index, default=Answer.UNTOLD)
