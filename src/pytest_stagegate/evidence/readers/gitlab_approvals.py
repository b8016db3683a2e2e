"""Approvals on GitLab: the REST API's merge request, and its approvals.

https://docs.gitlab.com/api/merge_request_approvals/ and https://docs.gitlab.com/api/merge_requests/. GitLab lists who
approves the merge request as it is; it does not say of which commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.evidence.readers.tracked import part, text
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.reviews import APPROVED, CHANGES, Review, ReviewExport

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "export of GitLab's approvals"
_MERGES: Final = ("merge_commit_sha", "squash_commit_sha")
_CHANGES: Final = "requested_changes"


def read(path: Path, _root: Path) -> Contents:
    """Read a merge request, or who approves it.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is neither.
    """
    whole = document(path, dict[str, Any], _WHAT)
    export = _approvals(path, whole) if "approved_by" in whole else _request(path, whole)
    return Contents(reviews=export, commit=export.head, producer="GitLab")


def _named(whole: dict[str, Any]) -> str:
    known = [whole.get(key) for key in ("project_id", "iid")]
    return "!".join(map(str, known)) if all(type(each) is int for each in known) else ""


def _approvals(path: Path, whole: dict[str, Any]) -> ReviewExport:
    listed = whole["approved_by"]
    if not isinstance(listed, list):
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: approved_by is no list")
    reviews = []
    for place, each in enumerate(listed, start=1):
        user = part(each, "user")
        if not isinstance(user, dict):
            raise EvidenceError(f"{path.name}: approval {place} has no user")
        at = rfc3339(instant(text(part(each, "approved_at"))))
        bot = user.get("bot") is True
        reviews.append(Review(text(user.get("username")), APPROVED, None, at, bot, text(user.get("name"))))
    return ReviewExport(host="gitlab", request=_named(whole), reviews=tuple(reviews))


def _request(path: Path, whole: dict[str, Any]) -> ReviewExport:
    author, head = text(part(whole.get("author"), "username")), text(whole.get("sha"))
    if not author or not head:
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: it has neither approved_by, nor an author and a sha")
    asked = whole.get("detailed_merge_status") == _CHANGES
    return ReviewExport(
        host="gitlab",
        request=_named(whole),
        authors=(author,),
        head=head,
        merged=tuple(commit for key in _MERGES if (commit := text(whole.get(key)))),
        # GitLab says that somebody asks for changes, and not who.
        reviews=(Review("", CHANGES),) if asked else None,
    )
