"""What git says of the sources: which files there are, and which lines changed since a branch and since a release.

Only the ``git`` program is asked, and in a way that no configuration of the user changes. What it does not know is
said with its reason; nothing is guessed.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.evidence.git import TRAILERS_AS_WRITTEN, GitError, git
from pytest_stagegate.evidence.patches import sections_of
from pytest_stagegate.evidence.releases import last_release
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.linesets import LAST_LINE
from pytest_stagegate.model.repository import NO_REPOSITORY, ChangedFile, Diff, People, RepositoryData
from pytest_stagegate.model.texts import without_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

BEGINNING: Final = "the beginning"
"""What changes are counted from where there is no release yet."""

BASE_VARIABLES: Final = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""Variables in which GitHub and GitLab name the branch that a pull or merge request goes into."""

_DEFAULT_BRANCHES: Final = ("origin/main", "origin/master", "main", "master")
_SOURCES: Final = re.compile(
    r".+\.(c|cc|cjs|cpp|cs|cts|cxx|dart|erl|exs?|fs|go|groovy|h|hh|hpp|hxx|java|jsx?|kts?|lua|m|mjs|mm|mts|php|pl|pm|pyx?"
    r"|[rR]|rb|rs|scala|svelte|swift|tsx?|vb|vue)",
    re.DOTALL,
)
"""What the names of source files end in, of the languages whose coverage tools write formats that are read here."""

_PEOPLE: Final = "%H%x00%ae%x00%aE%x00%ce%x00%cE%x00"
_ADDRESS: Final = re.compile(r"<([^<>]*)>")
_LARGEST_TEXT: Final = 16 << 20
_LOOKED_AT: Final = 8_000
"""Bytes in which git, too, looks for a zero byte to tell what is no text."""

_DIFF: Final = (
    *("-c", "diff.relative=false"),
    *("-c", "diff.interHunkContext=0"),
    *("-c", "diff.indentHeuristic=true"),
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--diff-algorithm=myers",
    "--ignore-submodules=all",
    "--unified=0",
    "-M",
    "-l1000",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


class _Checkout(msgspec.Struct, frozen=True):
    """Where git is asked.

    Attributes:
        rootdir: The project's root.
        prefix: The way from the top of the repository to it, with ``/`` at its end; empty at the top.
        shallow: Whether the clone has only a part of the history.
    """

    rootdir: Path
    prefix: bytes
    shallow: bool

    def says(self, *words: str) -> bytes:
        return git(self.rootdir, *words)

    def commit(self, name: str) -> str | None:
        """Return the commit that a name stands for, or None; a name can't be an option."""
        if name.startswith("-"):
            return None
        try:
            return self.says("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except GitError:
            return None


class Parting(NamedTuple):
    """Where the work left the branch that it goes into.

    Attributes:
        name: The branch, as people call it.
        commit: The last commit that both have.
        tip: The commit that is checked out.
        shallow: Whether the clone has only a part of the history.
    """

    name: str
    commit: str
    tip: str
    shallow: bool


def repository_of(
    rootdir: Path, base: str | None, release_tag: Sequence[str], environ: Mapping[str, str]
) -> RepositoryData:
    """Return what git says of a project's sources as they are in the work tree.

    Args:
        rootdir: The project's root; it may lie below the top of the repository.
        base: The branch that the work goes into, as git knows it; when None the one that `BASE_VARIABLES` or the
            remote name, or a usual one that exists.
        release_tag: Globs of tags that are releases.
        environ: Environment variables.
    """
    checkout = _checkout(rootdir)
    if isinstance(checkout, Absent):
        return RepositoryData(branch=checkout, release=checkout, tracked=None)
    return RepositoryData(
        branch=_told(lambda: _since_branch(checkout, base, environ), rootdir),
        release=_told(lambda: _since_release(checkout, release_tag), rootdir),
        tracked=_tracked(checkout),
        people=_people(checkout),
    )


def _checkout(rootdir: Path) -> _Checkout | Absent:
    try:
        answer = git(rootdir, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix")
    except GitError as error:
        if error.there:
            return NO_REPOSITORY
        return Absent("no-repository", "the program git is not there, so nothing is known of what changed")
    inside, shallow, prefix = answer.split(b"\n", 2)
    if inside != b"true":
        return NO_REPOSITORY
    return _Checkout(rootdir, prefix.removesuffix(b"\n"), shallow == b"true")


def _told(ask: Callable[[], Diff | Absent], rootdir: Path) -> Diff | Absent:
    try:
        return ask()
    except GitError as error:
        return Absent("unreadable", f"git can't say what changed: {without_folders(str(error), rootdir)}")


# ---- who


def _people(checkout: _Checkout) -> People | None:
    """Return who made the commit that is checked out: addresses as they are written and as a mailmap has them."""
    trailers = "%(trailers:key=Co-authored-by,valueonly,unfold)"
    try:
        answer = checkout.says(*TRAILERS_AS_WRITTEN, "show", "-s", f"--format={_PEOPLE}{trailers}", "HEAD")
    except GitError:
        return None
    commit, *addresses, others = answer.decode("utf-8", "backslashreplace").split("\0")
    found = {*addresses, *_ADDRESS.findall(others)} | {line for line in others.split() if "@" in line}
    return People(commit=commit.strip(), addresses=tuple(sorted(each for each in found if each)))


# ---- since when


def _since_branch(checkout: _Checkout, base: str | None, environ: Mapping[str, str]) -> Diff | Absent:
    parting = _parting(checkout, base, environ)
    if isinstance(parting, Absent):
        return parting
    return Diff(since=parting.name, commit=parting.commit, files=_changed(checkout, parting.commit))


def parting_of(rootdir: Path, base: str | None, environ: Mapping[str, str]) -> Parting | Absent:
    """Return where the work that is checked out left the branch that it goes into; arguments as for `repository_of`.

    Raises:
        GitError: When git can't say.
    """
    checkout = _checkout(rootdir)
    return checkout if isinstance(checkout, Absent) else _parting(checkout, base, environ)


def _parting(checkout: _Checkout, base: str | None, environ: Mapping[str, str]) -> Parting | Absent:
    here = checkout.commit("HEAD")
    if here is None:
        return Absent("base-unknown", "the repository has no commit yet, so there is nothing to count changes from")
    name, tip = _base(checkout, base, environ)
    if tip is None:
        hint = "; the clone is shallow, which may be why" if checkout.shallow else ""
        return Absent("base-unknown", f"git does not know {name}, which changes are counted from{hint}")
    try:
        met = checkout.says("merge-base", "HEAD", tip).decode().strip()
    except GitError as error:
        if error.status != 1:
            raise
        if checkout.shallow:
            text = f"the clone is too shallow to reach the point where the work left {name}"
            return Absent("shallow-clone", text)
        return Absent("base-unknown", f"the work and {name} have no commit in common")
    return Parting(name, met, here, checkout.shallow)


def _base(checkout: _Checkout, named: str | None, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the branch that changes are counted from, as people call it, and its last commit where git knows it."""
    if named is not None:
        return named, checkout.commit(named)
    for variable in BASE_VARIABLES:
        if environ.get(variable):
            name = f"origin/{environ[variable]}"
            return name, checkout.commit(f"refs/remotes/{name}")
    usual = [*_default_of_remote(checkout), *_DEFAULT_BRANCHES]
    for name in usual:
        tip = checkout.commit(f"refs/{'remotes' if '/' in name else 'heads'}/{name}")
        if tip is not None:
            return name, tip
    return f"any of {', '.join(_DEFAULT_BRANCHES)}", None


def _default_of_remote(checkout: _Checkout) -> list[str]:
    try:
        answer = checkout.says("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    except GitError:
        return []
    return [_path(answer).strip().removeprefix("refs/remotes/")]


def _since_release(checkout: _Checkout, patterns: Sequence[str]) -> Diff | Absent:
    if checkout.commit("HEAD") is None:
        return Absent("base-unknown", "the repository has no commit yet, so there is nothing to count changes from")
    tag = last_release(checkout.rootdir, patterns)
    commit = checkout.commit(f"refs/tags/{tag}") if tag is not None else None
    if tag is not None and commit is not None:
        return Diff(since=tag, commit=commit, files=_changed(checkout, commit))
    if checkout.shallow:
        return Absent("shallow-clone", "the clone is too shallow to reach the tag of the last release")
    files = [*_listed(checkout, "--cached"), *_untracked(checkout)]
    there = [path for path in files if _is_file(checkout, path)]
    return Diff(since=BEGINNING, commit="", files=_sorted(_whole(checkout, path) for path in there))


# ---- what changed


def _changed(checkout: _Checkout, commit: str) -> tuple[ChangedFile, ...]:
    """Return how the work tree differs from a commit, files that git does not track among it."""
    found = []
    for section in sections_of(checkout.says(*_DIFF, commit, "--")):
        if section.deleted or not section.path.startswith(checkout.prefix):
            continue
        path = section.path[len(checkout.prefix) :]
        if section.binary and _is_source(path):
            # An attribute that hides a source from git's diffs hides nothing here: all its lines may have changed.
            found.append(_whole(checkout, path))
        else:
            runs = [] if section.link else section.runs
            found.append(ChangedFile(_path(path), _ranges(runs)))
    return _sorted([*found, *(_whole(checkout, path) for path in _untracked(checkout))])


def _sorted(files: Iterable[ChangedFile]) -> tuple[ChangedFile, ...]:
    # A link that became a file, or the other way round, is told in two parts; the later one is the file's own.
    return tuple(sorted({file.path: file for file in files}.values(), key=lambda file: file.path))


def _ranges(runs: Sequence[tuple[int, int]]) -> str:
    if any(first + number - 1 > LAST_LINE for first, number in runs):
        return ""
    return ", ".join(str(first) if number == 1 else f"{first}-{first + number - 1}" for first, number in runs)


def _whole(checkout: _Checkout, path: bytes) -> ChangedFile:
    """Return a file all of whose lines count as changed; no line of one that is no text."""
    return ChangedFile(_path(path), _ranges([(1, lines)] if (lines := _lines_of(checkout, path)) else []))


def _lines_of(checkout: _Checkout, path: bytes) -> int:
    place = _on_disk(checkout, path)
    try:
        status = os.lstat(place)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_TEXT:
            return 0
        with open(place, "rb") as file:
            content = file.read()
    except OSError:
        return 0
    if b"\0" in content[:_LOOKED_AT]:
        return 0
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


# ---- which files there are


def _tracked(checkout: _Checkout) -> tuple[str, ...] | None:
    try:
        listed = _listed(checkout, "--cached")
        return tuple(sorted({_path(path) for path in listed if _is_source(path) and _is_file(checkout, path)}))
    except GitError:
        return None


def _untracked(checkout: _Checkout) -> Iterator[bytes]:
    # Another repository in the work tree is listed as a folder.
    return (path for path in _listed(checkout, "--others", "--exclude-standard") if not path.endswith(b"/"))


def _listed(checkout: _Checkout, *which: str) -> list[bytes]:
    return [path for path in checkout.says("ls-files", "-z", *which).split(b"\0") if path]


def _is_source(path: bytes) -> bool:
    return _SOURCES.fullmatch(_path(path)) is not None


def _is_file(checkout: _Checkout, path: bytes) -> bool:
    """Return whether a file is in the work tree and is no link: a link's lines are those of what it leads to."""
    try:
        return stat.S_ISREG(os.lstat(_on_disk(checkout, path)).st_mode)
    except OSError:
        return False


def _on_disk(checkout: _Checkout, path: bytes) -> bytes:
    return os.path.join(os.fsencode(checkout.rootdir), path)


def _path(written: bytes) -> str:
    # What is no UTF-8 could not be written into the record.
    return written.decode("utf-8", "backslashreplace")
