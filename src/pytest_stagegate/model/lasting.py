"""Evidence that grows no older as a file."""

from __future__ import annotations

from typing import Final

from pytest_stagegate.model.deployments import KIND as DEPLOYMENTS
from pytest_stagegate.model.drills import KIND as DRILLS
from pytest_stagegate.model.flags import KIND as FLAGS
from pytest_stagegate.model.rings import KIND as ROLLOUT
from pytest_stagegate.model.sign_offs import KIND as SIGN_OFFS
from pytest_stagegate.model.support import KIND as SUPPORT

LASTING: Final = (SIGN_OFFS, DEPLOYMENTS, DRILLS, SUPPORT, FLAGS, ROLLOUT)
"""Kinds of which a file does not age as a whole: what was deployed runs, and a flag stands, until somebody acts."""
