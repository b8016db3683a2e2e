"""Accounting: each commit of a range has exactly one fate, and no breaking change gets lost on the way."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from pytest_stagegate.model.changes import Draft
from pytest_stagegate.model.commits import short
from pytest_stagegate.model.note_rules import UNNOTED
from pytest_stagegate.model.notes import Fate
from pytest_stagegate.telling.branches import brought_by
from pytest_stagegate.telling.drafting import audiences_in, authors_of, drafts_of
from pytest_stagegate.telling.fixing_up import fixed_by
from pytest_stagegate.telling.references import Addresses, pull_of, requirements_of, without_pull
from pytest_stagegate.telling.reverting import reverted_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_stagegate.model.changes import Commit, Told
    from pytest_stagegate.model.note_rules import LeaveOut, NotesRules


class Asked(msgspec.Struct, frozen=True):
    """What has to be known of a range beside its commits.

    Attributes:
        last: Its newest commit.
        rules: The policy.
        addresses: Where references lead.
        within: The commits that touch what was asked for; None for all.
        only: For each rule that leaves out paths, by its place, the commits that touch nothing else.
        packages: For each package the commits that touch it.
    """

    last: str
    rules: NotesRules
    addresses: Addresses = msgspec.field(default_factory=Addresses)
    within: frozenset[str] | None = None
    only: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    packages: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)


class Account(NamedTuple):
    """Drafts of entries, and the fate of each commit, newest first."""

    drafts: list[Draft]
    fates: list[Fate]
    warnings: list[str]


def account(commits: Sequence[Commit], sources: Sequence[Told], asked: Asked) -> Account:
    """Return what becomes of the commits of a range.

    Args:
        commits: The range, newest first, each once.
        sources: What other sources tell.
        asked: What else is known.
    """
    return _Accounting(commits, sources, asked).done()


class _Accounting:
    def __init__(self, commits: Sequence[Commit], sources: Sequence[Told], asked: Asked) -> None:
        self._commits = commits
        self._asked = asked
        self._by_id = {commit.id: commit for commit in commits}
        self._owner = brought_by(self._by_id, asked.last)
        self._reverted = reverted_in(commits, self._owner)
        self._brought: dict[str, list[str]] = {}
        for id_, merge in self._owner.items():
            self._brought.setdefault(merge, []).append(id_)
        self._pulls: dict[str, str] = {}
        every = [draft for source in sources for draft in source.drafts]
        # What a fragment of a reverted commit tells is gone with it.
        self._other = [draft for draft in every if not draft.tells or not draft.tells <= self._undone(draft)]
        self._noted = any(source.written and source.drafts for source in sources)
        self._fixes = fixed_by(commits)
        self._fixed_by: dict[str, list[Commit]] = {}
        self._tellers: dict[str, list[int]] = {}
        for number, draft in enumerate(self._other):
            for id_ in draft.tells:
                self._tellers.setdefault(id_, []).append(number)
        self._silent = frozenset(id_ for source in sources for id_ in source.tells)
        self._commits_told: dict[int, list[Commit]] = {}
        self._warnings: list[str] = []

    def done(self) -> Account:
        self._spread()
        drafts: list[Draft] = []
        fates = []
        found = self._fates()
        for commit in self._commits:
            fate, why = found[commit.id]
            fates.append(Fate(commit=commit.id, subject=commit.message.subject, fate=fate, why=why))
            if fate == "entry":
                drafts += (self._with_fixes(commit, draft) for draft in self._drafts(commit))
        gone = {id_ for id_, (fate, _) in found.items() if fate in ("reverted", "earlier", "elsewhere")}
        here: dict[int, set[str]] = {}
        for id_, numbers in self._tellers.items():
            for number in numbers:
                here.setdefault(number, set()).add(id_)
        other = [
            self._credited(number, draft)
            for number, draft in enumerate(self._other)
            if not here.get(number) or not here[number] <= gone
        ]
        return Account([*other, *drafts], fates, self._warnings)

    def _undone(self, draft: Draft) -> set[str]:
        """Return the commits that leave nothing to be told; what somebody writes of a revert is."""
        return {*self._reverted.back, *(self._reverted.reverts if draft.copied else ())}

    def _fates(self) -> dict[str, tuple[str, str]]:
        """Return the fate of each commit; one that is to be squashed goes with the one that it belongs to."""
        found = {commit.id: self._fate(commit) for commit in self._commits}
        for id_, target in self._fixes.items():
            commit, (fate, why) = self._by_id[id_], found[target]
            alike = not commit.message.breaking or self._by_id[target].message.breaking
            if found[id_][0] != "entry" or not alike or fate not in ("entry", "told", "left-out"):
                continue
            if fate == "entry":
                self._fixed_by.setdefault(target, []).append(commit)
            if fate == "told":
                for number in self._tellers.get(target, ()):
                    self._commits_told.setdefault(number, []).append(commit)
            found[id_] = (fate, why) if fate != "entry" else ("told", f"It belongs to {short(target)}.")
        return found

    def _with_fixes(self, commit: Commit, draft: Draft) -> Draft:
        """Return the draft of a commit with the commits that are to be squashed into it, and their authors."""
        fixes = self._fixed_by.get(commit.id)
        if not fixes:
            return draft
        authors = dict.fromkeys((*draft.entry.authors, *(name for each in fixes for name in authors_of(each))))
        ids = (*draft.entry.commits, *(each.id for each in fixes))
        return replace(draft, entry=msgspec.structs.replace(draft.entry, commits=ids, authors=tuple(authors)))

    def _credited(self, number: int, draft: Draft) -> Draft:
        """Return the draft of another source with the commits that it tells, and their authors."""
        commits = self._commits_told.get(number, [])
        authors = dict.fromkeys((*draft.entry.authors, *(name for each in commits for name in authors_of(each))))
        named = {each.id for each in draft.entry.references}
        pulls = dict.fromkeys(pull for each in commits if (pull := self._pulls[each.id]) and pull not in named)
        addresses = self._asked.addresses
        references = (
            *draft.entry.references,
            *(addresses.reference("pull", pull) for pull in pulls),
            *(addresses.reference("requirement", name) for each in commits for name in requirements_of(each.message)),
            *(addresses.reference("commit", each.id) for each in commits),
        )
        entry = msgspec.structs.replace(
            draft.entry,
            commits=tuple(each.id for each in commits),
            authors=tuple(authors),
            references=tuple(dict.fromkeys(references)),
            package=draft.entry.package or next(filter(None, map(self._package, commits)), ""),
            audiences=draft.entry.audiences or next(filter(None, (audiences_in(each.message) for each in commits)), ()),
        )
        return replace(draft, entry=entry)

    def _fate(self, commit: Commit) -> tuple[str, str]:
        """Return what became of a commit, and why."""
        id_ = commit.id
        if commit.earlier:
            return "earlier", ""
        if id_ in self._reverted.back:
            return "reverted", f"Taken back by {short(self._reverted.back[id_])}."
        if id_ in self._reverted.reverts:
            return "revert", f"Takes back {short(self._reverted.reverts[id_])}."
        if commit.joins and not self._says_more(commit):
            return "merge", ""
        if self._asked.within is not None and id_ not in self._asked.within and not commit.joins:
            return "elsewhere", ""
        if told := self._told(commit):
            return "told", told
        if rule := self._leaving_out(commit):
            return "left-out", rule
        return "entry", ""

    def _says_more(self, commit: Commit) -> bool:
        """Return whether a merge says what none of the commits that it brings says."""
        message = commit.message
        brought = [self._by_id[id_].message for id_ in self._brought.get(commit.id, ())]
        if message.breaking:
            blocks = [text for _, _, text, breaking in message.blocks if breaking]
            claims = blocks if message.only_blocks else [message.breaks or message.text]
            said = {text for each in brought if each.breaking for text in (each.text, each.breaks) if text}
            return not {*map(_told_alike, claims)} <= {*map(_told_alike, said)}
        known = message.type and self._asked.rules.section_of(message.type) is not None
        return bool(known) and not any(each.type for each in brought)

    def _told(self, commit: Commit) -> str:
        """Return where another entry tells a commit, as a sentence; empty where none does."""
        tellers = self._tellers.get(commit.id, [])
        if not tellers and commit.id not in self._silent:
            return ""
        if commit.message.breaking and not any(self._other[number].entry.breaking for number in tellers):
            if len(tellers) != 1:
                return ""
            self._break(tellers[0], commit)
        for number in tellers:
            self._commits_told.setdefault(number, []).append(commit)
        where = self._other[tellers[0]].entry if tellers else None
        return f"Told by {where.place or where.source}." if where is not None else "It writes what is told."

    def _break(self, number: int, commit: Commit) -> None:
        """Hand the mark of a breaking change on to the one entry that tells its commit."""
        draft = self._other[number]
        said = commit.message.breaks or commit.message.text
        self._other[number] = replace(draft, entry=msgspec.structs.replace(draft.entry, breaking=True, breaks=said))

    def _leaving_out(self, commit: Commit) -> str:
        """Return the sentence of the rule that leaves a commit out; empty where none may."""
        message = commit.message
        if message.breaking:
            return ""
        if any(value.strip().lower() in ("none", "skip", "n/a") for value in message.values("release-note")):
            return "Its message says that it needs no note."
        for rule in self._asked.rules.leave_out:
            if _leaves(rule, commit, self._asked.only.get(rule.place, frozenset())):
                return rule.reason or f"A rule of the policy leaves it out ({rule.place})."
        sources = self._asked.rules.sources
        if sources is not None and "commits" not in sources:
            return "The policy's sources don't name commits."
        return ""

    def _drafts(self, commit: Commit) -> Iterator[Draft]:
        if commit.message.unusual:
            self._warnings.append(
                f"Commit {short(commit.id)} marks a breaking change in its own way; it is told as one, and a "
                "correction can say otherwise."
            )
        pull = self._pulls.get(commit.id, "")
        for draft in drafts_of(commit, pull, self._package(commit), self._asked.rules, self._asked.addresses):
            # Who wants one told to others says so in its message.
            quiet = self._noted and not commit.message.values("release-note", "changelog", "audience", "audiences")
            section = UNNOTED if quiet else ""
            yield replace(draft, entry=msgspec.structs.replace(draft.entry, section=section))

    def _package(self, commit: Commit) -> str:
        return next((name for name, ids in self._asked.packages.items() if commit.id in ids), "")

    def _spread(self) -> None:
        """Give each commit its pull request, and to a pull request's commits the entries of one of them."""
        # Commits stand newest first, so that a merge comes before what it brings.
        for commit in self._commits:
            merge = self._owner.get(commit.id, "")
            self._pulls[commit.id] = pull_of(commit.message) or self._pulls.get(merge, "")
        told: dict[str, set[int]] = {}
        for id_, numbers in self._tellers.items():
            if merge := self._owner.get(id_, ""):
                told.setdefault(merge, set()).update(numbers)
        for merge, found in told.items():
            for id_ in self._brought[merge]:
                if id_ not in self._tellers and not self._by_id[id_].joins:
                    self._tellers[id_] = sorted(found)


def _told_alike(text: str) -> str:
    """Return a text as it is compared with another one that may tell the same."""
    return " ".join(without_pull(text).split()).casefold()


def _leaves(rule: LeaveOut, commit: Commit, only: frozenset[str]) -> bool:
    message = commit.message
    return (
        (not rule.types or message.type in rule.types)
        and (not rule.scopes or message.scope in rule.scopes)
        and (not rule.authors or any(fnmatchcase(commit.author, glob) for glob in rule.authors))
        and (not rule.paths or commit.id in only)
    )
