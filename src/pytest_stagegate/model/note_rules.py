"""The policy's word on release notes, and what holds where it says nothing."""

from __future__ import annotations

from typing import Final

import msgspec

from pytest_stagegate.model.notes import KnownIssue

BREAKING: Final = "breaking"
OTHER: Final = "other"
UNNOTED: Final = "unnoted"
SOURCES: Final = ("commits", "towncrier", "scriv", "reno", "changelog", "labels", "git-cliff")
"""What entries can be read from."""


class SectionRule(msgspec.Struct, frozen=True):
    """A section.

    Attributes:
        id: Short name.
        title: Heading.
        types: Types of commits and categories of fragments that belong to it, in lower case.
        labels: Labels of pull requests likewise.
        audiences: Whom its entries are for where they don't say.
    """

    id: str
    title: str
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ("user",)


class LeaveOut(msgspec.Struct, frozen=True):
    """A rule that leaves commits out; all that it names has to match.

    Attributes:
        types: Types of commits, in lower case.
        scopes: Their scopes.
        paths: Globs: the commit touches nothing else.
        authors: Globs of names.
        reason: Why; may be empty.
        place: Where it stands.
    """

    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    reason: str = ""
    place: str = ""


class Concealed(msgspec.Struct, frozen=True):
    """A flag that hides changes.

    Attributes:
        flag: Its name.
        match: Globs of scopes, of commits' ids and of pull requests (``#12``).
    """

    flag: str
    match: tuple[str, ...]


DEFAULT_SECTIONS: Final = (
    SectionRule(
        BREAKING,
        "Breaking changes",
        ("breaking", "breaking-change", "break"),
        ("breaking", "breaking-change", "breaking change"),
    ),
    SectionRule("security", "Security", ("security", "sec", "vuln"), ("security",)),
    SectionRule(
        "features", "Features", ("feat", "feature", "features", "added", "add", "new"), ("feature", "enhancement")
    ),
    SectionRule("changes", "Changes", ("change", "changed", "changes", "improvement"), ("change",)),
    SectionRule(
        "fixes", "Fixes", ("fix", "fixes", "fixed", "bugfix", "bug", "hotfix", "critical"), ("bug", "fix", "bugfix")
    ),
    SectionRule("performance", "Performance", ("perf", "performance"), ("performance",)),
    SectionRule(
        "deprecations",
        "Deprecations and removals",
        ("deprecate", "deprecated", "deprecation", "deprecations", "removal", "removed", "remove"),
        ("deprecation", "removal"),
    ),
    SectionRule("upgrade", "Upgrade notes", ("upgrade", "migration"), ("upgrade", "migration"), ("user", "operator")),
    SectionRule("docs", "Documentation", ("docs", "doc", "documentation"), ("documentation", "docs")),
    SectionRule(
        "internal",
        "Internal changes",
        ("chore", "ci", "build", "test", "tests", "style", "refactor", "misc", "internal", "deps"),
        ("internal", "dependencies", "ci", "chore"),
        ("internal",),
    ),
)
"""In the order in which they are told; the one for everything else is always last."""

CATCH_ALL: Final = SectionRule(OTHER, "Other changes")
WITHOUT_NOTE: Final = SectionRule(UNNOTED, "Changes without a note", audiences=("internal",))
"""For commits that no fragment tells, in a release that has fragments."""

LAST_SECTIONS: Final = (CATCH_ALL, WITHOUT_NOTE)


class NotesRules(msgspec.Struct, frozen=True):
    """``[tool.stagegate.notes]``.

    Attributes:
        sources: What is read, of `SOURCES`; None for whatever is found, and the commits.
        sections: In order; those for breaking changes, for everything else and for commits without a note are
            always among them.
        leave_out: Rules that leave commits out.
        concealed: Flags and what they hide.
        known_issues: What is stated not to work.
        packages: For each package of a monorepo the globs of its files.
        corrections: The file of corrections, relative to the root.
        changelog: The changelog, relative to the root; empty to look for it.
        labels: A list of pull requests as ``gh pr list --json`` writes it, relative to the root; may be empty.
        git_cliff: A file of ``git-cliff --context``, relative to the root; may be empty.
        squash: ``title`` or ``split``.
        issue_url: Template of an issue's address with ``{id}``; empty to take the remote's.
        pull_url: That of a pull request.
        commit_url: That of a commit.
    """

    sources: tuple[str, ...] | None = None
    sections: tuple[SectionRule, ...] = (*DEFAULT_SECTIONS, *LAST_SECTIONS)
    leave_out: tuple[LeaveOut, ...] = ()
    concealed: tuple[Concealed, ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()
    packages: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    corrections: str = "gates/notes-corrections.toml"
    changelog: str = ""
    labels: str = ""
    git_cliff: str = ""
    squash: str = "title"
    issue_url: str = ""
    pull_url: str = ""
    commit_url: str = ""

    def section(self, name: str) -> SectionRule:
        """Return the section of an id; the one for everything else where there is none."""
        return next((section for section in self.sections if section.id == name), CATCH_ALL)

    def section_of(self, category: str) -> SectionRule | None:
        """Return the section of a type, or None."""
        return next((section for section in self.sections if category in section.types), None)

    def section_of_labels(self, labels: tuple[str, ...]) -> SectionRule | None:
        """Return the first section that one of these labels belongs to, or None."""
        return next(
            (each for each in self.sections if set(labels) & {*each.labels, each.title.lower()}),
            None,
        )


class Correction(msgspec.Struct, frozen=True):
    """What is to be said instead of what a source says; None where that stays.

    Attributes:
        commit: Id of a commit, or its beginning; empty where something else is named.
        pull: A pull request, ``#12``.
        fragment: File name of a fragment.
        text: The text.
        section: Id of the section.
        audiences: Whom it is for.
        breaking: Whether it breaks what worked.
        upgrade: What whoever upgrades has to do.
        drop: Why it is not told.
        highlight: Whether it is told first.
        place: Where the correction stands.
    """

    commit: str = ""
    pull: str = ""
    fragment: str = ""
    text: str | None = None
    section: str | None = None
    audiences: tuple[str, ...] | None = None
    breaking: bool | None = None
    upgrade: str | None = None
    drop: str = ""
    highlight: bool | None = None
    place: str = ""
