"""What tests are linked to: requirements that they verify, features that they try, exercises that they are."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REQUIREMENT: Final = "requirement"
FEATURE: Final = "feature"
DRILL: Final = "drill"
KINDS: Final = (REQUIREMENT, FEATURE, DRILL)
"""What a test can be linked to; each is the name of a mark, and of a property of a test case in JUnit XML."""

NAME_LIMIT: Final = 200
"""Characters that the name of what a test is linked to may have."""

_VARIANT: Final = "="


class Link(NamedTuple):
    """What a test can be linked to.

    Attributes:
        kind: One of `KINDS`.
        name: The id of a requirement; a feature, or one variant of it as ``checkout=on``; the kind of an exercise.
    """

    kind: str
    name: str


class Links:
    """Which tests are linked to what: a few bytes for each link, and nothing for any other test."""

    def __init__(self) -> None:
        self._tests: dict[Link, array[int]] = {}

    def __eq__(self, other: object) -> bool:
        """Whether the same tests are linked to the same things."""
        return isinstance(other, Links) and self._tests == other._tests

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[tuple[Link, tuple[int, ...]]]:
        """Yield each link with the indexes of its tests, by kind and name."""
        for link in sorted(self._tests):
            yield link, tuple(self._tests[link])

    def of(self, kind: str) -> dict[str, tuple[int, ...]]:
        """Return the indexes of the tests that are linked to each thing of one of `KINDS`, by name."""
        return {link.name: tests for link, tests in self if link.kind == kind}

    def add(self, link: Link, tests: Iterable[int]) -> None:
        """Link tests to something, beside those that are linked to it already."""
        known = self._tests.get(link, ())
        self._tests[link] = array("L", sorted({*known, *tests}))

    def moved(self, position: Mapping[int, int]) -> Links:
        """Return the links of the tests whose new index is known."""
        links = Links()
        for link, tests in self:
            links.add(link, (position[test] for test in tests if test in position))
        return links


def feature_name(feature: str, variant: str | None) -> str:
    """Return the name of a link to a feature, or to one variant of it."""
    return feature if variant is None else f"{feature}{_VARIANT}{variant}"


def feature_of(name: str) -> tuple[str, str | None]:
    """Return the feature of a link's name and its variant, or None where it names none."""
    feature, mark, variant = name.partition(_VARIANT)
    return feature, variant if mark else None


def is_link_name(value: object) -> bool:
    """Return whether a value can be the name of a link: one printable line without blanks around it."""
    if not isinstance(value, str) or not 0 < len(value) <= NAME_LIMIT:
        return False
    return value.isprintable() and value == value.strip()
