"""Requirements and the tests that are linked to them, in the shape of ``decision.json``."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REQUIREMENT_ID_LIMIT: Final = 200
"""Characters that the id of a requirement may have."""

LINKED_LIMIT: Final = 50
"""How many tests a row lists."""


class Links:
    """Which tests are linked to which requirements: a few bytes for each link, and nothing for any other test."""

    def __init__(self) -> None:
        self._tests: dict[str, array[int]] = {}

    def __eq__(self, other: object) -> bool:
        """Whether the same tests are linked to the same requirements."""
        return isinstance(other, Links) and self._tests == other._tests

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield each requirement by its id, with the indexes of its tests."""
        for name in sorted(self._tests):
            yield name, tuple(self._tests[name])

    def add(self, requirement: str, tests: Iterable[int]) -> None:
        """Link tests to a requirement, beside those that are linked to it already."""
        known = self._tests.get(requirement, ())
        self._tests[requirement] = array("L", sorted({*known, *tests}))

    def moved(self, position: Mapping[int, int]) -> Links:
        """Return the links of the tests whose new index is known."""
        links = Links()
        for name, tests in self:
            links.add(name, (position[test] for test in tests if test in position))
        return links


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


def is_requirement_id(value: object) -> bool:
    """Return whether a value can be the id of a requirement: one printable line without blanks around it."""
    if not isinstance(value, str) or not 0 < len(value) <= REQUIREMENT_ID_LIMIT:
        return False
    return value.isprintable() and value == value.strip()
