"""Files as they were at a commit, and which commits of a range wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.evidence.git import GitError, git, git_records

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.changes import Span

_WRITTEN: Final = ("A", "M", "T")
_SEVERAL: Final = 2


class Fragment(NamedTuple):
    """A file of a folder of fragments that belongs to a range.

    Attributes:
        path: Relative to the root.
        text: What stands in it; as it was last where a release has taken it away since.
        commits: The commits of the range that wrote it.
    """

    path: str
    text: str
    commits: frozenset[str]


class _Touched(NamedTuple):
    commit: str
    changes: tuple[tuple[str, str], ...]


def text_at(rootdir: Path, commit: str, path: str) -> str | None:
    """Return the text of a file at a commit; None where it was not there."""
    try:
        return git(rootdir, "show", f"{commit}:./{path}").decode("utf-8-sig", "replace")
    except GitError:
        return None


def files_at(rootdir: Path, commit: str, folder: str) -> frozenset[str]:
    """Return the files below a folder at a commit, relative to the root."""
    answer = git(rootdir, "ls-tree", "-r", "-z", "--name-only", commit, "--", f"{folder.rstrip('/')}/")
    return frozenset(answer.decode("utf-8", "surrogateescape").split("\0")[:-1])


def writers_of(rootdir: Path, span: Span, path: str) -> frozenset[str]:
    """Return the commits of a range that changed a file."""
    return frozenset(each.commit for each in _touched(rootdir, span, path))


def fragments_in(rootdir: Path, span: Span, folder: str, changelog: str) -> list[Fragment]:
    """Return the fragments that were added in a range, by path.

    One that is gone at the end of the range counts too, where a release took it: the commit that removes it changes
    the changelog, or removes several. One that was removed alone was withdrawn.

    Args:
        rootdir: The project's root.
        span: The range.
        folder: The folder of fragments, relative to the root.
        changelog: The file into which they are gathered; may be empty.
    """
    before = files_at(rootdir, span.first, folder) if span.first else frozenset()
    after = files_at(rootdir, span.last, folder)
    touched = _touched(rootdir, span, folder, *([changelog] if changelog else []))
    written: dict[str, list[str]] = {}
    for each in touched:
        for state, path in each.changes:
            if state in _WRITTEN and path.startswith(f"{folder.rstrip('/')}/"):
                written.setdefault(path, []).append(each.commit)
    withdrawn = _withdrawn(touched, changelog)
    found = []
    for path in sorted((after - before) | {path for path in written if path not in before and path not in withdrawn}):
        commits = written.get(path, [])
        text = text_at(rootdir, span.last if path in after else commits[0], path)
        if text is not None:
            found.append(Fragment(path, text, frozenset(commits)))
    return found


def _withdrawn(touched: list[_Touched], changelog: str) -> frozenset[str]:
    found = set()
    for each in touched:
        removed = [path for state, path in each.changes if state == "D"]
        if len(removed) < _SEVERAL and all(path != changelog for _, path in each.changes):
            found.update(removed)
    return frozenset(found)


def _touched(rootdir: Path, span: Span, *paths: str) -> list[_Touched]:
    """Return what each commit of a range did to files, newest first."""
    words = (
        "log",
        "-z",
        "--relative",
        "--name-status",
        "--no-renames",
        "--no-color",
        "--topo-order",
        "--format=%x01%H",
    )
    found: list[tuple[str, list[tuple[str, str]]]] = []
    state = ""
    for record in git_records(rootdir, "-c", "log.showSignature=false", *words, *span.words, "--", *paths):
        word = record.decode("utf-8", "surrogateescape").strip("\n")
        if word.startswith("\x01"):
            found.append((word[1:].strip(), []))
        elif state:
            found[-1][1].append((state, word))
            state = ""
        else:
            state = word[:1]
    return [_Touched(commit, tuple(changes)) for commit, changes in found]
