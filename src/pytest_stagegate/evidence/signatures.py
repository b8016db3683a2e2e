"""Signatures of sign-offs: made and verified by the program ``ssh-keygen`` (OpenSSH 8.9 or later), never by ourselves.

Source of the commands: https://man.openbsd.org/ssh-keygen.1 (``-Y sign``, ``-Y verify``, ``-Y check-novalidate`` and
ALLOWED SIGNERS).
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.readers.sign_off import LARGEST, read_signed, signature_path
from pytest_stagegate.model.sign_offs import NAMESPACE, Proof, Signed, SignOffRecord
from pytest_stagegate.model.texts import first_line
from pytest_stagegate.model.times import utc_time

_PROGRAM: Final = "ssh-keygen"
_TIMEOUT_SECONDS: Final = 60
_REFUSED: Final = 255
"""Exit status with which ssh-keygen says that a signature is not good; with others it did not come to look at it."""

_KEY: Final = re.compile(r"key (SHA256:[A-Za-z0-9+/=]+)\s*\Z")
_NOT_VALID: Final = re.compile(r"key (has expired|is not yet valid)")
_OTHER_USE: Final = "not permitted for use in signature namespace"


class _NoAnswerError(Exception):
    """ssh-keygen could not be asked; the text says why."""


def proof_of(signed: Signed, allowed: bytes | None, allowed_name: str) -> Proof:
    """Return what the signature of a record proves.

    Args:
        signed: The record with its signature.
        allowed: The bytes of the allowed-signers file, or None when there is none.
        allowed_name: What that file is called, for texts.
    """
    if signed.signature is None:
        return Proof("not-signed", "there is no signature beside it")
    try:
        with tempfile.TemporaryDirectory(prefix="stagegate-") as folder:
            return _proof(signed, signed.signature, allowed, allowed_name, Path(folder))
    except (_NoAnswerError, OSError) as error:
        return Proof("not-verified", f"its signature could not be verified: {error}")


def verified(record: Path, allowed: Path, signature: Path | None = None) -> tuple[SignOffRecord, Proof]:
    """Return what a sign-off says and what its signature proves, against any allowed-signers file.

    Args:
        record: The record.
        allowed: The allowed-signers file.
        signature: The signature; the file beside the record when None.

    Raises:
        EvidenceError: When the record can't be read.
    """
    signed = read_signed(record, signature or signature_path(record))
    return signed.record, proof_of(signed, allowed_signers(allowed), allowed.name)


def allowed_signers(path: Path) -> bytes | None:
    """Return the bytes of an allowed-signers file; None when there is none or it can't be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _proof(signed: Signed, signature: bytes, allowed: bytes | None, allowed_name: str, folder: Path) -> Proof:
    (folder / "signature").write_bytes(signature)
    words = ("-n", NAMESPACE, "-s", "signature")
    sound = _asked(("-Y", "check-novalidate", *words), signed.content, folder)
    if sound.returncode:
        return Proof("bad-signature", f"the signature beside it is not one of these bytes ({_said(sound)})")
    key = _fingerprint(sound)
    if allowed is None:
        return Proof("not-verified", f"there is no {allowed_name} to verify its signature against", key)
    (folder / "allowed").write_bytes(allowed)
    record = signed.record
    at = utc_time(record.at).astimezone(dt.timezone.utc).strftime("%Y%m%d%H%M%S")
    # What follows -I is its value, whatever it begins with.
    who = ("-f", "allowed", "-I", record.person, "-O", f"verify-time={at}")
    answer = _asked(("-Y", "verify", *who, *words), signed.content, folder)
    if answer.returncode == 0:
        return Proof(key=_fingerprint(answer))
    said = answer.stderr.decode("utf-8", "replace")
    if found := _NOT_VALID.search(said):
        return Proof("key-not-valid", f"by {allowed_name} its key {found[1]} at the time of the signature", key)
    if _OTHER_USE in said:
        return Proof("signer-unknown", f"{allowed_name} does not allow its key the namespace {NAMESPACE}", key)
    return Proof("signer-unknown", f"{allowed_name} has no line that gives its key to {record.person}", key)


def _asked(words: tuple[str, ...], content: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
    # Times are compared in the zone of the process.
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        answer = subprocess.run(
            [_PROGRAM, *words],
            cwd=folder,
            env=environment,
            input=content,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise _NoAnswerError(f"the program {_PROGRAM} is not there") from error
    except subprocess.TimeoutExpired as error:
        raise _NoAnswerError(f"{_PROGRAM} gave no answer within {_TIMEOUT_SECONDS} s") from error
    if answer.returncode not in (0, _REFUSED):
        raise _NoAnswerError(f"{_PROGRAM} can't: {_said(answer)}")
    return answer


def _said(answer: subprocess.CompletedProcess[bytes]) -> str:
    return first_line(answer.stderr.decode("utf-8", "replace")) or f"status {answer.returncode}"


def _fingerprint(answer: subprocess.CompletedProcess[bytes]) -> str:
    found = _KEY.search(answer.stdout.decode("utf-8", "replace"))
    return found[1] if found else ""


def sign(content: bytes, key: str) -> bytes:
    """Return a signature; ssh-keygen talks to the user itself, who may have to give a passphrase or touch a key.

    Args:
        content: What is signed.
        key: A key file, or a public key itself whose private half an agent has.

    Raises:
        UsageError: When it could not be made.
    """
    with tempfile.TemporaryDirectory(prefix="stagegate-") as folder:
        record = Path(folder, "sign-off.json")
        record.write_bytes(content)
        if key.startswith(("key::", "ssh-", "ecdsa-", "sk-")):
            held = Path(folder, "key.pub")
            held.write_text(f"{key.removeprefix('key::')}\n", encoding="utf-8")
        else:
            held = Path(key).expanduser().absolute()
            if not held.is_file():
                raise UsageError(f"--key: there is no key file {key!r}; make one with ssh-keygen -t ed25519")
        try:
            done = subprocess.run([_PROGRAM, "-Y", "sign", "-n", NAMESPACE, "-f", held, record], check=False)
        except OSError as error:
            raise UsageError(f"the program {_PROGRAM} can't be called: {error.strerror}; install OpenSSH") from error
        made = signature_path(record)
        if done.returncode or not made.is_file():
            raise UsageError(f"{_PROGRAM} made no signature with {held.name}; nothing was written")
        signature = made.read_bytes()
    if len(signature) > LARGEST:
        raise EvidenceError("the signature is larger than any that is read back")
    return signature
