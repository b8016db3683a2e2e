"""Which stage and environments a test belongs to, and where it was run."""

from __future__ import annotations

from typing import NamedTuple


class Tag(NamedTuple):
    """Stage and environments of a test.

    Attributes:
        stage: One name of the closed vocabulary.
        environments: Where the test may run; empty for everywhere.
        tagged: Whether a mark or a path rule named the stage; False when the default was taken.
        ran_in: The environment that its run was against, or None when the run named none.
        shard: The shard that ran it, or None for a run that is no shard.
    """

    stage: str
    environments: tuple[str, ...] = ()
    tagged: bool = False
    ran_in: str | None = None
    shard: str | None = None

    @property
    def suffix(self) -> str:
        """What tells a test that ran here from the same test that ran elsewhere: `` (ENVIRONMENT SHARD)``."""
        place = " ".join(part for part in (self.ran_in, self.shard) if part)
        return f" ({place})" if place else ""


class TagRule(NamedTuple):
    """A path rule: tests in these files belong to a stage and environments.

    Attributes:
        path: Glob relative to the root.
        stage: Stage name, or None when the rule says only environments.
        environments: Environment names; empty when the rule says only a stage.
        place: Where the rule stands in the policy.
    """

    path: str
    stage: str | None
    environments: tuple[str, ...]
    place: str
