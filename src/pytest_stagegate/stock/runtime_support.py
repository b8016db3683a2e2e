"""``runtime-support``: is everything in use still supported by those who make it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.support import PYTHON, Support
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class RuntimeSupportOptions(GateOptions, frozen=True):
    """Options of the gate ``runtime-support``.

    Attributes:
        require: Products that have to be in use and in a table.
        warn_days: How many days before the end of its support a version is told.
        max_table_days: How many days old a table may be.
    """

    require: list[str] = msgspec.field(default_factory=lambda: [PYTHON])
    warn_days: Count = 90
    max_table_days: Count = 180


@gate(
    name="runtime-support",
    title="What is in use is supported by those who make it",
    stage="manage",
    options=RuntimeSupportOptions,
    remedy="Move to a version that is supported for longer.",
)
def runtime_support(support: Support, options: RuntimeSupportOptions) -> Iterator[Check]:
    """Checks the age of the tables, what they lack, and the versions in use whose support has ended or ends soon."""
    if not support.tables:
        yield no_evidence("table", "not-reported", "no table of support end dates is among the evidence")
        return
    if support.undated:
        yield no_evidence("table-age", "table-not-dated", "; ".join(support.undated[:3]), unit="days")
    age = check("table-age", support.age, at_most=options.max_table_days)
    if age.verdict is Verdict.FAIL:
        age = msgspec.structs.replace(age, verdict=Verdict.STALE, reason="table-too-old")
    if age.inspected:
        yield age
    if lacking := list(support.lacking(options.require)):
        yield no_evidence("required", "product-missing", "; ".join(lacking[:3]), unit="products")
    if support.unknown:
        text = f"no table has the line of {', '.join(support.unknown[:3])}"
        yield no_evidence("cycles", "cycle-unknown", text, unit="products", where=support.unknown)
    if not support.rows:
        if not lacking:
            yield no_evidence("ended", "product-missing", "no table lists anything that is in use", unit="products")
        return
    yield check("ended", support.ended, at_most=0)
    yield check("ending", support.ending(options.warn_days), at_most=len(support.rows), warn_above=0)
