"""The commits of a range, asked of the ``git`` program in one stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.git import GitError, git, git_records
from pytest_stagegate.model.changes import Commit
from pytest_stagegate.telling.messages import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_stagegate.model.changes import Span

_LOG: Final = (
    *("-c", "log.showSignature=false"),
    *("-c", "mailmap.file="),
    "log",
    "-z",
    "--topo-order",
    "--encoding=UTF-8",
    "--no-color",
    "--no-notes",
    "--format=%m%n%H%n%P%n%ct%n%aN%n%B",
)
_UNSHALLOW: Final = "Fetch it: git fetch --unshallow --tags; in CI fetch-depth: 0 (GitHub), GIT_DEPTH: 0 (GitLab)."


def commits_of(rootdir: Path, span: Span) -> list[Commit]:
    """Return the commits that are reachable from the end of a range and not from its beginning, newest first.

    Raises:
        EvidenceError: When the clone is shallow and lacks a part of them.
        GitError: When git gives no answer.
    """
    if not span.linear:
        return _beside(rootdir, span)
    found = [_commit(record) for record in git_records(rootdir, *_LOG, *span.words, "--")]
    _refuse_cut(span, found)
    return found


def shallow_error(what: str) -> EvidenceError:
    """Return the fault of a history that a shallow clone has cut off."""
    return EvidenceError(f"the clone is shallow: {what}.", code="shallow-clone", remedy=_UNSHALLOW)


def touching(rootdir: Path, span: Span, paths: Sequence[str]) -> frozenset[str]:
    """Return the commits of a range that touch a path; globs as policies write them, relative to the root."""
    answer = git(rootdir, "rev-list", "--full-history", *span.words, "--", *map(_pathspec, paths))
    return frozenset(answer.decode("ascii").split())


def touching_only(rootdir: Path, span: Span, paths: Sequence[str]) -> frozenset[str]:
    """Return the commits of a range that touch these paths and no others."""
    others = (":(top)", *(_pathspec(path, exclude=True) for path in paths))
    answer = git(rootdir, "rev-list", "--full-history", *span.words, "--", *others)
    return touching(rootdir, span, paths) - frozenset(answer.decode("ascii").split())


def authors_before(rootdir: Path, first: str) -> frozenset[str]:
    """Return the names of everybody who has a commit that a release's beginning can be reached from."""
    records = git_records(rootdir, "-c", "mailmap.file=", "log", "-z", "--no-color", "--format=%aN", first, "--")
    return frozenset(record.decode("utf-8", "replace").strip() for record in records)


def remote_of(rootdir: Path) -> str:
    """Return the address of the remote repository as git has it, a password included; empty where there is none."""
    for name in ("origin", "upstream"):
        try:
            return git(rootdir, "config", "--get", f"remote.{name}.url").decode("utf-8", "replace").strip()
        except GitError:
            continue
    return ""


def time_of(rootdir: Path, commit: str) -> int:
    """Return when a commit was made, in seconds since 1970."""
    return int(git(rootdir, "-c", "log.showSignature=false", "log", "-1", "--format=%ct", commit, "--"))


def _pathspec(path: str, *, exclude: bool = False) -> str:
    return f":({'exclude,' if exclude else ''}glob){path.removeprefix('./').rstrip('/') or '**'}"


def _beside(rootdir: Path, span: Span) -> list[Commit]:
    """Return the commits of a range that does not begin at one of its ancestors; picked ones are marked."""
    words = ("--left-right", "--cherry-mark", f"{span.first}...{span.last}", "--")
    here: list[tuple[str, Commit]] = []
    there: list[tuple[str, Commit]] = []
    right = frozenset(git(rootdir, "rev-list", *span.words).decode("ascii").split())
    for record in git_records(rootdir, *_LOG, *words):
        commit = _commit(record)
        (here if commit.id in right else there).append((record[:1].decode("ascii"), commit))
    _refuse_cut(span, [commit for _, commit in here])
    released = _Released(there)
    return [released.marked(mark, commit) for mark, commit in here]


class _Released:
    """What is in the earlier release and not in the range: by what it says it was picked from, and by its change."""

    def __init__(self, there: list[tuple[str, Commit]]) -> None:
        taken_back = tuple(sha for _, commit in there for sha in commit.message.reverts)
        self._kept = [commit for _, commit in there if not (taken_back and commit.id.startswith(taken_back))]
        kept = {commit.id for commit in self._kept}
        self._ids = kept
        self._picked = tuple(sha for commit in self._kept for sha in commit.message.picked_from)
        self._withdrawn = {commit.message.subject for _, commit in there if commit.id not in kept}

    def marked(self, mark: str, commit: Commit) -> Commit:
        same = mark == "=" and commit.message.subject not in self._withdrawn
        picked = bool(self._picked) and commit.id.startswith(self._picked)
        told = (
            any(each.startswith(commit.message.picked_from) for each in self._ids)
            if commit.message.picked_from
            else False
        )
        if not (same or picked or told):
            return commit
        return Commit(commit.id, commit.parents, commit.time, commit.author, commit.message, earlier=True)


def _refuse_cut(span: Span, commits: Sequence[Commit]) -> None:
    if span.shallow and any(not commit.parents for commit in commits):
        since = span.since or "the beginning"
        raise shallow_error(f"it lacks a part of the commits between {since} and {span.until}")


def _commit(record: bytes) -> Commit:
    _, id_, parents, time, author, message = record.decode("utf-8", "replace").split("\n", 5)
    return Commit(id_, tuple(parents.split()), int(time), author.strip(), parse(message))


def names_of(rootdir: Path, *words: str) -> Iterator[str]:
    """Yield the lines that git prints for names: tags and paths, which may be no UTF-8."""
    yield from git(rootdir, *words).decode("utf-8", "surrogateescape").splitlines()
