"""What a release taught, in the shape of the feedback list (schema ``stagegate/feedback/1``)."""

from __future__ import annotations

import hashlib
import json
from typing import Final, NamedTuple

import msgspec

SCHEMA: Final = "stagegate/feedback/1"

NEW: Final = "new"
PLANNED: Final = "planned"
BACK: Final = "back"
DROPPED: Final = "dropped"

_PREFIX: Final = "FB-"
_DIGITS: Final = 10


class Issue(NamedTuple):
    """What one user asked for, from a tracker's export.

    Attributes:
        id: As the tracker names it, for example ``#12``.
        key: What stays the same of it: its address, else the tracker's kind and the id.
        title: In plain words.
        priority: One of the plan's priorities, or empty.
        owner: To whom it is assigned, or empty.
        benefit: What it is good for, or empty.
        resources: What it needs, or empty.
        votes: How many people want it too; None where the export does not say it.
        source: Name of the file.
    """

    id: str
    key: str
    title: str
    priority: str = ""
    owner: str = ""
    benefit: str = ""
    resources: str = ""
    votes: int | None = None
    source: str = ""


class FeedbackSource(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that was learnt from.

    Attributes:
        stage: Its stage.
        environment: Its environment, or None.
        decision: Its word.
        as_of: Its instant, RFC 3339, UTC.
        commit: The commit that it is about, or None.
    """

    stage: str
    environment: str | None
    decision: str
    as_of: str
    commit: str | None


class FeedbackItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to plan for.

    Attributes:
        id: ``FB-`` and ten digits, made from what the matter is and not from its figures: next month the same matter
            has the same id.
        kind: ``gate``, ``flaky``, ``waiver``, ``goal`` or ``issue``.
        title: In plain words.
        why: Where it comes from, with the figure.
        priority: Suggested: ``must``, ``should`` or ``could``.
        owner: Who answers for it; may be empty.
        benefit: What it is good for; may be empty.
        resources: What it needs; may be empty.
        votes: How many people want it; None where nobody counts.
        milestone: Empty: which one it belongs to is for people to say.
        goal: Id of the goal or issue that it is about; empty for everything else.
        state: ``new``, ``planned`` (the plan has it), ``back`` (the plan says that it is done) or ``dropped`` (people
            took it out of the plan).
    """

    id: str
    kind: str
    title: str
    why: str
    priority: str
    owner: str = ""
    benefit: str = ""
    resources: str = ""
    votes: int | None = None
    milestone: str = ""
    goal: str = ""
    state: str = NEW


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """The list.

    Attributes:
        project: Name of the project; empty where no decision was read.
        sources: The decisions, the newest first.
        items: By priority, and within one by kind and title.
        schema: `SCHEMA`.
    """

    project: str
    sources: tuple[FeedbackSource, ...]
    items: tuple[FeedbackItem, ...]
    schema: str = SCHEMA


def feedback_id(*matter: str) -> str:
    """Return the id of a matter from the words that say what it is."""
    written = json.dumps(matter, ensure_ascii=True)
    return f"{_PREFIX}{hashlib.sha256(written.encode()).hexdigest()[:_DIGITS]}"
