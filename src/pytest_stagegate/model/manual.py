"""Manual tests and what people found, in the shape of ``decision.json``."""

from __future__ import annotations

import msgspec


class ManualRow(msgspec.Struct, frozen=True, kw_only=True):
    """One manual test in one environment, with the latest usable result.

    Attributes:
        id: Node id, or ``FILE::TITLE`` for one that is written in Markdown.
        title: The test in plain words.
        stage: Stage tag.
        environment: The environment that it was, or has to be, done in; None where none was named.
        outcome: ``passed``, ``failed``, ``blocked``, ``pending`` (nobody did it) or ``stale`` (a result that does
            not count any more).
        requirements: The requirements that it verifies, by id.
        who: Who did it; empty while nobody has.
        when: When, RFC 3339, UTC; None likewise.
        commit: The commit that it was done on; None likewise, or where it was not stated.
        note: What that person wrote; may be empty.
        attachments: File names of what that person attached.
        source: The evidence file that has the result, as in the list of evidence; empty without a result.
        text: Why a result does not count; else empty.
    """

    id: str
    title: str
    stage: str
    environment: str | None
    outcome: str
    requirements: tuple[str, ...] = ()
    who: str = ""
    when: str | None = None
    commit: str | None = None
    note: str = ""
    attachments: tuple[str, ...] = ()
    source: str = ""
    text: str = ""
