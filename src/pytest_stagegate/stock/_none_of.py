"""A check of things of which there may be none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from pytest_stagegate.model.numbers import Measure
    from pytest_stagegate.model.verdicts import Check

_SHOWN: Final = 3


def none_of(name: str, measure: Measure, reason: str) -> Check:
    """Return a check that fails for a reason of its own, and says of the first things what is wrong with them."""
    made = check(name, measure, at_most=0)
    if made.verdict is not Verdict.FAIL:
        return made
    return msgspec.structs.replace(made, reason=reason, text="; ".join(made.where[:_SHOWN]))
