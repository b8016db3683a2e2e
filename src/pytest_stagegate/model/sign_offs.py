"""Sign-offs: what somebody said of a decision, whether that can be trusted, and whether it is about this one."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from pytest_stagegate.model.tally import Tally

SCHEMA: Final = "stagegate/sign-off/1"
NAMESPACE: Final = "stagegate-sign-off"
"""What a signature is made for; one made for anything else (a commit, a file) is none here."""

KIND: Final = "sign-offs"
"""Kind of evidence."""

SIGNATURE: Final = ".sig"
"""What the name of a record's signature ends in, behind the record's own."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

CURRENT: Final = "current"
STALE: Final = "stale"
BAD: Final = "bad-signature"
NO_EFFECT: Final = "no-effect"


class Overriding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes a sign-off an override.

    Attributes:
        reason: Why the NO_GO may be gone over.
        expires: The last day on which it holds, ``YYYY-MM-DD``.
    """

    reason: str
    expires: str


class SignOffRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person says of one decision, as it stands in a file (schema ``stagegate/sign-off/1``).

    Attributes:
        schema: `SCHEMA`.
        basis: What was decided upon; see `Decision.basis`.
        decision_sha256: Digest of the ``decision.json`` that the person had before them.
        decision: Its word.
        project: The project's name.
        version: Its version, or None.
        commit: The commit, or None.
        stage: The stage that was decided.
        environment: The environment, or None.
        role: As what the person signs.
        person: Who signs: an e-mail address, or another name that the allowed signers have.
        at: When, RFC 3339, UTC.
        answer: ``approve`` or ``reject``.
        comment: The person's own words; may be empty.
        override: What makes it an override; None for a plain sign-off.
    """

    schema: str
    basis: str
    decision_sha256: str
    decision: str
    project: str
    version: str | None
    commit: str | None
    stage: str
    environment: str | None
    role: str
    person: str
    at: str
    answer: Literal["approve", "reject"]
    comment: str = ""
    override: Overriding | None = None


def canonical(record: SignOffRecord) -> bytes:
    """Return the bytes that are signed: keys sorted, two spaces, one line feed at the end."""
    return json_of(record)


class Signed(msgspec.Struct, frozen=True):
    """One record as it was read.

    Attributes:
        record: What it says.
        content: Its bytes.
        signature: The bytes of the signature beside it, or None when there is none.
    """

    record: SignOffRecord
    content: bytes
    signature: bytes | None


class Proof(NamedTuple):
    """What a signature proves.

    Attributes:
        reason: Why it proves nothing, a reason code; empty when it shows that the person has signed.
        text: The same as a part of a sentence; empty likewise.
        key: Fingerprint of the key that signed, or empty.
    """

    reason: str = ""
    text: str = ""
    key: str = ""

    @property
    def authenticated(self) -> bool:
        """Whether the record is the person's own word."""
        return not self.reason


class OverrideRule(NamedTuple):
    """Who may go over a NO_GO, from ``[tool.stagegate.override]``.

    Attributes:
        roles: As what they have to sign.
        max_days: How many days behind the day of the signature an override may reach.
    """

    roles: tuple[str, ...]
    max_days: int


class SignOffRow(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-off in a decision.

    Attributes:
        role: As what the person signs.
        person: Who signs.
        at: When, RFC 3339, UTC.
        answer: ``approve`` or ``reject``.
        comment: The person's own words; may be empty.
        authenticated: Whether a signature shows that it is the person's word; otherwise it is only recorded.
        state: ``current``; ``stale`` when it is not about this decision; ``bad-signature`` when the signature beside
            it is none of its bytes; ``no-effect`` for an override that does not hold.
        reason: Reason code of what keeps it from being current and authenticated; empty when nothing does.
        why: The same as a sentence; empty likewise.
        key: Fingerprint of the key that signed, or empty.
        override: The reason and last day of an override; None for a plain sign-off.
        source: The file.
        sha256: Digest of its bytes.
        signature_sha256: Digest of the signature's bytes, or None when there is none.
    """

    role: str
    person: str
    at: str
    answer: str
    comment: str
    authenticated: bool
    state: str
    reason: str
    why: str
    key: str
    override: Overriding | None
    source: str
    sha256: str
    signature_sha256: str | None


class OverrideUse(msgspec.Struct, frozen=True, kw_only=True):
    """Who went over a NO_GO.

    Attributes:
        person: Who signed.
        role: As what.
        reason: Why.
        expires: The last day on which it holds, ``YYYY-MM-DD``.
        key: Fingerprint of the key that signed.
        of: What it went over: ``NO_GO``.
    """

    person: str
    role: str
    reason: str
    expires: str
    key: str
    of: str = "NO_GO"


def day_of(written: str) -> dt.date | None:
    """Return the day that a text states, or None."""
    try:
        return dt.date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None


def same_person(name: str) -> str:
    """Return a person's name in the form in which two are compared: of addresses the case makes no difference."""
    return name.strip().casefold()


class SignOffsData(msgspec.Struct, frozen=True):
    """What is known of who said what.

    Attributes:
        rows: Every sign-off among the evidence.
        authors: E-mail addresses of who made the commit that is decided; None when they are not known.
    """

    rows: tuple[SignOffRow, ...] = ()
    authors: tuple[str, ...] | None = None


class SignOffs:
    """The sign-offs as a gate reads them.

    Attributes:
        authors: E-mail addresses of who authored, co-authored and committed the commit that is decided, in lower
            case; None when they are not known.
    """

    def __init__(self, data: SignOffsData, tally: Tally, since: dt.datetime | None = None) -> None:
        self._rows = data.rows
        self._tally = tally
        self._since = since
        self.authors = None if data.authors is None else frozenset(map(same_person, data.authors))

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<sign-offs>"

    @property
    def bad(self) -> tuple[SignOffRow, ...]:
        """Sign-offs with a signature that is none of their bytes."""
        return tuple(row for row in self._rows if row.state == BAD)

    def of(self, role: str) -> tuple[SignOffRow, ...]:
        """Return the sign-offs of one role, those too that don't count, which say why."""
        found = tuple(self._aged(row) for row in self._rows if row.role == role)
        self._tally.note(len(found))
        return found

    def _aged(self, row: SignOffRow) -> SignOffRow:
        if self._since is None or row.state != CURRENT or utc_time(row.at) >= self._since:
            return row
        return msgspec.structs.replace(row, state=STALE, reason="too-old", why="It is older than the gate's max_age.")
