"""Laws of the account of commits: each has one fate, and no breaking change gets lost."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.changes import Commit, Draft, Told
from pytest_stagegate.model.note_rules import LeaveOut, NotesRules
from pytest_stagegate.model.notes import FATES, Entry
from pytest_stagegate.telling.accounting import Account, Asked, account
from pytest_stagegate.telling.folding import placed
from pytest_stagegate.telling.messages import parse

QUIET = ("change {}", "feat: add {}", "chore(x): tidy {}", "fix: mend {}\n\nwhy\n\nRefs: #3", "odd(a): {}", ":art: {}")
LOUD = (
    "feat!: drop {}",
    "chore(x)!: drop {}",
    "odd!: drop {}",
    "fix: mend {}\n\nBREAKING CHANGE: lost {}",
    "plain {}\n\nBREAKING-CHANGE: lost {}",
    "docs: say {}\n\nBREAKING CHANGE #12 lost {}\nRelease-note: none",
    "Squashed {} (#7)\n\n* feat!: drop {}\n\n* fix: other",
    "Squashed {} (#8)\n\n* feat: new\n* chore: drop {}\n\nBREAKING CHANGE: lost {}\n\nCo-authored-by: B <b@x>",
    "BREAKING CHANGE: drop {}",
)
MESSAGES = st.sampled_from(QUIET) | st.sampled_from(LOUD)


@dataclass
class History:
    """A made-up history, oldest first, that knows by itself what is in force at its end."""

    commits: list[Commit] = field(default_factory=list)
    on: dict[str, bool] = field(default_factory=dict)
    takes_back: dict[str, str] = field(default_factory=dict)
    merge_of: dict[str, str] = field(default_factory=dict)
    loud: set[str] = field(default_factory=set)
    head: str = ""

    def add(self, message: str, *parents: str, loud: bool = False) -> str:
        text = message.replace("{}", f"thing {len(self.commits)}")
        id_ = hashlib.sha1(str(len(self.commits)).encode()).hexdigest()
        self.commits.append(Commit(id_, parents, len(self.commits), "Ada", parse(text)))
        self.on[id_] = True
        if loud:
            self.loud.add(id_)
        return id_

    def plain(self, message: str) -> None:
        self.head = self.add(message, *([self.head] if self.head else []), loud=message in LOUD)

    def branch(self, messages: list[str], merge: str) -> None:
        at, ids = self.head, []
        for message in messages:
            at = self.add(message, at, loud=message in LOUD)
            ids.append(at)
        said = next((self._subject(id_) for id_ in ids if id_ in self.loud), "")
        text = f"Merge pull request #9 from x\n\n{said}" if merge == "again" else merge
        # A merge that says again what it brings says nothing of its own.
        self.head = self.add(text, self.head, ids[-1], loud=merge in LOUD)
        self.merge_of |= dict.fromkeys(ids, self.head)

    def revert(self, number: int, by_title: bool) -> None:
        fits = [commit for commit in self.commits if self.on[commit.id] and self._in_force(commit.id)]
        if not fits:
            return
        target = fits[number % len(fits)]
        title = f'Revert "{target.message.subject}"'
        body = "" if by_title and not target.joins else f"\n\nThis reverts commit {target.id}."
        self.head = self.add(title + body, self.head)
        self.takes_back[self.head] = target.id
        self._switch(target.id, to=False)

    def fix_up(self, number: int) -> None:
        subject = self.commits[number % len(self.commits)].message.subject
        self.head = self.add(f"fixup! {subject}", self.head)

    def _subject(self, id_: str) -> str:
        return next(commit.message.subject for commit in self.commits if commit.id == id_)

    def _switch(self, id_: str, *, to: bool) -> None:
        self.on[id_] = to
        if id_ in self.takes_back:
            self._switch(self.takes_back[id_], to=not to)

    def _in_force(self, id_: str) -> bool:
        return self.on[id_] and self.on.get(self.merge_of.get(id_, ""), True)

    @property
    def breaking(self) -> set[str]:
        """The commits that break something at the end."""
        return {id_ for id_ in self.loud if self._in_force(id_)}


STEPS = st.one_of(
    st.tuples(st.just("plain"), MESSAGES),
    st.tuples(
        st.just("branch"),
        st.lists(MESSAGES, min_size=1, max_size=3),
        st.sampled_from(("Merge branch 'x'", "again", LOUD[3], LOUD[4])),
    ),
    st.tuples(st.just("revert"), st.integers(0, 20), st.booleans()),
    st.tuples(st.just("fix_up"), st.integers(0, 20)),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    history = History()
    history.plain(draw(MESSAGES))
    for name, *words in draw(st.lists(STEPS, min_size=1, max_size=10)):
        getattr(history, name)(*words)
    return history


RULES = st.builds(
    NotesRules,
    leave_out=st.sampled_from(((), (LeaveOut(types=("chore", "feat", "odd")),), (LeaveOut(authors=("*",)),))),
    squash=st.sampled_from(("title", "split")),
    sources=st.sampled_from((None, ("towncrier",))),
)


def told_by(history: History, groups: list[list[int]], *, copied: bool = False) -> list[Told]:
    ids = [commit.id for commit in history.commits]
    drafts = [
        Draft(
            Entry(section="", text=f"note {number}", breaking=False, audiences=(), source="fragment"),
            "feature",
            tells=frozenset(ids[each % len(ids)] for each in group),
            copied=copied,
        )
        for number, group in enumerate(groups)
        if ids
    ]
    return [Told("fragments", tuple(drafts), written=True)]


def accounted(history: History, rules: NotesRules, sources: list[Told]) -> tuple[Account, list[Entry]]:
    found = account(history.commits[::-1], sources, Asked(history.head, rules))
    return found, [placed(draft, rules) for draft in found.drafts]


GROUPS = st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=3), max_size=3)


@given(histories(), RULES, GROUPS, st.booleans())
def test_every_commit_has_exactly_one_fate_and_an_entry_never_names_one_twice(
    history: History, rules: NotesRules, groups: list[list[int]], copied: bool
) -> None:
    found, entries = accounted(history, rules, told_by(history, groups, copied=copied))
    assert [fate.commit for fate in found.fates] == [commit.id for commit in reversed(history.commits)]
    assert {fate.fate for fate in found.fates} <= set(FATES)
    assert all(max(Counter(entry.commits).values(), default=1) == 1 for entry in entries)
    named = {id_ for entry in entries for id_ in entry.commits}
    assert named == {fate.commit for fate in found.fates if fate.fate in ("entry", "told")}


@given(histories(), RULES, GROUPS)
def test_every_breaking_change_that_is_in_force_is_one_breaking_entry(
    history: History, rules: NotesRules, groups: list[list[int]]
) -> None:
    rules = replace(rules, squash="title")
    _, entries = accounted(history, rules, told_by(history, groups))
    told = Counter(id_ for entry in entries if entry.breaking for id_ in entry.commits)
    for id_, count in Counter(id_ for entry in entries for id_ in entry.commits).items():
        if count > 1:
            # Of several notes that tell it each may have its mark from another commit.
            told[id_] = min(told[id_], 1)
    assert {id_: told[id_] for id_ in history.loud} == {id_: int(id_ in history.breaking) for id_ in history.loud}


@given(histories(), RULES)
def test_what_is_taken_back_is_in_no_entry(history: History, rules: NotesRules) -> None:
    found, entries = accounted(history, rules, [])
    named = {id_ for entry in entries for id_ in entry.commits}
    assert not named & {fate.commit for fate in found.fates if fate.fate in ("reverted", "revert", "merge", "left-out")}
    breaking = {id_ for entry in entries if entry.breaking for id_ in entry.commits}
    fixes = {commit.id for commit in history.commits if commit.message.subject.startswith("fixup! ")}
    assert breaking - fixes == history.breaking
