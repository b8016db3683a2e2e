"""How goals of a plan need each other: children before their parents, and what can't be true of them. No recursion."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Protocol

from pytest_stagegate.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST: Final = 10
"""How many mistakes are told, and how many ids of a circle."""


class Related(Protocol):
    """Something with an id, a parent and ids that it depends on."""

    @property
    def id(self) -> str:
        """Its own id; may be empty."""

    @property
    def parent(self) -> str:
        """Id of what it is a part of; may be empty."""

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Ids of what has to come first."""


def children_first(goals: Sequence[Related]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield each goal's index with those of its children, children before their parents.

    Goals that are their own parents, by however many steps, are not yielded.
    """
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    for index, goal in enumerate(goals):
        by_id[goal.id].append(index)
    parents = [by_id.get(goal.parent, []) if goal.parent else [] for goal in goals]
    children: list[list[int]] = [[] for _ in goals]
    for index, above in enumerate(parents):
        for each in above:
            children[each].append(index)
    left = [len(each) for each in children]
    ready = [index for index, count in enumerate(left) if not count]
    for index in ready:
        yield index, tuple(children[index])
        for each in parents[index]:
            left[each] -= 1
            if not left[each]:
                ready.append(each)


def circles(goals: Iterable[Related]) -> list[tuple[str, ...]]:
    """Return circles in which goals need each other, each from its first id back to it; not more than `MOST`.

    A parent needs its children, and a goal what it depends on.
    """
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for goal in goals:
        if goal.parent:
            needs[goal.parent].add(goal.id)
        if goal.id:
            needs[goal.id].update(goal.depends_on)
    found: list[tuple[str, ...]] = []
    finished: set[str] = set()
    for start in sorted(needs):
        if start not in finished and len(found) < MOST:
            found += _from(start, needs, finished)
    return found[:MOST]


def _from(start: str, needs: dict[str, set[str]], finished: set[str]) -> list[tuple[str, ...]]:
    """Return the circles that are met on the ways from one goal."""
    found: list[tuple[str, ...]] = []
    way = {start: 0}
    open_ = [iter(sorted(needs.get(start, ())))]
    while open_:
        following = next(open_[-1], None)
        if following is None:
            open_.pop()
            finished.add(way.popitem()[0])
        elif following in way and len(found) < MOST:
            circle = list(way)[way[following] :]
            first = circle.index(min(circle))
            found.append((*circle[first:], *circle[:first], circle[first]))
        elif following not in way and following not in finished:
            way[following] = len(way)
            open_.append(iter(sorted(needs.get(following, ()))))
    return found


def told(circle: tuple[str, ...]) -> str:
    """Return a circle in a sentence."""
    more = len(circle) - MOST
    ids = circle if more <= 0 else (*circle[: MOST - 1], f"{more} more", circle[-1])
    return f"goals need each other in a circle: {' -> '.join(ids)}"


def mistakes(goals: Sequence[Related]) -> tuple[str, ...]:
    """Return what can't be true of goals, a sentence each: circles, and ids that no goal has; not more than `MOST`."""
    known = {goal.id for goal in goals if goal.id}
    unknown = [
        (goal.id, key, name)
        for goal in goals
        for key, names in (("parent", (goal.parent,)), ("depends_on", goal.depends_on))
        for name in names
        if name and name not in known
    ]
    told_of = [
        f"goal {of or 'without an id'}: unknown {key} {name!r}{_near(name, known)}" for of, key, name in unknown[:MOST]
    ]
    return (*map(told, circles(goals)), *told_of)[:MOST]


def _near(name: str, known: set[str]) -> str:
    """Return which id may be meant; of many that are all different none is listed."""
    hint = nearest(name, known)
    return "" if hint.startswith("known:") and len(known) > MOST else f"; {hint}"
