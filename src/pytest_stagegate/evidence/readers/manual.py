"""Results of manual tests (schema ``stagegate/manual/1``), as ``stagegate manual`` writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document, refuse_other_schema
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.manual import SCHEMA, ManualResult, ManualResults
from pytest_stagegate.model.times import rfc3339, utc_time

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX: Final = ".manual.json"
"""What the name of a file with results ends in, so that it is found in a folder."""

LONGEST_NAME: Final = 200
"""Characters of the name of a person."""

_WHAT: Final = "file with results of manual tests"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def read(path: Path, _root: Path) -> Contents:
    """Read a file with results.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file, when it is none or holds what no result can.
    """
    found = document(path, ManualResults, _WHAT)
    refuse_other_schema(path.name, found.schema, SCHEMA)
    for number, result in enumerate(found.results, start=1):
        fault = fault_of(result)
        if fault:
            raise EvidenceError(f"{path.name}: this is no {_WHAT}: result {number}: {fault}")
    times = [utc_time(each.when) for each in found.results]
    commits = {each.commit for each in found.results}
    environments = {each.environment for each in found.results}
    return Contents(
        manual=found.results,
        producer=found.producer,
        created=rfc3339(max(times)) if times else None,
        commit=commits.pop() if len(commits) == 1 else None,
        environment=(environments.pop() or "") if len(environments) == 1 else "",
    )


def fault_of(result: ManualResult) -> str:
    """Return what no result can say, as a part of a sentence; empty when all is in order."""
    if not result.id.strip() or not result.id.isprintable():
        return "id has to be one printable line"
    if not is_person(result.who):
        return f"who has to be one line of at most {LONGEST_NAME} visible characters"
    if result.digest and not _DIGEST.fullmatch(result.digest):
        return "digest has to be SHA-256, hexadecimal, or empty"
    if any(not each.name or not _DIGEST.fullmatch(each.sha256) for each in result.attachments):
        return "an attachment has a name and its SHA-256, hexadecimal"
    if "" in (result.commit, result.environment):
        return "commit and environment are null where they are not stated, and not empty"
    try:
        utc_time(result.when)
    except ValueError as error:
        return str(error)
    return ""


def is_person(text: str) -> bool:
    """Return whether a text can name a person."""
    return text.isprintable() and text == text.strip() and 0 < len(text) <= LONGEST_NAME
