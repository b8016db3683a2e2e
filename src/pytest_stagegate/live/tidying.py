"""What is taken out of the words of a test before they are written down: the root folder, and secrets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.redaction import redacted, secrets_of
from pytest_stagegate.model.texts import Excerpt, shortened, writable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LOOKED_AT: Final = 100_000
"""Characters that are looked at on either end of a text; much more than is kept, so that no half of a secret is."""


class Tidy:
    """Makes texts short and safe to publish.

    Args:
        rootdir: The project's root; paths below it become relative to it.
        environ: The variables; what they hold of secrets is looked for.
    """

    def __init__(self, rootdir: Path, environ: Mapping[str, str]) -> None:
        self.root = f"{rootdir}{os.sep}"
        self._secrets = secrets_of(environ)

    def __call__(self, text: str, limit: int) -> str:
        """Return a text without the root folder and secrets, at most so many characters long."""
        text = text.replace(self.root, "")
        if len(text) <= 2 * _LOOKED_AT:
            return shortened(redacted(text, self._secrets), limit)
        excerpt = Excerpt(limit)
        excerpt.add(writable(redacted(text[:_LOOKED_AT], self._secrets)))
        excerpt.skip(len(text) - 2 * _LOOKED_AT)
        excerpt.add(writable(redacted(text[-_LOOKED_AT:], self._secrets)))
        return excerpt.text()
