"""What became of one test, in one word."""

from __future__ import annotations

import enum


class Standing(str, enum.Enum):
    """What became of one test; ``absent`` is one that was not collected, ``flaky`` one that passed on a rerun."""

    FAILED = "failed"
    ERROR = "error"
    FLAKY = "flaky"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    PASSED = "passed"
    DESELECTED = "deselected"
    LOST = "lost"
    ABSENT = "absent"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value
