"""Manual tests among what pytest collected: they are never run, and what is to be done is taken from the docstring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.evidence.manual.steps import of_docstring
from pytest_stagegate.model.links import REQUIREMENT
from pytest_stagegate.model.manual import ManualTest, digest_of
from pytest_stagegate.tagging import TagMistake

if TYPE_CHECKING:
    import pytest

    from pytest_stagegate.model.links import Link
    from pytest_stagegate.model.tags import Tag

MARK: Final = "manual"


class LeftToPeople:
    """Knows which tests are left to people; the marks of what stands above several tests are read once."""

    def __init__(self) -> None:
        self._known: dict[object, bool] = {}

    def is_manual(self, item: pytest.Item) -> bool:
        """Return whether a test is left to people."""
        return _is_marked(item) or self._below_mark(item.parent)

    def _below_mark(self, node: Any) -> bool:
        if node is None:
            return False
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = _is_marked(node) or self._below_mark(node.parent)
        return known


def _is_marked(node: Any) -> bool:
    return any(mark.name == MARK for mark in node.own_markers)


def manual_test(item: pytest.Item, tag: Tag, links: tuple[Link, ...]) -> ManualTest:
    """Return what people have to do for a collected test.

    Raises:
        TagMistake: When it doesn't say.
    """
    mark = item.get_closest_marker(MARK)
    if mark is not None and (mark.args or mark.kwargs):
        raise TagMistake("the mark 'manual' takes nothing; the steps stand in the docstring")
    title, steps = of_docstring(getattr(getattr(item, "obj", None), "__doc__", None))
    if not steps:
        raise TagMistake("a manual test says in its docstring what to do: a title, and below it the steps")
    return ManualTest(
        id=item.nodeid,
        title=title,
        steps=steps,
        digest=digest_of(steps),
        stage=tag.stage,
        environments=tag.environments,
        requirements=tuple(link.name for link in links if link.kind == REQUIREMENT),
    )
