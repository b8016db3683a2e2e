"""Issues, pull requests, commits and requirements that a change names, with their addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from pytest_stagegate.model.notes import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.changes import Message
    from pytest_stagegate.model.note_rules import NotesRules

_LINKING: Final = (
    "refs",
    "ref",
    "references",
    "closes",
    "close",
    "fixes",
    "fix",
    "resolves",
    "resolve",
    "issue",
    "issues",
    "see",
    "see-also",
)
_REQUIRING: Final = ("requirement", "requirements", "req", "implements", "satisfies")
_CLOSING: Final = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s*:?\s+(?P<ids>#\d+(?:(?:\s*,\s*|\s+and\s+|\s+)#\d+)*)", re.I
)
_ID: Final = re.compile(r"#\d+|![0-9]+|\b[A-Z][A-Z0-9_]+-\d+\b")
_PULL: Final = re.compile(r"\((?P<id>#\d+|![0-9]+)\)\s*$")
_MERGED_PULL: Final = re.compile(r"Merge pull request (?P<id>#\d+) ")
_MERGED_REQUEST: Final = re.compile(r"^See merge request (?:\S*)(?P<id>![0-9]+)\s*$", re.M)
_MERGED_BITBUCKET: Final = re.compile(r"Merged in \S+ \(pull request (?P<id>#\d+)\)|Pull request (?P<other>#\d+):")
_REMOTE: Final = re.compile(
    r"(?:(?:(?P<web>https?)|ssh|git)://(?:[^/\s]*@)?(?P<host>[^@/:\s]+)(?P<port>:\d+)?/|[^/\s]*@(?P<scp>[^@/:\s]+):/?)"
    r"(?P<path>[^\s?#@]+)"
)


class Addresses(msgspec.Struct, frozen=True):
    """Templates of addresses with ``{id}``; empty where they are not known.

    Attributes:
        issue: Of an issue.
        pull: Of a pull request.
        commit: Of a commit.
        tracker: Whether `issue` is the policy's, which knows ids with letters too.
    """

    issue: str = ""
    pull: str = ""
    commit: str = ""
    tracker: bool = False

    def reference(self, kind: str, name: str) -> Reference:
        """Return a reference with its address; the id of one is what stands behind ``#`` or ``!``."""
        bare = name.lstrip("#!")
        issue = self.issue if self.tracker or bare.isdigit() else ""
        template = {"issue": issue, "pull": self.pull, "commit": self.commit}.get(kind, "")
        address = template.replace("{id}", quote(bare, safe="")) if template else ""
        return Reference(kind=kind, id=name, url=address)


def addresses_of(remote: str, rules: NotesRules) -> Addresses:
    """Return where references lead.

    Args:
        remote: Address of the remote repository as git has it; may be empty.
        rules: The policy, whose templates win.
    """
    found = _known(remote)
    return Addresses(
        rules.issue_url or found.issue,
        rules.pull_url or found.pull,
        rules.commit_url or found.commit,
        tracker=bool(rules.issue_url),
    )


def _known(remote: str) -> Addresses:
    match = _REMOTE.fullmatch(remote.strip())
    if match is None:
        return Addresses()
    host = (match["host"] or match["scp"]).lower()
    # The port of ssh is not that of the pages.
    port = match["port"] or "" if match["web"] else ""
    base = f"{'http' if port and match['web'] == 'http' else 'https'}://{host}{port}/"
    base += match["path"].strip("/").removesuffix(".git")
    if "gitlab" in host:
        return Addresses(f"{base}/-/issues/{{id}}", f"{base}/-/merge_requests/{{id}}", f"{base}/-/commit/{{id}}")
    if "bitbucket" in host:
        return Addresses(f"{base}/issues/{{id}}", f"{base}/pull-requests/{{id}}", f"{base}/commits/{{id}}")
    if "github" in host:
        return Addresses(f"{base}/issues/{{id}}", f"{base}/pull/{{id}}", f"{base}/commit/{{id}}")
    return Addresses()


def pull_of(message: Message) -> str:
    """Return the pull or merge request that a commit says it is of: ``#12`` or ``!12``; empty for none."""
    for pattern, text in (
        (_MERGED_PULL, message.subject),
        (_MERGED_BITBUCKET, message.subject),
        (_MERGED_REQUEST, message.body),
    ):
        if found := pattern.search(text):
            return found.groupdict().get("id") or found.groupdict().get("other") or ""
    found = _PULL.search(message.subject)
    return found["id"] if found is not None else ""


def without_pull(text: str) -> str:
    """Return a title without the pull request's number that a hosting site puts behind it."""
    return _PULL.sub("", text).rstrip()


def references_of(message: Message, pull: str, addresses: Addresses) -> tuple[Reference, ...]:
    """Return what a commit refers to besides itself, each once: its pull request, issues, requirements."""
    found = dict.fromkeys(_issues(message))
    found.pop(pull, None)
    pulls = [addresses.reference("pull", pull)] if pull else []
    issues = [addresses.reference("pull" if name.startswith("!") else "issue", name) for name in found]
    return (*pulls, *issues, *(addresses.reference("requirement", name) for name in requirements_of(message)))


def requirements_of(message: Message) -> tuple[str, ...]:
    """Return the requirements that the footers name, each once."""
    return tuple(dict.fromkeys(name for value in message.values(*_REQUIRING) for name in _listed(value)))


def issues_in(text: str, *, lettered: bool) -> Iterator[str]:
    """Yield what looks like an issue in prose: ``#12``, ``!12``, and ``PAY-7`` where there is such a tracker.

    Without one, ``UTF-8`` is not taken for an issue.
    """
    yield from (name for name in _ID.findall(text) if lettered or not name[0].isalpha())


def _issues(message: Message) -> Iterator[str]:
    for value in message.values(*_LINKING):
        yield from _ID.findall(value)
    for found in _CLOSING.finditer(f"{message.subject}\n{message.body}"):
        yield from _ID.findall(found["ids"])


def _listed(value: str) -> Iterable[str]:
    return (each for each in re.split(r"[\s,;]+", value) if each)
