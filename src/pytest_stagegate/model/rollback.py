"""The way back, as far as a decision knows it: what people wrote of it, what ran before, and how it is rehearsed."""

from __future__ import annotations

from typing import Final

import msgspec

from pytest_stagegate.model.deployments import DeploymentRow

KIND: Final = "rollback"
"""The kind of exercises that a rehearsal is where no gate names another."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote of one matter.

    Attributes:
        text: What they wrote, shortened in the middle; empty where nothing is known.
        file: The file in which it stands; empty where it stands in the policy.
        lack: Why it answers nothing; empty where it does.
    """

    text: str = ""
    file: str = ""
    lack: str = ""


class RollbackRow(msgspec.Struct, frozen=True, kw_only=True):
    """The way back from what is decided.

    Attributes:
        trigger: When it is gone.
        command: What is run.
        previous: What is gone back to, in people's words.
        data: What becomes of data that the new version has written.
        ran_before: The last other version that was deployed of each service, as records of deployments tell.
        ran_before_omitted: How many more there are.
        rehearsed_by: Node id or glob of the test that rehearses it; empty where the policy names none.
        drills: Kinds of exercises that rehearse it.
    """

    trigger: Written
    command: Written
    previous: Written
    data: Written
    ran_before: tuple[DeploymentRow, ...] = ()
    ran_before_omitted: int = 0
    rehearsed_by: str = ""
    drills: tuple[str, ...] = (KIND,)
