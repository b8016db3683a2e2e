"""The output folder of a run: where it lies, and that nothing in it is taken for this run's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.rendering import FILES, places_of, remove_documents
from pytest_stagegate.errors import UsageError
from pytest_stagegate.live.finishing import only_shows
from pytest_stagegate.producing import remove_produced

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from pytest_stagegate.documents.rendering import Wanted

DEFAULT_OUT: Final = ".stagegate"


def output_folder(asked: argparse.Namespace, rootdir: Path, base: Path) -> Path:
    """Return the output folder.

    Args:
        asked: The options.
        rootdir: The project's root.
        base: The folder that pytest was started in.

    Raises:
        UsageError: When it does not lie below the root, or a decision in it is evidence of this run.
    """
    out = (rootdir / (asked.stagegate_out or DEFAULT_OUT)).resolve()
    if rootdir.resolve() not in out.parents:
        name = asked.stagegate_out or DEFAULT_OUT
        raise UsageError(f"--stage-gate-out: {name!r} is not a folder below the rootdir")
    _keep_evidence(asked, base, out)
    return out


def empty(asked: argparse.Namespace, out: Path, rootdir: Path, wanted: tuple[Wanted, ...]) -> None:
    """Take away what an earlier run left in the output folder, and the documents that are wanted elsewhere.

    Raises:
        UsageError: When it can't be taken away.
    """
    if only_shows(asked) or "PYTEST_XDIST_WORKER" in os.environ:
        return
    try:
        remove_documents(out, evidence=True)
        remove_produced(out)
        for path in (place for each in wanted if each.path is not None for place in places_of(each, out)):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"--stage-gate-out: {named_from(out, rootdir)} can't be emptied: {error.strerror}") from error


def named_from(out: Path, rootdir: Path) -> str:
    """Return the output folder for people: relative to the root."""
    return out.relative_to(rootdir.resolve()).as_posix()


def _keep_evidence(asked: argparse.Namespace, base: Path, out: Path) -> None:
    """Refuse to take away a decision that is evidence, as an earlier run's are."""
    for word in asked.stagegate_evidence or ():
        if (base / word.partition(",")[0]).resolve() == out / FILES["json"]:
            text = f"--stage-gate-evidence: {word}: this run would write over it; use --stage-gate-out"
            raise UsageError(text)
