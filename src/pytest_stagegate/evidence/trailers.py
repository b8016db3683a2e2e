"""What git says of the people behind a piece of work: who made each commit, and who says in it to have reviewed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.evidence.git import TRAILERS_AS_WRITTEN, GitError, git, git_records
from pytest_stagegate.evidence.repository import Parting, parting_of
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.reviews import CommitPeople, Person, TrailersData
from pytest_stagegate.model.texts import shortened, without_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_OTHERS: Final = "%(trailers:key=Co-authored-by,valueonly,unfold)"
_REVIEWERS: Final = "%(trailers:key=Reviewed-by,valueonly,unfold)"
_FIELDS: Final = ("%H", "%P", "%an", "%ae", "%aN", "%aE", "%cn", "%ce", "%cN", "%cE", _OTHERS, _REVIEWERS)
_PERSON: Final = re.compile(r"(.*?)<([^<>]*)>[^<>]*")
_SERVICE: Final = "noreply@github.com"
"""The committer of what is merged on GitHub's site: no person."""

_LONGEST: Final = 200
_MOST: Final = 100


class _Commit(NamedTuple):
    """One commit as git lists it."""

    people: CommitPeople
    parents: tuple[str, ...]


def trailers_of(rootdir: Path, base: str | None, environ: Mapping[str, str]) -> TrailersData | Absent:
    """Return who made and who reviewed what is checked out, since it left the branch that it goes into.

    What is on that branch itself is one commit: the one that is checked out, with what it merges.

    Args:
        rootdir: The project's root.
        base: The branch that the work goes into, as for `repository_of`.
        environ: Environment variables.
    """
    try:
        parting = parting_of(rootdir, base, environ)
        return parting if isinstance(parting, Absent) else _since(rootdir, parting)
    except GitError as error:
        return Absent("unreadable", f"git can't say who reviewed it: {without_folders(str(error), rootdir)}")


def _since(rootdir: Path, parting: Parting) -> TrailersData | Absent:
    alone = parting.tip == parting.commit
    start = f"{parting.tip}^1" if alone else parting.commit
    if alone and not _known(rootdir, start):
        start = ""
    found = [*_commits(rootdir, parting.tip, start)]
    if parting.shallow and not alone and not all(each.parents for each in found):
        return Absent("shallow-clone", f"the clone is too shallow to have all commits since {parting.name}")
    tip = next(each for each in found if each.people.commit == parting.tip)
    return TrailersData(
        tip=parting.tip,
        since=parting.name if not alone else start and "the commit before",
        commits=tuple(each.people for each in found if len(each.parents) < 2 or _changes(rootdir, each.people.commit)),
        merge=tip.people if len(tip.parents) > 1 else None,
    )


def _known(rootdir: Path, name: str) -> bool:
    try:
        git(rootdir, "rev-parse", "--verify", "--quiet", name)
    except GitError:
        return False
    return True


def _changes(rootdir: Path, merge: str) -> bool:
    """Return whether a merge has anything that none of its parents has."""
    words = ("diff-tree", "--cc", "--no-commit-id", "--no-ext-diff", "--no-textconv", "--no-color", merge)
    return bool(git(rootdir, *words).strip())


def _commits(rootdir: Path, tip: str, start: str) -> Iterator[_Commit]:
    """Yield the commits that can be reached from one and not from another, newest first."""
    words = ("log", "-z", "--topo-order", "--encoding=UTF-8", "--no-color", f"--format={'%x00'.join(_FIELDS)}")
    fields: list[str] = []
    for record in git_records(rootdir, *TRAILERS_AS_WRITTEN, *words, tip, *([f"^{start}"] if start else ["-1"]), "--"):
        fields.append(record.decode("utf-8", "backslashreplace"))
        if len(fields) == len(_FIELDS):
            yield _commit(fields)
            fields = []


def _commit(fields: list[str]) -> _Commit:
    commit, parents, *written, others, reviewers = fields
    made = [Person(*pair) for pair in zip(written[::2], written[1::2], strict=True) if pair[1] != _SERVICE]
    authors = tuple(dict.fromkeys([*map(_kept, made), *_people(others)]))
    people = CommitPeople(commit=commit, authors=authors, reviewers=tuple(dict.fromkeys(_people(reviewers))))
    return _Commit(people, tuple(parents.split()))


def _people(trailers: str) -> list[Person]:
    """Return whom trailers name; without an address where one states none."""
    lines = [line.strip() for line in trailers.split("\n") if line.strip()]
    read = [match.groups() if (match := _PERSON.fullmatch(line)) else (line, "") for line in lines[:_MOST]]
    return [_kept(Person(name.rstrip(), mail)) for name, mail in read]


def _kept(person: Person) -> Person:
    return Person(shortened(person.name, _LONGEST), shortened(person.mail, _LONGEST))
