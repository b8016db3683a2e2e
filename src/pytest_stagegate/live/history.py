"""What git says when a run ends, as lines of its record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_stagegate.evidence.lines import Released, Reviewed, Sources, Told
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.told import ReleaseNotes
from pytest_stagegate.project import released_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.evidence.lines import Line
    from pytest_stagegate.project import Project


def history_lines(project: Project, stage: str, environment: str | None, version: str | None) -> Iterator[Line]:
    """Yield what the gates of a decision ask git for, and the policy at the last release.

    Args:
        project: Policy and gates.
        stage: The stage that is decided.
        environment: The environment that the run is against, or None.
        version: The version that the project declares.
    """
    gates = project.gates(stage, environment)
    if (repository := project.repository(os.environ, gates)) is not None:
        yield Sources(repository=repository)
    if (released := released_policy(project)) is not None:
        yield Released(released=released)
    # A later stage may be decided on the same record, and has to be verified from it.
    if project.reads((Reviews,)):
        yield Reviewed(trailers=project.trailers(os.environ))
    if project.reads((ReleaseNotes,)):
        from pytest_stagegate.noting import told_of

        yield Told(notes=told_of(project, version))
