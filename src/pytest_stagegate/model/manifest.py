"""The list of digests of a folder, ``SHA256SUMS``, in the one form in which it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMS: Final = "SHA256SUMS"
KEPT: Final = "evidence"
"""The folder beside a decision in which copies of its evidence lie: in a dossier, and of a step of a rollout."""

SIGNERS: Final = "allowed_signers"
"""In a dossier the keys with which its sign-offs were verified when it was decided."""


def sums_of(digests: Mapping[str, str]) -> bytes:
    """Return the bytes of the list: a line a file, ``DIGEST  PATH``, sorted by path, as ``sha256sum -c`` reads it.

    Args:
        digests: SHA-256, hexadecimal in lower case, by path relative to the folder, with ``/``.
    """
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()
