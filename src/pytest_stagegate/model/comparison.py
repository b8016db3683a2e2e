"""What differs between two decisions, as values: no sentence, no rounding, nothing of how it is shown."""

from __future__ import annotations

from typing import Final

import msgspec

from pytest_stagegate.model.decision import Blocker, CollectionError, Note, Tests
from pytest_stagegate.model.moves import STANDING, Moves
from pytest_stagegate.model.word import Word

SCHEMA: Final = "stagegate/comparison/1"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two decisions.

    Attributes:
        decision: Its word.
        provisional: Why it is provisional; empty when it is not.
        incomplete: Why its run was not whole; likewise.
        as_of: Its instant, RFC 3339, UTC.
        version: The version that it is about, or None.
        commit: The commit that it is about, or None.
        policy_sha256: Digest of the policy that it was taken under.
        tests: Its counts.
    """

    decision: Word
    provisional: tuple[Note, ...]
    incomplete: tuple[Note, ...]
    as_of: str
    version: str | None
    commit: str | None
    policy_sha256: str
    tests: Tests


class BlockerMove(msgspec.Struct, frozen=True, kw_only=True):
    """A reason why a decision is not GO.

    Attributes:
        kind: ``new``, ``known`` for one that was there before, or ``gone``; of gates that fall short no more only
            `GateMove` tells.
        blocker: The reason.
    """

    kind: str
    blocker: Blocker


class Comparison(Moves, frozen=True, kw_only=True):
    """What differs between two decisions about one project, stage and environment; what moved stands in `Moves`.

    Attributes:
        project: The project's name.
        stage: The stage.
        environment: The environment, or None.
        before: The earlier decision.
        now: The later one.
        uncollectable: Test modules that can't be collected any more.
        collectable: Paths of test modules that can be collected again, or are gone.
        blockers: Why the later decision is not GO, and what of the earlier one's run is so no more.
    """

    project: str
    stage: str
    environment: str | None
    before: Side
    now: Side
    uncollectable: tuple[CollectionError, ...] = ()
    collectable: tuple[str, ...] = ()
    blockers: tuple[BlockerMove, ...] = ()
    schema: str = SCHEMA

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise than before; what only stands still, or can't be told, is no change."""
        return (
            self.before.decision is not self.now.decision
            or self.before.policy_sha256 != self.now.policy_sha256
            or self.moved
            or bool(self.uncollectable or self.collectable)
            or any(each.kind not in STANDING for each in self.blockers)
        )
