"""What all sources beside the commits have in common: what they are read for, and how an entry of theirs is made."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.changes import Draft
from pytest_stagegate.model.notes import Entry
from pytest_stagegate.model.texts import shortened
from pytest_stagegate.telling.drafting import one_line
from pytest_stagegate.telling.messages import BODY_LIMIT, SUBJECT_LIMIT
from pytest_stagegate.telling.references import issues_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pytest_stagegate.model.changes import Span
    from pytest_stagegate.model.note_rules import NotesRules
    from pytest_stagegate.telling.references import Addresses

_BREAKING: Final = re.compile(r"[*_`\[(]*breaking(?:[ -]changes?)?[*_`\])]*\s*[:!–—-]", re.I)


class Reading(msgspec.Struct, frozen=True):
    """What a source is read for.

    Attributes:
        rootdir: The project's root.
        span: The range.
        version: The version that is described; empty where it has none yet.
        rules: The policy.
        addresses: Where references lead.
        pulls: For each pull request (``#12``) the commits of the range that name it.
    """

    rootdir: Path
    span: Span
    version: str
    rules: NotesRules
    addresses: Addresses
    pulls: Mapping[str, tuple[str, ...]]


def draft_of(
    reading: Reading,
    category: str,
    text: str,
    body: str,
    source: str,
    place: str,
    commits: Iterable[str] = (),
    named: Iterable[str] = (),
    package: str = "",
) -> Draft:
    """Return an entry as a source words it.

    Args:
        reading: What it is read for.
        category: The source's category, in lower case.
        text: The entry in its first paragraph.
        body: What follows.
        source: Kind of the source.
        place: The file.
        commits: The commits that wrote it.
        named: Issues and pull requests that it belongs to, beside those in its text.
        package: Package of a monorepo, or empty.
    """
    ids = dict.fromkeys((*(name for name in named if name), *issues_in(text, lettered=reading.addresses.tracker)))
    pulled = [commit for name in ids for commit in reading.pulls.get(name, ())]
    references = [reading.addresses.reference("pull" if name in reading.pulls else "issue", name) for name in ids]
    entry = Entry(
        section="",
        text=shortened(one_line(text), SUBJECT_LIMIT),
        body=shortened(body.strip(), BODY_LIMIT),
        breaking=category in reading.rules.section("breaking").types or _BREAKING.match(text) is not None,
        audiences=(),
        package=package,
        references=tuple(references),
        source=source,
        place=place,
    )
    return Draft(entry, category, PurePosixPath(place).name, frozenset((*commits, *pulled)))
