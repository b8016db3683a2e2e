"""Requirements and the tests that are linked to them, in the shape of ``decision.json``."""

from __future__ import annotations

from typing import Final

import msgspec

LINKED_LIMIT: Final = 50
"""How many tests a row lists."""


class LinkedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a test that is linked to a requirement.

    Attributes:
        id: Node id, without what tells it from the same test run elsewhere.
        stage: Stage tag.
        environment: The environment that its run was against; None when the run named none.
        shard: The shard that had it, or None.
        outcome: Outcome word; of a manual test as in its row.
        manual: Whether a person does it.
    """

    id: str
    stage: str
    environment: str | None
    shard: str | None
    outcome: str
    manual: bool = False


class RequirementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement, as the tests say that are linked to it.

    Attributes:
        id: The id that the links name.
        outcome: ``failed`` when a linked test failed or had an error, else ``passed`` when all passed, ``not-run``
            when none was executed, and ``partial`` for anything between.
        tests: Linked tests, worst first, at most `LINKED_LIMIT`.
        tests_omitted: How many more there are.
    """

    id: str
    outcome: str
    tests: tuple[LinkedTest, ...]
    tests_omitted: int = 0
