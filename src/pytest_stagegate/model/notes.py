"""Release notes as values: what changed between two points of the history, for whom, and what proves it.

All texts are as their authors wrote them; each document escapes them for itself.
"""

from __future__ import annotations

from typing import Final

import msgspec

SCHEMA: Final = "stagegate/notes/1"

AUDIENCES: Final = ("user", "operator", "developer", "internal")
"""Whom an entry is for."""

FATES: Final = {
    "entry": "It is an entry of its own, or one of several that it holds.",
    "told": "An entry that is not made from the commit tells it: a fragment, a label, a correction.",
    "reverted": "A later commit of the range takes it back.",
    "revert": "It takes back a commit of the range.",
    "merge": "It joins branches and changes nothing of its own.",
    "earlier": "It is part of an earlier release already: the same change was picked from another branch.",
    "elsewhere": "It touches none of the paths that were asked for.",
    "left-out": "A rule of the policy leaves it out.",
}
"""What became of a commit of the range; exactly one of these."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry refers to.

    Attributes:
        kind: ``issue``, ``pull``, ``commit`` or ``requirement``.
        id: As people write it: ``#12``, ``PAY-7``, a commit's full id.
        url: Where it is, http or https; empty when unknown.
    """

    kind: str
    id: str
    url: str = ""


class VerifyingTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that is linked to a requirement, and how it ended."""

    id: str
    outcome: str
    stage: str
    environment: str | None = None


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What the decision's evidence says of one requirement.

    Attributes:
        requirement: Its id.
        outcome: ``passed``, ``failed``, ``partial`` (passed and something else), ``not-run`` or ``untested`` (no
            test is linked to it).
        tests: The tests.
        omitted: How many more there are.
    """

    requirement: str
    outcome: str
    tests: tuple[VerifyingTest, ...] = ()
    omitted: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change.

    Attributes:
        section: Id of its section.
        text: One line.
        body: What else its author says; may be empty.
        breaking: Whether it breaks what worked before.
        breaks: What it breaks, in the author's words; empty where nothing more is said than `text`.
        upgrade: What whoever upgrades has to do; may be empty.
        audiences: Whom it is for, of `AUDIENCES`.
        scope: Part of the software, or empty.
        package: Package of a monorepo, or empty.
        highlight: Whether it belongs to what is told first.
        concealed_by: The flag behind which it is hidden, or empty.
        references: Issues, pull requests, commits and requirements.
        commits: Full ids of the commits that made it; empty where the source names none.
        authors: Names, each once.
        source: ``commit``, ``fragment``, ``changelog``, ``labels``, ``git-cliff`` or ``override``.
        place: Where it is written: a file, or a commit's id.
        corrected: Whether the file of corrections changed it.
        verified: What the evidence says of its requirements.
    """

    section: str
    text: str
    body: str = ""
    breaking: bool = False
    breaks: str = ""
    upgrade: str = ""
    audiences: tuple[str, ...] = ("user",)
    scope: str = ""
    package: str = ""
    highlight: bool = False
    concealed_by: str = ""
    references: tuple[Reference, ...] = ()
    commits: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str
    place: str = ""
    corrected: bool = False
    verified: tuple[Verification, ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and its entries, in order; one without entries is not listed."""

    id: str
    title: str
    entries: tuple[Entry, ...]


class KnownIssue(msgspec.Struct, frozen=True, kw_only=True):
    """What is known not to work, or not to be there yet.

    Attributes:
        kind: ``xfail``, ``waiver``, ``concealed`` or ``stated``.
        text: What, in one line.
        reference: Issue, or None.
        owner: Who answers for it; may be empty.
        until: The last day on which that is accepted, ``YYYY-MM-DD``; empty for none.
        workaround: What helps meanwhile; may be empty.
    """

    kind: str
    text: str
    reference: Reference | None = None
    owner: str = ""
    until: str = ""
    workaround: str = ""


class Contributor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose commits are in the range.

    Attributes:
        name: As git has it, `.mailmap` applied; never an address.
        commits: How many.
        first: Whether there is none of theirs before the range; None where that was not looked up.
    """

    name: str
    commits: int
    first: bool | None = None


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one commit of the range.

    Attributes:
        commit: Full id.
        subject: Its first line.
        fate: Of `FATES`.
        why: A sentence, where the fate alone does not say it.
    """

    commit: str
    subject: str
    fate: str
    why: str = ""


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """The notes of one release.

    Attributes:
        project: Name.
        version: The version that is described, or ``Unreleased``.
        date: Day of the release, ``YYYY-MM-DD``: of ``SOURCE_DATE_EPOCH``, else of the last commit.
        since: The earlier release's tag, or empty for the beginning of the history.
        until: The tag or name of the end of the range.
        first_commit: Commit of `since`, or empty.
        last_commit: Commit of the end of the range.
        prelude: Text that stands before everything; may be empty.
        sections: In the policy's order, the one for everything else last.
        known_issues: What is known not to work.
        contributors: By name.
        fates: What became of each commit of the range, newest first; every one exactly once.
        implied: By how much the version has to grow at least: ``major``, ``minor``, ``patch`` or ``none``.
        folded: Tags of pre-releases whose changes are told here.
        sources: What the entries were read from, for people.
        warnings: What is odd, one sentence each.
        decision_sha256: Digest of the decision whose evidence the entries are linked to, or None.
    """

    project: str
    version: str
    date: str
    since: str
    until: str
    first_commit: str
    last_commit: str
    prelude: str = ""
    sections: tuple[Section, ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    fates: tuple[Fate, ...] = ()
    implied: str = "none"
    folded: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    decision_sha256: str | None = None
    schema: str = SCHEMA

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of their sections."""
        return tuple(entry for section in self.sections for entry in section.entries)
