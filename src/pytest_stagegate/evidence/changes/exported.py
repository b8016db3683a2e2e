"""Files that other tools write: pull requests of ``gh pr list --json``, and the context of git-cliff.

The first needs ``number,title,labels,author,mergeCommit,body``; the second is what ``git-cliff --context`` prints
(https://git-cliff.org/docs/templating/context).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.changes.drafted import draft_of
from pytest_stagegate.evidence.changes.yaml_files import categories
from pytest_stagegate.model.changes import Told
from pytest_stagegate.telling.messages import parse

if TYPE_CHECKING:
    from pytest_stagegate.evidence.changes.drafted import Reading
    from pytest_stagegate.evidence.changes.yaml_files import Category
    from pytest_stagegate.model.changes import Draft

_LARGEST: Final = 1 << 28


class _Label(msgspec.Struct):
    name: str = ""


class _Author(msgspec.Struct):
    login: str = ""


class _MergeCommit(msgspec.Struct):
    oid: str = ""


class _Pull(msgspec.Struct):
    number: int
    title: str
    labels: list[_Label] = []
    author: _Author | None = None
    mergeCommit: _MergeCommit | None = None  # noqa: N815 - the tool's name
    body: str | None = None


class _CliffCommit(msgspec.Struct):
    id: str
    message: str
    raw_message: str | None = None
    group: str | None = None
    scope: str | None = None
    breaking: bool = False
    breaking_description: str | None = None


class _CliffRelease(msgspec.Struct):
    version: str | None = None
    commits: list[_CliffCommit] = []


def labels(reading: Reading, commits: frozenset[str]) -> Told | None:
    """Return the pull requests of a range as entries; None where the policy names no file.

    Args:
        reading: What they are read for.
        commits: The commits of the range.

    Raises:
        EvidenceError: When the file can't be read.
    """
    path = reading.rules.labels
    if not path:
        return None
    pulls = _read(reading, path, list[_Pull])
    groups, left_out = categories(reading)
    drafts = []
    for pull in pulls:
        merged = pull.mergeCommit.oid if pull.mergeCommit is not None else ""
        named = frozenset((merged, *reading.pulls.get(f"#{pull.number}", ()))) & commits
        if named:
            drafts.append(_of_pull(reading, pull, named, groups, left_out))
    return Told(f"pull requests ({path})", tuple(draft for draft in drafts if draft is not None))


def _of_pull(
    reading: Reading, pull: _Pull, commits: frozenset[str], groups: tuple[Category, ...], left_out: Category
) -> Draft | None:
    names = tuple(label.name.lower() for label in pull.labels)
    message = parse(f"{pull.title}\n\n{pull.body or ''}")
    number = f"#{pull.number}"
    draft = draft_of(reading, message.type, pull.title, "", "labels", reading.rules.labels, commits, [number])
    breaking = message.breaking or bool(set(names) & set(reading.rules.section("breaking").labels))
    # A title that is left out by its label is told as its commits are.
    if set(names) & set(left_out.not_labels) and not breaking:
        return None
    known = reading.rules.section_of(message.type) is not None
    author = (pull.author.login,) if pull.author is not None and pull.author.login else ()
    reference = reading.addresses.reference("pull", number)
    entry = msgspec.structs.replace(
        draft.entry,
        text=message.text if known else draft.entry.text,
        breaking=breaking,
        breaks=message.breaks,
        authors=author,
        references=(reference, *(each for each in draft.entry.references if each.id != number)),
    )
    group = next((each.title for each in groups if _belongs(names, each)), "")
    labels_ = (*((group.lower(),) if group else ()), *names)
    return replace(draft, entry=entry, key="", tells=commits, labels=labels_, copied=True)


def _belongs(names: tuple[str, ...], group: Category) -> bool:
    return not set(names) & set(group.not_labels) and bool("*" in group.labels or set(names) & set(group.labels))


def git_cliff(reading: Reading, commits: frozenset[str]) -> Told | None:
    """Return what git-cliff has gathered for a range; None where the policy names no file.

    Raises:
        EvidenceError: When the file can't be read.
    """
    path = reading.rules.git_cliff
    if not path:
        return None
    found = _read(reading, path, list[_CliffRelease])
    drafts = [_of_cliff(reading, each) for release in found for each in release.commits if each.id in commits]
    return Told(f"git-cliff ({path})", tuple(drafts))


def _of_cliff(reading: Reading, found: _CliffCommit) -> Draft:
    # For a Conventional Commit `message` is its description alone.
    message = parse(found.raw_message or found.message)
    group = _plain(found.group or "")
    category = _category(reading, group) or message.type or group
    draft = draft_of(reading, category, message.text, "", "git-cliff", reading.rules.git_cliff, [found.id])
    entry = msgspec.structs.replace(
        draft.entry,
        breaking=found.breaking or message.breaking or draft.entry.breaking,
        breaks=found.breaking_description or message.breaks,
        scope=found.scope or "",
    )
    return replace(draft, entry=entry, key="", tells=frozenset((found.id,)), copied=True)


def _category(reading: Reading, group: str) -> str:
    """Return a group as a section knows it: by a type, by its heading, or by a type in the singular; else empty."""
    rules = reading.rules
    words = (group, *(word for word in group.split() if rules.section_of(word) is not None))
    known = (section for section in rules.sections if group == section.title.lower())
    titled = next((section.types[0] for section in known if section.types), "")
    return titled or next((word for word in words if rules.section_of(word) is not None), "")


def _plain(group: str) -> str:
    """Return a group without the comment that git-cliff sorts by, and without a symbol: ``<!-- 0 -->🚀 Features``."""
    words = group.split("-->")[-1].split()
    return " ".join(word for word in words if word.isascii()).lower()


def _read(reading: Reading, path: str, kind: type[Any]) -> Any:
    file = reading.rootdir / path
    try:
        if file.stat().st_size > _LARGEST:
            raise EvidenceError(f"{path} has more than {_LARGEST >> 20} MiB.", remedy="Export fewer.")
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except OSError as error:
        raise EvidenceError(
            f"{path} can't be read: {error.strerror}.", remedy="The policy names it in notes."
        ) from error
    except msgspec.MsgspecError as error:
        raise EvidenceError(f"{path} is not what was expected: {error}.", remedy="Export it again.") from error
