"""Attachments: what an evidence file itself does not say, in a file beside it (schema ``stagegate/attachment/1``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = "stagegate/attachment/1"
SUFFIX: Final = ".stagegate.json"
"""Of the name of an attachment, behind the name of its file."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is stated about one evidence file.

    Attributes:
        sha256: Digest of the file's bytes when it was stated; other bytes are stale. Empty where a producer made none.
        created: When the file was made, RFC 3339, UTC; None when it says so itself.
        commit: The commit that it is about.
        environment: The environment it was made in, or None.
        stage: The stage that its test results belong to, or empty.
        shard: The shard that made it, or None.
        producer: Tool and version, or empty.
        dirty: Whether the work tree that told the commit had changes that are in no commit.
        name: Name of the policy's producer that made the file; empty where somebody else made it, and then so are the
            keys below.
        format: Format that the policy names, or empty.
        command: Program and arguments.
        status: Exit status; None when the program could not be started or was stopped.
        failed: Why the tool did not come to its end, for example ``it ended with the status 2``; empty when it did.
    """

    sha256: str
    created: str | None = None
    commit: str | None = None
    environment: str | None = None
    stage: str = ""
    shard: str | None = None
    producer: str = ""
    dirty: bool = False
    name: str = ""
    format: str = ""
    command: tuple[str, ...] = ()
    status: int | None = None
    failed: str = ""
    schema: str = SCHEMA


def attachment_path(path: Path) -> Path:
    """Return where the attachment of a file stands."""
    return path.with_name(path.name + SUFFIX)


def read_attachment(path: Path) -> Attachment | None:
    """Return what is attached to an evidence file, or None.

    Raises:
        EvidenceError: When there is an attachment that can't be read.
    """
    beside = attachment_path(path)
    if beside.exists() and not beside.is_file():
        raise EvidenceError(f"{beside.name}: the attachment is no file")
    try:
        found = msgspec.json.decode(beside.read_bytes(), type=Attachment)
        if found.created is not None:
            utc_time(found.created)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EvidenceError(f"{beside.name}: the attachment can't be read: {error}") from error
    if found.schema != SCHEMA:
        raise EvidenceError(f"{beside.name}: its schema is {found.schema!r}; this version reads {SCHEMA!r}")
    return found


def attachment_json(attachment: Attachment) -> bytes:
    """Return the bytes of an attachment: keys sorted, two spaces, one line feed at the end."""
    return json_of(attachment)
