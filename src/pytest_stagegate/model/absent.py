"""A kind of evidence that this build does not have, and why."""

from __future__ import annotations

import msgspec


class Absent(msgspec.Struct, frozen=True, tag="absent", tag_field="is"):
    """A kind of evidence that this build does not have.

    Attributes:
        reason: Stable reason code.
        text: One sentence.
        remedy: How to get it.
    """

    reason: str
    text: str
    remedy: str = ""
