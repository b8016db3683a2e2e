"""Names in a dossier, and its own."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision

_LONGEST: Final = 150
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._+-]+")


def plain(name: str) -> str:
    """Return a file name that every system can have."""
    odd = ("Cc", "Cf", "Cs", "Zl", "Zp")
    kept = "".join("_" if char in '\\/:*?"<>|' or unicodedata.category(char) in odd else char for char in name)
    return kept[:_LONGEST].strip(". ") or "unnamed"


def stem_of(decision: Decision, *, draft: bool) -> str:
    """Return the first part of the zip's name."""
    subject = decision.subject
    version = subject.version or (subject.commit or "unknown")[:12]
    parts = [_UNSAFE.sub("_", part).strip("._-")[:_LONGEST] or "unnamed" for part in (subject.name, version)]
    return "-".join([*parts, *(["DRAFT"] if draft else [])])


def chain_name(path: Path) -> str:
    """Return ``STAGE`` or ``STAGE-ENVIRONMENT`` of a decision."""
    try:
        told = json.loads(path.read_bytes())
        return plain("-".join(filter(None, (told["stage"], told["environment"]))))
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceError(f"{path.name}: this decision can't be read: {error}") from error
