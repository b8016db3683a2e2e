"""The one form in which JSON of ours is written: of the same values the same bytes."""

from __future__ import annotations

import msgspec


def json_of(value: msgspec.Struct) -> bytes:
    """Return a value as JSON: UTF-8, keys sorted, two spaces, one line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"
