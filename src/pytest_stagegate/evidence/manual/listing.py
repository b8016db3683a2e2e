"""What has to be done by hand, as the records of a run list it, and what people have found already."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import RECORD, Given, expand, manual_results_below
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.gathering import Defaults, gather
from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.manual import ManualTest, Stated, united_tests

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.sources import EvidenceRule


class Listed(NamedTuple):
    """The manual tests of one build.

    Attributes:
        tests: Each of them once.
        commit: The commit that the records are of, or None when it is not known.
        dirty: Whether their work tree had changes that are in no commit.
        environment: The environment that all runs were against, or None.
    """

    tests: tuple[ManualTest, ...]
    commit: str | None
    dirty: bool
    environment: str | None


def listed(path: Path, now: str | None) -> Listed:
    """Return the manual tests that a record, or the records below a folder, list.

    Args:
        path: The record or folder.
        now: The commit that is checked out, or None when it is not known.

    Raises:
        EvidenceError: When there is no record, one can't be read, or they are not of the commit that is checked out.
    """
    records = [each.path for each in expand([Given(path)]) if each.path.name == RECORD or not os.path.isdir(path)]
    if not records or not all(map(os.path.isfile, records)):
        remedy = "Manual tests are listed by pytest --stage-gate: let it run first."
        raise EvidenceError(f"{path.name}: there is no record of a run.", code="missing", remedy=remedy)
    runs = [read_record(each)[0] for each in records]
    commits = {run.subject.commit for run in runs}
    here = now or next((each for each in commits if each is not None), None)
    other = next((each for each in commits if differ(each, here)), None)
    if other is not None:
        text = f"{path.name}: it is of commit {short(other)}, and {short(here)} is checked out."
        raise EvidenceError(text, code="other-commit", remedy="Let pytest --stage-gate run for this commit first.")
    environments = {origin.environment for run in runs for origin in run.origins}
    return Listed(
        united_tests(run.manual.tests for run in runs),
        None if None in commits else here,
        any(run.subject.dirty for run in runs),
        environments.pop() if len(environments) == 1 else None,
    )


def found_already(folder: Path, root: Path, rules: tuple[EvidenceRule, ...]) -> tuple[Stated, ...]:
    """Return the results in a folder; a file that can't be read is left for the decision to name."""
    given = map(Given, manual_results_below(folder)) if os.path.isdir(folder) else ()
    return tuple(
        Stated(result, each.name, each.max_age, each.commit_required)
        for each in gather(given, Defaults(root, rules, "", None))
        if each.usable and each.contents is not None
        for result in each.contents.manual or ()
    )
