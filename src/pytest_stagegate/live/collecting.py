"""What was collected: every test with its tag, and who took out which; the same in a single process and a worker."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from pytest_stagegate.errors import Mistake, MistakesError
from pytest_stagegate.live.left_to_people import LeftToPeople, manual_test
from pytest_stagegate.live.levels import Tagger
from pytest_stagegate.model.manual import ManualTest
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.tagging import TagMistake

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from pytest_stagegate.tagging import Selection, Vocabulary

stage_key: Final = pytest.StashKey[str]()
"""Stage of an item, for whoever labels coverage."""


class Collected(msgspec.Struct, frozen=True, array_like=True):
    """One process's collection.

    Attributes:
        ids: Node ids of everything collected; repeated ones are numbered.
        tag_of: Index into `tags` for each.
        tags: The distinct tags.
        order: Index of each item of the session, in the session's order.
        links: For each kind of link, and each name, the indexes of the tests that are linked to it.
        manual: Those tests that are left to people.
        by_hand: Indexes that others reported as deselected.
        by_selection: Indexes that the choice of stage or environment left out.
        by_nobody: Indexes that left the session unreported.
        by_manual: Indexes that are left out because of that.
    """

    ids: list[str]
    tag_of: list[int]
    tags: list[Tag]
    order: list[int]
    links: dict[str, dict[str, list[int]]]
    manual: list[ManualTest]
    by_hand: list[int] = []
    by_selection: list[int] = []
    by_nobody: list[int] = []
    by_manual: list[int] = []


class Collecting:
    """Tags and selects while pytest collects.

    Args:
        vocabulary: The closed vocabulary.
        selection: Which tests run.
        rootdir: The project's root.
        untagged: ``default`` or ``error``.
        done: Called once with what was collected.
        failed: Called instead when tags are wrong; nothing runs then.
        labelled: Whether items need their stage for labelling coverage.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        selection: Selection,
        rootdir: Path,
        *,
        untagged: str,
        done: Callable[[Collected], None],
        failed: Callable[[MistakesError], None],
        labelled: bool,
    ) -> None:
        self._tagger = Tagger(vocabulary, rootdir)
        self._people = LeftToPeople()
        self._selection = selection
        self._untagged = untagged
        self._done = done
        self._failed = failed
        self._labelled = labelled
        self._all: list[pytest.Item] = []
        self._tags: list[Tag] = []
        self._links: dict[str, dict[str, list[int]]] = {}
        self._manual: dict[int, ManualTest] = {}
        self._by_hand: set[int] = set()
        self._by_selection: set[int] = set()
        self._selecting = False
        self._broken = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Note everything that was collected, let all others choose, then tag and choose by stage."""
        before = list(items)
        yield
        self._all = before
        if not _same(before, items):
            known = {id(item) for item in before}
            self._all = before + [item for item in items if id(item) not in known]
        self._tag()
        self._select(config, items)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Note who was deselected, and whether it was our choice."""
        chosen = self._by_selection if self._selecting else self._by_hand
        chosen.update(id(item) for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Reconcile what was collected with what is going to run."""
        if self._broken:
            return
        if _same(self._all, session.items) and not self._by_hand and not self._by_selection:
            self._tell(list(range(len(self._all))))
            return
        index_of = {id(item): index for index, item in enumerate(self._all)}
        for item in session.items:
            if id(item) not in index_of:
                index_of[id(item)] = len(self._all)
                self._all.append(item)
                self._read(item)
        staying = {id(item) for item in session.items}
        by_selection = self._by_selection - staying
        by_hand = self._by_hand - staying - by_selection
        gone = {id(item) for item in self._all} - staying - by_hand - by_selection
        self._tell(
            [index_of[id(item)] for item in session.items],
            by_hand=sorted(index_of[each] for each in by_hand if each in index_of),
            by_selection=sorted(index_of[i] for i in by_selection if i in index_of and i not in self._manual),
            by_nobody=sorted(index_of[each] for each in gone),
            by_manual=sorted(index_of[i] for i in by_selection if i in index_of and i in self._manual),
        )

    def _tell(self, order: list[int], **left_out: list[int]) -> None:
        tags = list(dict.fromkeys(self._tags))
        position = {tag: index for index, tag in enumerate(tags)}
        collected = Collected(
            ids=numbered([item.nodeid for item in self._all]),
            tag_of=[position[tag] for tag in self._tags],
            tags=tags,
            order=order,
            links=self._links,
            manual=list(self._manual.values()),
            **left_out,
        )
        self._forget()
        self._done(collected)

    def _tag(self) -> None:
        mistakes = []
        for item in self._all:
            try:
                tag = self._read(item)
            except TagMistake as mistake:
                mistakes.append(Mistake(item.nodeid, str(mistake)))
                continue
            if not tag.tagged and self._untagged == "error":
                mistakes.append(Mistake(item.nodeid, 'has no stage, and the policy says untagged = "error"'))
            elif self._labelled:
                item.stash[stage_key] = tag.stage
        if mistakes:
            self._broken = True
            self._forget()
            self._failed(MistakesError("the tags of the tests", mistakes, code="tags"))

    def _read(self, item: pytest.Item) -> Tag:
        tag, links = self._tagger.read(item)
        if self._people.is_manual(item):
            self._manual[id(item)] = manual_test(item, tag, links)
            links = ()
        for kind, name in links:
            self._links.setdefault(kind, {}).setdefault(name, []).append(len(self._tags))
        self._tags.append(tag)
        return tag

    def _forget(self) -> None:
        self._all, self._tags, self._links, self._manual = [], [], {}, {}
        self._tagger.forget()
        self._people = LeftToPeople()

    def _select(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        keeps = {tag: self._selection.keeps(tag) for tag in set(self._tags)}
        if all(keeps.values()) and not self._manual:
            return
        tag_of = {id(item): tag for item, tag in zip(self._all, self._tags, strict=True)}
        chosen = {each for each, tag in tag_of.items() if keeps[tag] and each not in self._manual}
        left_out = [item for item in items if id(item) in tag_of and id(item) not in chosen]
        if not left_out:
            return
        away = {id(item) for item in left_out}
        items[:] = [item for item in items if id(item) not in away]
        self._selecting = True
        try:
            config.hook.pytest_deselected(items=left_out)
        finally:
            self._selecting = False


def _same(some: Sequence[object], others: Sequence[object]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


def numbered(ids: list[str]) -> list[str]:
    """Return node ids with repeated ones numbered: ``id``, ``id (2)``, ``id (3)``."""
    if len(set(ids)) == len(ids):
        return ids
    seen: dict[str, int] = {}
    names = []
    for each in ids:
        seen[each] = seen.get(each, 0) + 1
        names.append(each if seen[each] == 1 else f"{each} ({seen[each]})")
    return names
