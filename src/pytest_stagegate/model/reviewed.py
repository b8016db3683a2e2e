"""From exports of reviews and the trailers of commits to one row for each word. No clock, no files, no git."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pytest_stagegate.model.commits import differ
from pytest_stagegate.model.reviews import (
    APPROVED,
    COMMENTED,
    TRAILER,
    CommitPeople,
    Person,
    Review,
    ReviewExport,
    ReviewRow,
    TrailersData,
    alike,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BOT: Final = re.compile(r".*\[bot\]|app/.+|(?:project|group)_\d+_bot(?:_?\w*)?", re.IGNORECASE | re.ASCII)
"""Accounts of programs: GitHub's apps, and those of GitLab's project and group access tokens."""


_APPS: Final = frozenset({"copilot-pull-request-reviewer", "dependabot", "github-actions", "renovate"})
"""Apps that approve and that ``gh`` names without ``[bot]``."""


def is_bot(account: str) -> bool:
    """Return whether an account's name says that it is a program's."""
    return _BOT.fullmatch(account.strip()) is not None or alike(account) in _APPS


def united_requests(exports: Iterable[ReviewExport]) -> tuple[ReviewExport, ...]:
    """Return one export for each list of reviews, with what other files say of its request.

    A list that names no request belongs to the only request of its host among the files.
    """
    ordered = sorted(exports, key=lambda each: each.file)
    lists = [each for each in ordered if each.reviews is not None]
    return tuple(_completed(each, [other for other in ordered if other is not each]) for each in lists)


def _completed(export: ReviewExport, others: Sequence[ReviewExport]) -> ReviewExport:
    there = [each for each in others if each.host == export.host and (each.authors is not None or each.head)]
    requests = {each.request for each in there}
    alone = not export.request and len(requests) == 1
    same = [each for each in there if alone or (export.request and each.request == export.request)]
    authors = [each.authors for each in (export, *same) if each.authors is not None]
    heads = {each.head for each in (export, *same) if each.head}
    return replace(
        export,
        authors=tuple(sorted({name for each in authors for name in each})) if authors else None,
        # Two files of one request that differ are of two moments, and nobody can tell which is the later one.
        head=heads.pop() if len(heads) == 1 else None,
        merged=tuple(sorted({*export.merged, *(commit for each in same for commit in each.merged)})),
        cut="; ".join(sorted({each.cut for each in (export, *same) if each.cut})),
    )


def exported_rows(
    exports: Iterable[ReviewExport], commit: str | None, trailers: TrailersData | None
) -> tuple[ReviewRow, ...]:
    """Return a row for each review, in the order of the files and of time.

    Args:
        exports: What `united_requests` returned.
        commit: The commit that is decided, or None when it is not known.
        trailers: What git says of the people behind it, or None when nobody knows.
    """
    made = frozenset(
        known for person in (trailers.authors if trailers is not None else ()) for known in person.known_as
    )
    accounts = _accounts(trailers.authors) if trailers is not None else None
    listed = tuple(exports)
    latest = _latest(listed)
    return tuple(row for export in listed for row in _of_export(export, commit, made, accounts, latest))


_Word = tuple[str, bool]
"""When something was said, and whether it is no approval: of two words of one second that one holds."""


def _latest(exports: Iterable[ReviewExport]) -> dict[tuple[str, str, str], _Word]:
    """Return the last word of each person on each request, whichever file has it.

    A file that was exported earlier may still have an approval that was dismissed since.
    """
    found: dict[tuple[str, str, str], _Word] = {}
    for export in exports:
        for each in export.reviews or ():
            if export.request and each.at is not None and each.answer != COMMENTED:
                key = (export.host, export.request, alike(each.person))
                found[key] = max(found.get(key, ("", False)), _word(each))
    return found


def _word(review: Review) -> _Word:
    return (review.at or "", review.answer != APPROVED)


def _accounts(authors: Iterable[Person]) -> frozenset[str] | None:
    """Return the accounts of some people; None where the address of one of them names none."""
    found = [{known for known in each.known_as if known.startswith("@")} for each in authors]
    return frozenset().union(*found) if found and all(found) else None


def _of_export(
    export: ReviewExport,
    commit: str | None,
    made: frozenset[str],
    accounts: frozenset[str] | None,
    latest: dict[tuple[str, str, str], _Word],
) -> Iterator[ReviewRow]:
    reviews = export.reviews or ()
    last = {alike(each.person): number for number, each in enumerate(reviews) if each.answer != COMMENTED}
    wrote = accounts if export.authors is None else frozenset(f"@{alike(name)}" for name in export.authors)
    for number, each in enumerate(reviews):
        against = []
        if not each.person:
            against.append("nobody")
        elif each.answer != COMMENTED and (
            last[alike(each.person)] != number
            or (each.at and _word(each) < latest.get((export.host, export.request, alike(each.person)), ("", False)))
        ):
            against.append("replaced")
        if _known_as(each) & (made | (wrote or frozenset())):
            against.append("author")
        elif wrote is None:
            against.append("author-unknown")
        if each.bot or is_bot(each.person):
            against.append("bot")
        if told := _of_other_commit(export, each, commit):
            against.append(told)
        yield ReviewRow(
            person=each.person or "an account that is gone",
            answer=each.answer,
            at=each.at,
            commit=each.commit or export.head,
            source=export.file,
            via=export.host,
            against=tuple(against),
        )


def _known_as(review: Review) -> frozenset[str]:
    return frozenset({f"@{alike(review.person)}", alike(review.name)} - {"@", ""})


def _of_other_commit(export: ReviewExport, review: Review, commit: str | None) -> str:
    """Return why a review is not known to be of the commit that is decided; empty where it is.

    A request stands for its last commit, and for the merges that its host made of it.
    """
    said = review.commit or (export.head if export.host == "gitlab" else None)
    if said is None or commit is None:
        return "commit-unknown"
    if not differ(said, commit):
        return ""
    merged = any(not differ(each, commit) for each in export.merged)
    return "" if merged and export.head is not None and not differ(said, export.head) else "other-commit"


# ---- trailers


def trailer_rows(trailers: TrailersData | None) -> tuple[ReviewRow, ...]:
    """Return a row for each ``Reviewed-by:`` trailer, in the order of the commits."""
    if trailers is None:
        return ()
    rows = [row for each in trailers.commits for row in _of_commit(each, each.authors)]
    return (*(_of_commit(trailers.merge, trailers.authors) if trailers.merge is not None else ()), *rows)


def _of_commit(commit: CommitPeople, authors: Iterable[Person]) -> tuple[ReviewRow, ...]:
    made = frozenset(known for each in authors for known in each.known_as)
    return tuple(
        ReviewRow(
            person=f"{each.name} <{each.mail}>" if each.mail else each.name,
            answer=APPROVED,
            at=None,
            commit=commit.commit,
            source=commit.commit,
            via=TRAILER,
            against=tuple(_against(each, made)),
        )
        for each in commit.reviewers
    )


def _against(person: Person, made: frozenset[str]) -> Iterator[str]:
    if "@" not in person.mail:
        yield "nobody"
    if person.known_as & made:
        yield "author"
    if is_bot(person.name) or is_bot(person.mail.partition("@")[0]):
        yield "bot"


def distinct(people: Iterable[Person]) -> int:
    """Return how many people these are: whoever shares a name or an address with another is the same."""
    groups: list[frozenset[str]] = []
    for each in people:
        same = [group for group in groups if group & each.known_as]
        groups = [group for group in groups if group not in same]
        groups.append(each.known_as.union(*same))
    return len(groups)


def reviewed_by(commit: CommitPeople, authors: Iterable[Person], allowed: frozenset[str]) -> list[Person]:
    """Return the people whose trailers in a commit count, whatever of `allowed` speaks against them."""
    made = frozenset(known for each in authors for known in each.known_as)
    return [each for each in commit.reviewers if allowed.issuperset(_against(each, made))]
