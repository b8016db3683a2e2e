"""The policy as it was at the last release, to compare the present one with."""

from __future__ import annotations

import msgspec


class ReleasedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy of the past.

    Attributes:
        tag: The release tag at which it was read.
        source: The file it stood in, or ``built-in`` when there was none.
        content: Its resolved keys as JSON.
    """

    tag: str
    source: str
    content: str
