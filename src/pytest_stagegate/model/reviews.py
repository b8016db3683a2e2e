"""Reviews of a change as exports and commits state them: who said what of which commit."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from pytest_stagegate.model.sign_offs import same_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KIND: Final = "reviews"
"""Kind of evidence that exports of reviews bring."""

APPROVED: Final = "approved"
CHANGES: Final = "changes-requested"
DISMISSED: Final = "dismissed"
COMMENTED: Final = "commented"

TRAILER: Final = "trailer"
"""Where an approval comes from that a commit itself states."""

_NOREPLY: Final = re.compile(r"(?:\d+[+-])?([\w.-]+)@users\.noreply\..+", re.ASCII)
"""Addresses with an account in them: ``1+dana@users.noreply.github.com``, ``1-dana@users.noreply.gitlab.com``."""


class Person(NamedTuple):
    """Somebody whom git names.

    Attributes:
        name: As it is written.
        mail: E-mail address; may be empty.
    """

    name: str
    mail: str

    @property
    def known_as(self) -> frozenset[str]:
        """Everything by which the person can be told from others, in the form in which it is compared."""
        account = _NOREPLY.fullmatch(same_person(self.mail))
        spoken = {alike(self.name), f"<{alike(self.mail)}>", f"@{account[1]}" if account is not None else ""}
        return frozenset(spoken - {"", "<>"})


def alike(name: str) -> str:
    """Return a name in the form in which two are compared: neither case, width nor blanks make a difference."""
    return same_person(" ".join(unicodedata.normalize("NFKC", name).split()))


class CommitPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Who made one commit, and who says in it to have reviewed it.

    Attributes:
        commit: Its full id.
        authors: Author, committer and co-authors, as they are written and as a mailmap has them.
        reviewers: Whom its ``Reviewed-by:`` trailers name.
    """

    commit: str
    authors: tuple[Person, ...]
    reviewers: tuple[Person, ...] = ()


class TrailersData(msgspec.Struct, frozen=True, kw_only=True, tag="trailers", tag_field="is"):
    """What git says of the people behind a piece of work.

    Attributes:
        tip: The commit that was checked out.
        since: What the work is counted from, as people call it; empty for a commit without a parent.
        commits: Its commits, newest first; merges that change nothing themselves are not among them.
        merge: The tip, where it is a merge: whoever has reviewed it has reviewed all that it merges. None elsewhere.
    """

    tip: str
    since: str
    commits: tuple[CommitPeople, ...]
    merge: CommitPeople | None = None

    @property
    def authors(self) -> tuple[Person, ...]:
        """Everybody who made a part of it."""
        made = [each.authors for each in (*self.commits, *([self.merge] if self.merge is not None else []))]
        return tuple(dict.fromkeys(person for authors in made for person in authors))


class Review(NamedTuple):
    """What one person said of a change, as an export has it.

    Attributes:
        person: The account; empty where it is gone.
        answer: ``approved``, ``changes-requested``, ``dismissed`` or ``commented``.
        commit: The commit that it was said of, or None where that is not stated.
        at: When, RFC 3339, UTC; None where that is not stated.
        bot: Whether the export says that the account is a program's.
        name: The person's own name; may be empty.
    """

    person: str
    answer: str
    commit: str | None = None
    at: str | None = None
    bot: bool = False
    name: str = ""


class ReviewExport(msgspec.Struct, frozen=True, kw_only=True):
    """One file: a pull or merge request, what was said of one, or both.

    Attributes:
        host: ``github`` or ``gitlab``.
        request: Which request it is, in a form that two files of one request share; empty where it is not stated.
        authors: Accounts of who opened the request and made its commits; None where they are not stated.
        head: The last commit of the request, or None where it is not stated.
        merged: Commits that stand for the request: test merges, and what it became when it was merged.
        reviews: What was said, in order of time; None where the file has no list of that.
        cut: Why the file may not have all; empty where it has.
        file: Name of the file in the list of evidence; known once it was gathered.
    """

    host: str
    request: str = ""
    authors: tuple[str, ...] | None = None
    head: str | None = None
    merged: tuple[str, ...] = ()
    reviews: tuple[Review, ...] | None = None
    cut: str = ""
    file: str = ""


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one person said of the change that is decided.

    Attributes:
        person: The account, or name and address.
        answer: ``approved``, ``changes-requested``, ``dismissed`` or ``commented``.
        at: When, RFC 3339, UTC; None where that is not stated, as in commits.
        commit: The commit that it was said of, or None where that is not stated.
        source: The evidence file; for a trailer the commit in which it stands.
        via: ``github``, ``gitlab`` or ``trailer``.
        against: What speaks against counting it as an approval: ``author``, ``author-unknown``, ``bot``,
            ``commit-unknown``, ``nobody`` (the account is gone, or a trailer has no address), ``other-commit`` and
            ``replaced`` (by a later word of the same person); empty where nothing does.
    """

    person: str
    answer: str
    at: str | None
    commit: str | None
    source: str
    via: str
    against: tuple[str, ...] = ()


def without_people(exports: Iterable[ReviewExport], named: Callable[..., bool]) -> tuple[ReviewExport, ...]:
    """Return exports without what the accounts said that are named."""
    return tuple(
        replace(each, reviews=tuple(said for said in each.reviews if not named(said.person)))
        if each.reviews is not None
        else each
        for each in exports
    )
