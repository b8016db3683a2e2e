"""Release notes as finished strings, as both templates show them.

Each entry stands in one place: a breaking change first of all, then what is not available yet, then highlights, then
the sections. What a sink has no room for is left out here and said in `NotesView.left_out`; see `Trim`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pytest_stagegate.documents.prose import Block, Run

LONG: Final = 300
"""Characters of a line from which on it is no title any more and may be left out to fit."""


class Trim(msgspec.Struct, frozen=True):
    """What is left out so that notes fit; the default leaves out nothing.

    Attributes:
        internal: 1: entries for nobody but the team have no text beside their title; 2: they are only counted.
        contributors: Contributors are only counted.
        bodies: In that many sections, from the last on, entries have no text beside their title.
        counted: That many sections, from the last on, are only counted.
        together: Sections that are only counted are counted together.
        known_issues: 1: known issues are titles; 2: they are only counted.
        highlights: 1: highlights, and what is not available yet, are titles; 2: they are only counted.
        upgrades: Upgrade notes of changes that break nothing are only counted.
        prelude: The prelude, the warnings and the list of sources are gone.
        breaking: 1: breaking changes have no text beside what they break and what to do; 2: they are titles.
        long: 1: lines of more than `LONG` characters are told by their length, but those of breaking changes and of
            the head; 2: those too.
        most: So many breaking changes are named, the rest is counted; None for all.
    """

    internal: int = 0
    contributors: bool = False
    bodies: int = 0
    counted: int = 0
    together: bool = False
    known_issues: int = 0
    highlights: int = 0
    upgrades: bool = False
    prelude: bool = False
    breaking: int = 0
    long: int = 0
    most: int | None = None


class LinkView(msgspec.Struct, frozen=True):
    """A reference: its text, and where it leads (http or https, safe inside Markdown and HTML) or empty."""

    text: str
    url: str


class EntryView(msgspec.Struct, frozen=True):
    """One change.

    Attributes:
        anchor: Unique id in the page.
        scope: Package and part of the software; may be empty.
        title: The line that says what changed.
        remarks: What somebody has to know of it: the flag that hides it, that its text was corrected.
        links: Issues, pull requests and requirements; where there is none of these, the commits.
        breaks: What it breaks; may be empty.
        upgrade: What whoever upgrades has to do; may be empty.
        body: What else its author says; may be empty.
        verified: What the tests say of its requirements, a line for each.
    """

    anchor: str
    scope: str
    title: tuple[Run, ...]
    remarks: tuple[str, ...] = ()
    links: tuple[LinkView, ...] = ()
    breaks: tuple[Block, ...] = ()
    upgrade: tuple[Block, ...] = ()
    body: tuple[Block, ...] = ()
    verified: tuple[str, ...] = ()


class GroupView(msgspec.Struct, frozen=True):
    """A heading with entries.

    Attributes:
        anchor: Unique id in the page.
        title: The heading.
        entries: The entries.
        more: How many are not shown; empty where all are.
    """

    anchor: str
    title: str
    entries: tuple[EntryView, ...]
    more: str = ""


class IssueView(msgspec.Struct, frozen=True):
    """A known issue: its text, its reference or None, and owner, last day and workaround."""

    text: tuple[Run, ...]
    link: LinkView | None
    remarks: tuple[str, ...]
    workaround: tuple[Block, ...]


class NotesView(msgspec.Struct, frozen=True):
    """Everything that is shown.

    Attributes:
        title: Project and version.
        date: Day of the release.
        audience: Whom the notes are for; empty for everybody.
        prelude: Text before everything; may be empty.
        breaking: Breaking changes.
        highlights: What is told first.
        upgrades: What to do for changes that break nothing.
        sections: The other entries, in the policy's order.
        concealed: What is hidden behind a flag.
        known_issues: What is known not to work.
        known_issues_more: How many are not shown.
        contributors: Names with the number of their commits.
        contributors_more: How many are not shown.
        made_from: Pairs of label and value: what a reader needs to check the notes.
        warnings: What is odd.
        left_out: What was left out to fit, a sentence each; empty where nothing was.
        full: Where the full text is; empty where nothing was left out.
        empty: Whether no change at all is told.
    """

    title: str
    date: str
    audience: str
    prelude: tuple[Block, ...]
    breaking: GroupView
    highlights: GroupView
    upgrades: GroupView
    sections: tuple[GroupView, ...]
    concealed: GroupView
    known_issues: tuple[IssueView, ...]
    known_issues_more: str
    contributors: tuple[str, ...]
    contributors_more: str
    made_from: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    left_out: tuple[str, ...]
    full: str
    empty: bool

    @property
    def groups(self) -> tuple[GroupView, ...]:
        """The groups that have something to say, in the order in which they are told."""
        order = (self.breaking, self.highlights, self.upgrades, *self.sections, self.concealed)
        return tuple(each for each in order if each.entries or each.more)
