"""Reviews on GitHub: from ``gh pr view --json``, or the REST API's pull request and its list of reviews.

https://cli.github.com/manual/gh_pr_view, https://docs.github.com/en/rest/pulls/reviews and
https://docs.github.com/en/rest/pulls/pulls. A list may hold lists, as ``gh api --paginate --slurp`` writes pages.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import decoded, text_of
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.evidence.readers.tracked import part, text
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.reviews import APPROVED, CHANGES, COMMENTED, DISMISSED, Review, ReviewExport

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_WHAT: Final = "export of GitHub's reviews"
_ANSWERS: Final = {
    "APPROVED": APPROVED,
    "CHANGES_REQUESTED": CHANGES,
    "DISMISSED": DISMISSED,
    "COMMENTED": COMMENTED,
    "PENDING": "",
}
"""What each state is here; of one that is not sent yet nothing is said."""

_PAGES: Final = (30, 100)
"""How many entries the API has on a page: as it is, and at most."""

_COMMITS: Final = 100
"""How many commits ``gh`` lists at most."""

_TOO_MANY: Final = f"gh lists no more than {_COMMITS} commits, so there may be more authors"


def read(path: Path, _root: Path) -> Contents:
    """Read a pull request, its reviews, or both.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is none of these, or a review has no state that is known.
    """
    content = text_of(path, _WHAT)
    if content.lstrip().startswith("["):
        export = _listed(path, decoded(content, list[Any], _WHAT, path.name))
    else:
        whole = decoded(content, dict[str, Any], _WHAT, path.name)
        export = _pull(path, whole) if "diff_url" in whole or "head" in whole else _viewed(path, whole)
    warnings = (export.cut,) if export.cut else ()
    return Contents(reviews=export, commit=export.head, producer="GitHub", warnings=warnings)


def _listed(path: Path, entries: list[Any]) -> ReviewExport:
    """Return the REST API's list of reviews."""
    pages = entries if entries and all(isinstance(each, list) for each in entries) else [entries]
    listed = _objects(path, chain.from_iterable(pages))
    requests = {text(each.get("pull_request_url")) for each in listed}
    if len(requests) > 1:
        raise EvidenceError(f"{path.name}: it has reviews of several pull requests; hand over a file for each")
    full = len(pages[-1]) in _PAGES
    return ReviewExport(
        host="github",
        request=requests.pop() if requests else "",
        reviews=_reviews(path, listed, "user", "submitted_at", lambda each: each.get("commit_id")),
        cut=f"its last page is full with {len(pages[-1])} reviews, so there may be more; see gh pr view"
        if full
        else "",
    )


def _pull(path: Path, pull: dict[str, Any]) -> ReviewExport:
    """Return the REST API's pull request."""
    author, head = text(part(pull.get("user"), "login")), text(part(pull.get("head"), "sha"))
    if not author or not head:
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: the pull request has no user.login or no head.sha")
    merged = text(pull.get("merge_commit_sha"))
    return ReviewExport(
        host="github",
        request=text(pull.get("url")),
        authors=(author,),
        head=head,
        merged=(merged,) if merged else (),
    )


def _viewed(path: Path, pull: dict[str, Any]) -> ReviewExport:
    """Return what ``gh pr view --json`` has written."""
    listed = pull.get("reviews", pull.get("latestReviews"))
    if not isinstance(listed, list):
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: it has no list of reviews; ask gh for the field reviews")
    commits = _list(pull.get("commits"))
    author = text(part(pull.get("author"), "login"))
    made = (text(part(who, "login")) for each in commits for who in _list(part(each, "authors")))
    merged = (text(part(pull.get(key), "oid")) for key in ("mergeCommit", "potentialMergeCommit"))
    return ReviewExport(
        host="github",
        request=text(pull.get("url")),
        authors=tuple(sorted({author, *made} - {""})) if author else None,
        head=text(pull.get("headRefOid")) or None,
        merged=tuple(each for each in merged if each),
        reviews=_reviews(
            path, _objects(path, listed), "author", "submittedAt", lambda each: part(each.get("commit"), "oid")
        ),
        cut=f"gh lists no more than {_COMMITS} commits, so there may be more authors"
        if len(commits) >= _COMMITS
        else "",
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(path: Path, entries: Iterable[Any]) -> list[dict[str, Any]]:
    listed = list(entries)
    for place, each in enumerate(listed, start=1):
        if not isinstance(each, dict):
            raise EvidenceError(f"{path.name}: review {place} of the list is no object")
    return listed


def _reviews(path: Path, listed: list[dict[str, Any]], who: str, when: str, commit: Any) -> tuple[Review, ...]:
    """Return the reviews in the order of time; those without a time stay where the list has them."""
    found = []
    last = ""
    for place, each in enumerate(listed, start=1):
        state = each.get("state")
        if not isinstance(state, str) or state not in _ANSWERS:
            known = ", ".join(_ANSWERS)
            raise EvidenceError(f"{path.name}: review {place} has the state {str(state)[:40]!r}; known: {known}")
        at = rfc3339(instant(text(each.get(when))))
        last = at or last
        if _ANSWERS[state]:
            person = each.get(who)
            bot = part(person, "type") == "Bot" or part(person, "is_bot") is True
            said = Review(text(part(person, "login")), _ANSWERS[state], text(commit(each)) or None, at, bot)
            found.append((last, said))
    return tuple(said for _, said in sorted(found, key=lambda pair: pair[0]))
