"""The reviews of the change that is decided, as a gate reads them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.reviewed import distinct, exported_rows, reviewed_by, trailer_rows, united_requests
from pytest_stagegate.model.reviews import APPROVED, CHANGES, TRAILER, TrailersData, alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.reviews import ReviewExport, ReviewRow
    from pytest_stagegate.model.tally import Tally

NOT_READ: Final = Absent("no-repository", "nobody has asked git who reviewed the commit")
"""What is known of trailers where nothing was recorded."""

_WHY: Final = {
    "author": "made a part of it",
    "author-unknown": "nobody knows whether it is the author",
    "bot": "is no person",
    "commit-unknown": "nobody knows of which commit",
    "nobody": "can't be told from others",
    "replaced": "has said something else since",
}
_UNSURE: Final = frozenset({"author-unknown", "commit-unknown", "other-commit"})
"""What speaks against an approval that may be a good one all the same."""


class Reviews:
    """The reviews of the change that is decided.

    Attributes:
        rows: Every review that an export or a trailer states, those too that don't count, which say why.
        exports: How many lists of reviews there are.
        cut: Why lists may not be whole; sentences.
        trailers: What git says of the people behind the commit that is decided, or why nobody knows.
    """

    def __init__(
        self,
        exports: Iterable[ReviewExport],
        trailers: TrailersData | Absent | None,
        commit: str | None,
        tally: Tally,
    ) -> None:
        self.trailers = _of_commit(trailers, commit)
        known = self.trailers if isinstance(self.trailers, TrailersData) else None
        lists = united_requests(exports)
        self.exports = len(lists)
        self.cut = tuple(f"{each.file}: {each.cut}" for each in lists if each.cut)
        self.rows: tuple[ReviewRow, ...] = (*exported_rows(lists, commit, known), *trailer_rows(known))
        self._known = known
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self.rows)} reviews>"

    def approvals(
        self, *, any_commit: bool = False, count_bots: bool = False, bots: Iterable[str] = (), trailers: bool = True
    ) -> Measure:
        """Return how many people approve; `where` has the approvals that don't count, and why.

        People are counted in each place by itself, and the place with most of them counts: whether an account is the
        same person as an address nobody can tell. By trailers as many approve as have reviewed every single commit's
        worth: the commit with fewest of them counts.

        Args:
            any_commit: Whether approvals of other commits count.
            count_bots: Whether approvals of programs count.
            bots: Further accounts of programs.
            trailers: Whether ``Reviewed-by:`` trailers count.
        """
        allowed = _allowed(any_commit=any_commit, count_bots=count_bots)
        programs = frozenset() if count_bots else frozenset(map(alike, bots))
        rows = [row for row in self.rows if row.answer == APPROVED and (trailers or row.via != TRAILER)]
        short_ = {row: why for row in rows if (why := _against(row, allowed, programs))}
        accounts: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row.via != TRAILER and row not in short_:
                accounts[row.via].add(alike(row.person))
        by_commit = self._by_commit(allowed) if trailers else {}
        counts = [*map(len, accounts.values()), min(by_commit.values(), default=0)]
        where = [f"{row.person}: {why}" for row, why in short_.items()]
        where += self._less_reviewed(by_commit) if any(by_commit.values()) else []
        inspected = self.exports + len(self.rows)
        self._tally.note(inspected)
        return Measure(max(counts), unit="approvals", inspected=inspected, where=tuple(dict.fromkeys(where)))

    def unsure(self, *, any_commit: bool = False, count_bots: bool = False, bots: Iterable[str] = ()) -> frozenset[str]:
        """Return what alone keeps approvals from counting: ``author-unknown``, ``commit-unknown``, ``other-commit``."""
        allowed = _allowed(any_commit=any_commit, count_bots=count_bots)
        programs = frozenset() if count_bots else frozenset(map(alike, bots))
        left = [
            frozenset(row.against) - allowed
            for row in self.rows
            if row.answer == APPROVED and alike(row.person) not in programs
        ]
        return frozenset().union(*(each for each in left if each <= _UNSURE))

    @property
    def changes_requested(self) -> Measure:
        """How many words ask for changes and were not taken back; unit: requests; `inspected` counts reviews."""
        found = [row for row in self.rows if row.answer == CHANGES and "replaced" not in row.against]
        inspected = self.exports + len(self.rows)
        self._tally.note(inspected)
        where = tuple(f"{row.person} in {row.source}" for row in found)
        return Measure(len(found), unit="requests", inspected=inspected, where=where)

    def _by_commit(self, allowed: frozenset[str]) -> dict[str, int]:
        """Return how many people have reviewed each commit."""
        if self._known is None:
            return {}
        merge, authors = self._known.merge, self._known.authors
        of_all = reviewed_by(merge, authors, allowed) if merge is not None else []
        commits = self._known.commits or ((merge,) if merge is not None else ())
        return {each.commit: distinct([*of_all, *reviewed_by(each, each.authors, allowed)]) for each in commits}

    def _less_reviewed(self, by_commit: dict[str, int]) -> Sequence[str]:
        return [f"commit {short(commit)}: reviewed by nobody else" for commit, count in by_commit.items() if not count]


def _of_commit(trailers: TrailersData | Absent | None, commit: str | None) -> TrailersData | Absent:
    if trailers is None:
        return NOT_READ
    if isinstance(trailers, Absent):
        return trailers
    if commit is None:
        return Absent("commit-unknown", "the commit that is decided is not known, so no trailer can be held against it")
    if differ(trailers.tip, commit):
        text = f"git was asked about commit {short(trailers.tip)}, and {short(commit)} is decided"
        return Absent("other-commit", text)
    return trailers


def _allowed(*, any_commit: bool, count_bots: bool) -> frozenset[str]:
    commits = {"other-commit", "commit-unknown"} if any_commit else set()
    return frozenset(commits | ({"bot"} if count_bots else set()))


def _against(row: ReviewRow, allowed: frozenset[str], programs: frozenset[str]) -> str:
    """Return why an approval does not count, in words; empty when it does."""
    told = [_in_words(each, row) for each in row.against if each not in allowed]
    if alike(row.person) in programs:
        told.append(_WHY["bot"])
    return ", ".join(dict.fromkeys(told))


def _in_words(against: str, row: ReviewRow) -> str:
    return f"approved commit {short(row.commit)}" if against == "other-commit" else _WHY[against]
