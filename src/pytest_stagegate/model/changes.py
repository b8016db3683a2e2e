"""Commits and what stands in their messages, before they are told in release notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from pytest_stagegate.model.notes import Entry


class Footer(NamedTuple):
    """A line such as ``Refs: #12`` at the end of a message; the token in lower case with hyphens."""

    token: str
    value: str


class Message(msgspec.Struct, frozen=True):
    """What a commit's message says.

    Attributes:
        subject: Its first line.
        type: Type of a Conventional Commit in lower case; empty where the subject is none.
        scope: Its scope, or empty.
        text: The description; the subject where that is no Conventional Commit.
        body: What stands between subject and footers.
        footers: In order.
        breaking: Whether it marks a breaking change in any way.
        breaks: What it says of that, or empty.
        only_blocks: Whether nothing but its blocks marks it as breaking.
        unusual: Whether that mark is none of those that Conventional Commits has.
        blocks: Further Conventional Commits in the body, as squashing leaves them there: type, scope, text, breaking.
        reverts: Ids, or beginnings of ids, of the commits that it says it reverts.
        picked_from: Ids of the commits that it says it was picked from.
    """

    subject: str
    type: str = ""
    scope: str = ""
    text: str = ""
    body: str = ""
    footers: tuple[Footer, ...] = ()
    breaking: bool = False
    breaks: str = ""
    only_blocks: bool = False
    unusual: bool = False
    blocks: tuple[tuple[str, str, str, bool], ...] = ()
    reverts: tuple[str, ...] = ()
    picked_from: tuple[str, ...] = ()

    def values(self, *tokens: str) -> tuple[str, ...]:
        """Return what the footers of these tokens say, in order."""
        return tuple(footer.value for footer in self.footers if footer.token in tokens)


class Commit(msgspec.Struct, frozen=True):
    """A commit of the range.

    Attributes:
        id: Full id.
        parents: Full ids.
        time: When it was committed, in seconds since 1970.
        author: Name, `.mailmap` applied.
        message: What its message says.
        earlier: Whether the same change is in the earlier release, on another branch.
    """

    id: str
    parents: tuple[str, ...]
    time: int
    author: str
    message: Message
    earlier: bool = False

    @property
    def joins(self) -> bool:
        """Whether it is a merge."""
        return len(self.parents) > 1


class Span(msgspec.Struct, frozen=True):
    """The range of a release.

    Attributes:
        since: Name of its beginning as people know it; empty for the beginning of the history.
        until: Name of its end.
        first: Commit of `since`, or empty.
        last: Commit of `until`.
        version: What the end's tag says; empty where it has none.
        linear: Whether `first` is an ancestor of `last`.
        shallow: Whether the clone has only a part of the history.
        folded: Tags of pre-releases inside.
        warnings: What is odd.
    """

    since: str
    until: str
    first: str
    last: str
    version: str = ""
    linear: bool = True
    shallow: bool = False
    folded: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Arguments that mean it to git."""
        return (self.last, f"^{self.first}") if self.first else (self.last,)


class Draft(msgspec.Struct, frozen=True):
    """An entry before it has its section.

    Attributes:
        entry: The entry, without a section.
        category: Type, category or label by which the section is found, in lower case.
        key: Name of its fragment, by which a correction finds it; empty for others.
        tells: Full ids of the commits whose change it tells in their place.
        copied: Whether it is made from those commits, and is nothing where they come to nothing.
        labels: Labels of its pull request, in lower case.
    """

    entry: Entry
    category: str
    key: str = ""
    tells: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    copied: bool = False


class Told(NamedTuple):
    """What one source beside the commits has to say.

    Attributes:
        source: What was read, for people.
        drafts: Its entries.
        prelude: Text that stands before everything.
        issues: What is known not to work, one line each.
        written: Whether people write its entries for those who read them, as fragments are written: what they leave
            unsaid is not meant for everybody.
        tells: Commits that belong to the source and have no entry of their own there: those that write it.
    """

    source: str
    drafts: tuple[Draft, ...]
    prelude: str = ""
    issues: tuple[str, ...] = ()
    written: bool = False
    tells: frozenset[str] = frozenset()
