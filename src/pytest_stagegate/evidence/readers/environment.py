"""Reports on environments (schema ``stagegate/environment/1``), as ``stagegate probe`` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import document, refuse_other_schema
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.environments import FAILED, PASSED, SCHEMA, EnvironmentFile, EnvironmentReport
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX: Final = ".environment.json"
"""What the name of a report ends in, so that it is found in a folder."""

_WHAT: Final = "report on an environment"


def read(path: Path, _root: Path) -> Contents:
    """Read a report.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file, when it is none or says what no report can.
    """
    whole = document(path, EnvironmentFile, _WHAT)
    refuse_other_schema(path.name, whole.schema, SCHEMA)
    found = whole.seen
    if fault := fault_of(found):
        raise EvidenceError(f"{path.name}: this is no {_WHAT}: {fault}")
    return Contents(
        looked_at=found,
        producer=found.producer,
        created=found.when,
        commit=found.commit,
        dirty=found.dirty,
        environment=found.environment,
    )


def fault_of(report: EnvironmentReport) -> str:
    """Return what no report can say, as a part of a sentence; empty when all is in order."""
    if not report.environment:
        return "environment has to be the name of one"
    if report.commit == "":
        return "commit is null where it is not stated, and not empty"
    if any(each.outcome not in (PASSED, FAILED) for each in report.answers):
        return f"an outcome is {PASSED} or {FAILED}"
    try:
        utc_time(report.when)
    except ValueError as error:
        return str(error)
    return ""
