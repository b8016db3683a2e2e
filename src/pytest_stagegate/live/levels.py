"""From a collected test to the levels its marks stand on, nearest first.

pytest's own ``get_closest_marker`` gives neither parameters before the function nor a subclass before its bases, so
the levels are read here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.tagging import MarkUse, Said, TagLevel, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from pytest_stagegate.model.links import Link
    from pytest_stagegate.model.tags import Tag


class Tagger:
    """Tags the items of one session; what parents say is read once for each of them.

    Args:
        vocabulary: The closed vocabulary and the path rules.
        rootdir: Paths are made relative to it.
    """

    def __init__(self, vocabulary: Vocabulary, rootdir: Path) -> None:
        self._vocabulary = vocabulary
        self._rootdir = rootdir
        self._said: dict[object, tuple[Said, ...]] = {}
        self._read: dict[tuple[Said, ...], tuple[Tag, tuple[Link, ...]]] = {}
        self._unmarked: dict[object, tuple[Tag, tuple[Link, ...]]] = {}
        self._packages: dict[Path, ModuleType] = {}

    def read(self, item: pytest.Item) -> tuple[Tag, tuple[Link, ...]]:
        """Return the tag of an item, and what any of its levels links it to.

        Raises:
            TagMistake: For an unknown name, two stages at one level, or what nothing can be linked to; at the first
                level that is wrong.
        """
        parent = item.parent
        if item.own_markers:
            own = tuple(self._vocabulary.read(level) for level in _item_levels(item, self._vocabulary.marks))
            return self._tagged((*own, *self._inherited(parent)))
        known = self._unmarked.get(parent)
        if known is None:
            known = self._unmarked[parent] = self._tagged(self._inherited(parent))
        return known

    def _tagged(self, said: tuple[Said, ...]) -> tuple[Tag, tuple[Link, ...]]:
        known = self._read.get(said)
        if known is None:
            linked = dict.fromkeys(link for level in said for link in level.links)
            known = self._read[said] = (self._vocabulary.tag(said), tuple(linked))
        return known

    def forget(self) -> None:
        """Let go of what was read; a session keeps none of it while its tests run."""
        self._said, self._read, self._unmarked, self._packages = {}, {}, {}, {}

    def _inherited(self, node: pytest.Collector | Any) -> tuple[Said, ...]:
        if node is None:
            return ()
        known = self._said.get(node)
        if known is None:
            if isinstance(node, pytest.Module):
                self._packages.update(_packages_of(node.obj))
            own = tuple(self._vocabulary.read(level) for level in self._levels(node))
            above = self._inherited(node.parent)
            if isinstance(node, pytest.File):
                above = (*above, *self._from_path(node))
            known = self._said[node] = (*own, *above)
        return known

    def _levels(self, node: pytest.Collector) -> Iterator[TagLevel]:
        if isinstance(node, pytest.Package):
            marks = _uses(_own_marks(self._packages.get(node.path)), self._vocabulary.marks)
            return iter([TagLevel("package", marks)] if marks else [])
        return _node_levels(node, self._vocabulary.marks)

    def _from_path(self, node: pytest.File) -> Iterator[Said]:
        """Yield what the rules say of a file's path, and then of the place that a symbolic link in it leads to."""
        path, real, root = node.path, node.path.resolve(), self._rootdir.resolve()
        below = path.is_relative_to(self._rootdir)
        yield self._vocabulary.from_path((path.relative_to(self._rootdir) if below else path).as_posix())
        if real.is_relative_to(root):
            yield self._vocabulary.from_path(real.relative_to(root).as_posix())


def _uses(marks: Iterable[pytest.Mark], wanted: tuple[str, ...]) -> tuple[MarkUse, ...]:
    return tuple(MarkUse(mark.name, mark.args, dict(mark.kwargs)) for mark in marks if mark.name in wanted)


def _item_levels(item: pytest.Item, wanted: tuple[str, ...]) -> Iterator[TagLevel]:
    if not any(mark.name in wanted for mark in item.own_markers):
        return
    callspec = getattr(item, "callspec", None)
    of_parameter = {id(mark) for mark in callspec.marks} if callspec is not None else set()
    parameter = _uses((mark for mark in item.own_markers if id(mark) in of_parameter), wanted)
    function = _uses((mark for mark in item.own_markers if id(mark) not in of_parameter), wanted)
    if parameter:
        yield TagLevel("parameter", parameter)
    if function:
        yield TagLevel("function", function)


def _node_levels(node: pytest.Collector, wanted: tuple[str, ...]) -> Iterator[TagLevel]:
    if isinstance(node, pytest.Class) and isinstance(node.obj, type):
        for cls in node.obj.__mro__:
            marks = _uses(_own_marks(cls), wanted)
            if marks:
                yield TagLevel(f"class {cls.__name__}", marks)
        return
    marks = _uses(node.own_markers, wanted)
    if marks:
        yield TagLevel("module", marks)


def _packages_of(module: ModuleType | None) -> Iterator[tuple[Path, ModuleType]]:
    """Yield folder and module of each package that a test module is in; pytest itself does not read their marks.

    A text file with doctests is a module of nothing.
    """
    name = module.__name__ if module is not None else ""
    while "." in name:
        name = name.rpartition(".")[0]
        package = sys.modules.get(name)
        file = getattr(package, "__file__", None)
        if package is not None and file is not None:
            yield Path(file).parent, package


def _own_marks(owner: object) -> list[pytest.Mark]:
    """Return the marks that stand on a class or package itself, without those of a class's bases."""
    marks = vars(owner).get("pytestmark", []) if owner is not None else []
    listed: list[Any] = list(marks) if isinstance(marks, (list, tuple)) else [marks]
    return [getattr(mark, "mark", mark) for mark in listed]
