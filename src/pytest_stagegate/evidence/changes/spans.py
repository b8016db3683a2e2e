"""Which range of the history a release is: asked for in words, or found by its tags."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError, UsageError, nearest
from pytest_stagegate.evidence.changes.history import names_of, shallow_error
from pytest_stagegate.evidence.git import GitError, git
from pytest_stagegate.model.changes import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_VERSION: Final = re.compile(r"(?:^|.*?[^0-9.])?(?P<version>\d+(?:\.\d+)*(?P<rest>.*))")
_PRE: Final = re.compile(
    # Before the final: letters of PEP 440, or whatever stands behind a hyphen in SemVer but a number alone, which is a
    # later build where PEP 440 is spoken.
    r"[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)(?:[-_.]?\d+)?(?:[-_.].*)?(?:\+.*)?"
    r"|-(?!\d+(?:\+|$))(?!post|r(?:ev)?[-_.]?\d)[0-9A-Za-z.-]+(?:\+.*)?",
    re.I,
)


def version_of(tag: str) -> str:
    """Return the version that a tag names: ``1.2.0`` of ``v1.2.0`` and of ``pkg-v1.2.0``; empty where there is none."""
    found = _VERSION.fullmatch(tag)
    return found["version"] if found is not None else ""


def is_pre_release(version: str) -> bool:
    """Return whether a version is one before a final, as PEP 440 or SemVer write it."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return False
    return bool(_PRE.fullmatch(found["rest"])) or ".dev" in found["rest"].split("+")[0]


def span_of(rootdir: Path, asked: str | None, version: str | None, patterns: Sequence[str]) -> Span:
    """Return the range that is meant.

    Args:
        rootdir: The project's root.
        asked: ``FROM..TO``, ``FROM..``, ``..TO``, a name for the release that ends there, or None for what is checked
            out.
        version: The version that it becomes, where somebody says so; a pre-release starts after the tag before it.
        patterns: Globs of tags that are releases.

    Raises:
        EvidenceError: Without a repository or a commit, or when a shallow clone lacks the beginning.
        UsageError: When a name is unknown.
    """
    repository = _Repository(rootdir, patterns)
    start, dots, end = asked.partition("..") if asked else ("", "", "")
    if end.startswith("."):
        raise UsageError(f"a range has two dots, not three: {start}..{end.lstrip('.')}", code="range")
    until = (end if dots else start) or "HEAD"
    last = repository.commit(until)
    here = repository.tags("--points-at", last)
    name = until if until in here or not here else here[0]
    final = version or version_of(name if name in here else "")
    folds = not is_pre_release(final)
    since = start if dots else repository.before(last, here, final=folds)
    first = repository.commit(since) if since else ""
    span = Span(
        since=since,
        until=name,
        first=first,
        last=last,
        version=version_of(name) if name in here else "",
        linear=not first or repository.is_ancestor(first, last),
        shallow=repository.shallow,
    )
    return repository.told(span, folds=folds, guessed=not dots)


class _Repository:
    """What git knows of tags and commits."""

    def __init__(self, rootdir: Path, patterns: Sequence[str]) -> None:
        self._rootdir = rootdir
        self._patterns = patterns
        try:
            self.shallow = git(rootdir, "rev-parse", "--is-shallow-repository").strip() == b"true"
        except GitError as error:
            text = "there is no git repository" if error.there else "there is no program git"
            remedy = "Release notes are told from the history: call it in a clone of the project."
            raise EvidenceError(
                f"{text}, so nothing is known of what changed.", code="no-repository", remedy=remedy
            ) from error

    def commit(self, name: str) -> str:
        """Return the commit that a name stands for; a tag wins over a branch of the same name."""
        for full in (f"refs/tags/{name}", name):
            if found := self._commit(full):
                return found
        if name == "HEAD":
            text = "there is no commit yet, so there is nothing to tell."
            raise EvidenceError(text, code="no-repository", remedy="Commit first.")
        if self.shallow:
            raise shallow_error(f"it has no {name!r}")
        known = list(names_of(self._rootdir, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags", "refs/heads"))
        close = (
            nearest(name, known)
            if len(known) <= 20 or "mean" in nearest(name, known)
            else "git tag lists what there is"
        )
        raise UsageError(f"git knows no tag, branch or commit {name!r}; {close}", code="range")

    def _commit(self, name: str) -> str:
        if name.startswith("-"):
            return ""
        try:
            return git(self._rootdir, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except GitError:
            return ""

    def tags(self, *words: str) -> list[str]:
        """Return the release tags of which something holds, finals first, then by name."""
        found = [
            name
            for name in names_of(self._rootdir, "for-each-ref", *words, "--format=%(refname:strip=2)", "refs/tags")
            if any(fnmatchcase(name, pattern) for pattern in self._patterns)
        ]
        return sorted(found, key=lambda name: (is_pre_release(version_of(name)), name))

    def before(self, last: str, here: Sequence[str], *, final: bool) -> str:
        """Return the nearest release tag before a commit; empty where there is none.

        Args:
            last: The commit.
            here: Tags of the commit itself.
            final: Whether pre-releases are passed over.
        """
        left_out = set(here)
        if final:
            left_out |= {name for name in self.tags("--merged", last) if is_pre_release(version_of(name))}
        wanted = [f"--match={pattern}" for pattern in self._patterns]
        others = [f"--exclude={_literal(name)}" for name in sorted(left_out)]
        try:
            answer = git(self._rootdir, "describe", "--tags", "--abbrev=0", *wanted, *others, last)
        except GitError:
            return ""
        return answer.decode("utf-8", "surrogateescape").removesuffix("\n")

    def is_ancestor(self, first: str, last: str) -> bool:
        try:
            git(self._rootdir, "merge-base", "--is-ancestor", first, last)
        except GitError as error:
            if error.status != 1:
                raise
            return False
        return True

    def told(self, span: Span, *, folds: bool, guessed: bool) -> Span:
        """Return a range with the pre-releases that are folded into it, and with what is odd about it."""
        outside = ("--no-merged", span.first) if span.first else ()
        inside = self.tags("--merged", span.last, *outside) if folds else []
        folded = tuple(name for name in inside if is_pre_release(version_of(name)) and name != span.until)
        warnings = []
        if not span.linear:
            warnings.append(
                f"{span.since} is no ancestor of {span.until}: told is what can be reached from {span.until} and not "
                f"from {span.since}; changes that were picked into {span.since} already are left out as earlier."
            )
        if guessed and not span.since:
            warnings.append(f"There is no release tag before {span.until}: the whole history is told.")
        return Span(
            **{key: getattr(span, key) for key in ("since", "until", "first", "last", "version", "linear", "shallow")},
            folded=folded,
            warnings=tuple(warnings),
        )


def _literal(name: str) -> str:
    return re.sub(r"([\\*?\[])", r"\\\1", name)
