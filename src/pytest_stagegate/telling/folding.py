"""From drafts of entries to the sections of the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.note_rules import BREAKING, OTHER
from pytest_stagegate.model.notes import Contributor, Section
from pytest_stagegate.telling.drafting import authors_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.changes import Commit, Draft
    from pytest_stagegate.model.note_rules import NotesRules, SectionRule
    from pytest_stagegate.model.notes import Entry, Fate

_FEATURES: Final = ("feat", "feature", "features", "added", "add", "new")


def placed(draft: Draft, rules: NotesRules) -> Entry:
    """Return the entry of a draft in its section, for its audiences."""
    rule = _section(draft, rules)
    return msgspec.structs.replace(
        draft.entry,
        section=rule.id,
        breaking=draft.entry.breaking or rule.id == BREAKING,
        audiences=draft.entry.audiences or rule.audiences,
    )


def _section(draft: Draft, rules: NotesRules) -> SectionRule:
    if draft.entry.breaking:
        return rules.section(BREAKING)
    if draft.entry.section:
        return rules.section(draft.entry.section)
    return _of_kind(draft, rules)


def unbroken(draft: Draft, rules: NotesRules) -> SectionRule:
    """Return the section of a draft that is told to break nothing."""
    found = _of_kind(draft, rules)
    return found if found.id != BREAKING else rules.section(OTHER)


def _of_kind(draft: Draft, rules: NotesRules) -> SectionRule:
    found = rules.section_of_labels(draft.labels) if draft.labels else None
    return found or rules.section_of(draft.category) or rules.section(OTHER)


def sections_of(entries: Sequence[Entry], rules: NotesRules) -> tuple[Section, ...]:
    """Return the sections that have entries, in the policy's order; within one what is to be told first comes first."""
    held: dict[str, list[Entry]] = {}
    for entry in entries:
        held.setdefault(entry.section, []).append(entry)
    return tuple(
        Section(id=rule.id, title=rule.title, entries=tuple(sorted(held[rule.id], key=lambda each: not each.highlight)))
        for rule in rules.sections
        if rule.id in held
    )


def implied_by(drafts: Sequence[tuple[Draft, Entry]], version: str) -> str:
    """Return by how much a version has to grow at least.

    Args:
        drafts: Each draft and the entry that it has become.
        version: The version before; while it begins with 0 a breaking change asks for no more than a minor step.
    """
    if not drafts:
        return "none"
    if any(entry.breaking for _, entry in drafts):
        return "minor" if version.split(".")[0] == "0" else "major"
    grows = any(draft.category in _FEATURES or entry.section == "features" for draft, entry in drafts)
    return "minor" if grows else "patch"


def contributors_of(
    commits: Sequence[Commit], fates: Sequence[Fate], known: frozenset[str] | None
) -> tuple[Contributor, ...]:
    """Return who has commits in a range, by name; merges and what was released earlier don't count.

    Args:
        commits: The range.
        fates: The fates of its commits, in the same order.
        known: Names of all who had commits before; None where that was not looked up.
    """
    counts: dict[str, int] = {}
    for commit, fate in zip(commits, fates, strict=True):
        if fate.fate not in ("merge", "earlier", "elsewhere"):
            for name in authors_of(commit):
                counts[name] = counts.get(name, 0) + 1
    return tuple(
        Contributor(name=name, commits=count, first=None if known is None else name not in known)
        for name, count in sorted(counts.items(), key=lambda each: (each[0].casefold(), each[0]))
    )
