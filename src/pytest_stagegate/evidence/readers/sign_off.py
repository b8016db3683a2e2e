"""A sign-off (schema ``stagegate/sign-off/1``), and the signature beside it as ``ssh-keygen -Y sign`` writes it.

The signature's format is that of https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig; it is not
looked into here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import encoding_of, read_bounded
from pytest_stagegate.evidence.readers.json_documents import decoded
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.sign_offs import SCHEMA, SIGNATURE, Signed, SignOffRecord, canonical, day_of
from pytest_stagegate.model.times import rfc3339, utc_time
from pytest_stagegate.model.word import Word

LARGEST: Final = 64 << 10
"""Bytes that a record and a signature may have, each."""

LONGEST_NAME: Final = 200
"""Characters of a role and of a person."""

_WHAT: Final = "sign-off"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_OURS: Final = re.compile(rb'"schema"\s*:\s*"' + re.escape(SCHEMA.encode()) + b'"')


def read(path: Path, _root: Path) -> Contents:
    """Read a record and the signature beside it; whether the signature is good is not known here.

    Args:
        path: The record, at most `LARGEST` bytes.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file, when it is no such record or holds what none can.
    """
    signed = read_signed(path, signature_path(path))
    record = signed.record
    return Contents(
        sign_off=signed,
        created=rfc3339(utc_time(record.at)),
        commit=record.commit,
        environment=record.environment or "",
    )


def read_signed(path: Path, signature: Path) -> Signed:
    """Return a record with the bytes of its signature; raises as `read` does."""
    content = read_bounded(path, LARGEST, f"it is larger than {LARGEST >> 10} KiB, up to which a {_WHAT} is read")
    try:
        text = content.decode(encoding_of(content))
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path.name}: this is no {error.encoding} text: {error.reason}") from error
    record = decoded(text, SignOffRecord, _WHAT, path.name)
    fault = fault_of(record)
    if fault:
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: {fault}")
    beside = None
    if signature.exists():
        beside = read_bounded(signature, LARGEST, f"it is larger than {LARGEST >> 10} KiB, which no signature is")
    return Signed(record, content, beside)


def signature_path(record: Path) -> Path:
    """Return where the signature of a record lies."""
    return record.with_name(record.name + SIGNATURE)


def is_sign_off(path: Path) -> bool:
    """Return whether a file in a folder is, or should be, a record: it says so, or there is a signature beside it."""
    if path.suffix != ".json":
        return False
    if signature_path(path).is_file():
        return True
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return _OURS.search(file.read(LARGEST)) is not None
    except OSError:
        return False


def fault_of(record: SignOffRecord) -> str:
    """Return what no sign-off can say, as a part of a sentence; empty when all is in order."""
    for name in ("role", "person"):
        if not is_name(getattr(record, name)):
            return f"{name} has to be one word of at most {LONGEST_NAME} visible characters that begins with no '-'"
    if record.schema != SCHEMA:
        return f"its schema is {record.schema[:40]!r}"
    if not _DIGEST.fullmatch(record.basis) or not _DIGEST.fullmatch(record.decision_sha256):
        return "basis and decision_sha256 have to be SHA-256, hexadecimal"
    if record.decision not in [word.value for word in Word]:
        return f"{record.decision[:40]!r} is no decision"
    try:
        utc_time(record.at)
    except ValueError as error:
        return str(error)
    try:
        canonical(record)
    except UnicodeEncodeError:
        return "it holds half of a character"
    if record.override is None:
        return ""
    if record.answer != "approve" or not record.override.reason.strip():
        return "an override approves, and gives its reason"
    return "" if day_of(record.override.expires) else f"{record.override.expires[:40]!r} is no day"


def is_name(text: str) -> bool:
    """Return whether a text can name a role or a person; one that could be taken for an option can't."""
    plain = text.isprintable() and not any(char.isspace() for char in text)
    return plain and 0 < len(text) <= LONGEST_NAME and not text.startswith("-")
