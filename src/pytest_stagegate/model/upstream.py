"""Decisions that were taken before this one, and the face that gates read them through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.decision import Artifact, Decision, Subject

if TYPE_CHECKING:
    from pytest_stagegate.model.tally import Tally

BUILD: Final = "build"
"""The stage from which on artifacts are there, where a policy has it."""


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that is evidence for another one.

    Attributes:
        source: The file, for people.
        sha256: Digest of its bytes.
        decision: What it says.
        policy_whole: Whether the policy that it holds is the one whose digest it states.
        loosened: What that policy demands less of than the present one, a sentence each.
    """

    source: str
    sha256: str
    decision: Decision
    policy_whole: bool = True
    loosened: tuple[str, ...] = ()


class DecisionsData(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions among the evidence.

    Attributes:
        earlier: Each once, in the order of the flow.
        stages: Stages of the policy, in order.
        artifacts_declared: Whether the policy says what is shipped.
        policy_sha256: Digest of the present policy.
    """

    earlier: tuple[Earlier, ...] = ()
    stages: tuple[str, ...] = ()
    artifacts_declared: bool = False
    policy_sha256: str = ""


def differing(earlier: Earlier, present: tuple[Artifact, ...]) -> tuple[tuple[Artifact, str], ...]:
    """Return the artifacts that an earlier decision lists and that are not these, and those that it does not list.

    Returns:
        Each with ``there`` or ``now``.
    """
    listed = earlier.decision.subject.artifacts
    then, now = ({each.identity for each in artifacts} for artifacts in (listed, present))
    gone = [(each, "there") for each in listed if each.identity not in now]
    new = [(each, "now") for each in present if each.identity not in then]
    return (*gone, *new)


class Decisions:
    """Earlier decisions as a gate reads them, and what they have to agree with.

    Attributes:
        stages: Stages of the policy, in order.
        subject: What is decided now: commit and artifacts.
        artifacts_declared: Whether the policy says what is shipped.
        policy_sha256: Digest of the present policy.
    """

    def __init__(self, data: DecisionsData, subject: Subject, tally: Tally) -> None:
        self._data = data
        self._tally = tally
        self.stages = data.stages
        self.subject = subject
        self.artifacts_declared = data.artifacts_declared
        self.policy_sha256 = data.policy_sha256

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self._data.earlier)} decisions>"

    @property
    def all(self) -> tuple[Earlier, ...]:
        """Every decision that was handed over and may be used, each once."""
        self._tally.note(len(self._data.earlier))
        return self._data.earlier

    def of(self, stage: str, environment: str | None = None) -> tuple[Earlier, ...]:
        """Return the decisions about a stage; with an environment only those against it."""
        return tuple(
            each
            for each in self.all
            if each.decision.stage == stage and environment in (None, each.decision.environment)
        )
