"""How much the places take where Markdown goes."""

from __future__ import annotations

from typing import Final

import msgspec


class Sink(msgspec.Struct, frozen=True):
    """A place where a text goes.

    Attributes:
        characters: How many it takes, counted in UTF-16 as JavaScript does; None for any number.
        octets: How many bytes of UTF-8 it takes; None for any number.
    """

    characters: int | None = None
    octets: int | None = None

    def takes(self, text: str) -> bool:
        """Return whether a text fits."""
        written = text.encode()
        if self.octets is not None and len(written) > self.octets:
            return False
        return self.characters is None or len(text.encode("utf-16-le")) // 2 <= self.characters


SINKS: Final = {
    "full": Sink(),
    "release": Sink(characters=125_000),
    "summary": Sink(octets=900 * 1024),
    "comment": Sink(characters=60_000),
    "check": Sink(characters=60_000),
}
"""Where texts go: a file, the body of a release, the summary of a job (1 MiB, with a reserve), a comment on a pull
request or an issue (65,536 characters, with a reserve) and the output of a check run (65,535, likewise)."""
