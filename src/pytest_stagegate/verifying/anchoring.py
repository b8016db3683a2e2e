"""Anchors: what holds a decision from outside. Whoever makes everything anew makes it consistent, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.model.manifest import SUMS
from pytest_stagegate.model.verification import Answer, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.verifying.opening import Opened


def anchors(there: Opened, sha256: str | None) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what the digest that was kept elsewhere comes to, and what anchors the decision.

    Args:
        there: What is verified.
        sha256: A digest of the decision, of the list of digests or of the zip, kept elsewhere; None for none.
    """
    if sha256 is None:
        return (), ()
    for name, digest in _digests(there):
        if digest == sha256.lower():
            text = f"--sha256 is the digest of {name}"
            return (Finding(part="anchor", name="--sha256", answer=Answer.IDENTICAL, text=f"of {name}"),), (text,)
    names = ", ".join(name for name, _ in _digests(there))
    text = f"it is the digest of none of {names}"
    return (Finding(part="anchor", name="--sha256", answer=Answer.DIFFERENT, text=text),), ()


def notes(there: Opened) -> Iterator[str]:
    """Yield what lies in a dossier and looks as if it held it, and does not."""
    if any((there.folder / "statements").glob("*.intoto.json")):
        yield "The statements are not signed: they are no anchor."


def _digests(there: Opened) -> Iterator[tuple[str, str]]:
    paths = [there.decision, there.folder / SUMS, *([there.archive] if there.archive is not None else [])]
    yield from ((path.name, digest) for path in paths if (digest := sha256_of(path)) is not None)
