"""How many tests ended how."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many tests ended how; one outcome for each node id.

    ``collected`` = passed + failed + errors + skipped + xfailed + xpassed + deselected + lost. ``flaky`` counts
    tests that passed only on a rerun, which are among the passed; ``executed`` those whose call began and that
    were not skipped in it.
    """

    collected: int = 0
    executed: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    flaky: int = 0
    deselected: int = 0
    lost: int = 0


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The same counts, where each has to be stated."""

    collected: int
    executed: int
    passed: int
    failed: int
    errors: int
    skipped: int
    xfailed: int
    xpassed: int
    flaky: int
    deselected: int
    lost: int
