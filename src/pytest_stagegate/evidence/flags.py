"""The flag file of the checkout, and all flag files of a decision together."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import read_file
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.evidence.readers.json_documents import LARGEST
from pytest_stagegate.model.flags import FlagFile, FlagsEvidence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_stagegate.model.flags import FeatureRules
    from pytest_stagegate.model.sources import Source


def flags_of(root: Path, rules: FeatureRules, sources: Iterable[Source]) -> FlagsEvidence:
    """Return the flags that are judged: those of the files that were handed over, else those of the checkout.

    Args:
        root: The project's root; a file that lies elsewhere, by a link too, is not read.
        rules: What the policy says of features.
        sources: The evidence files.
    """
    given = [
        replace(each.contents.flags, source=each.name)
        for each in sources
        if each.usable and each.contents is not None and each.contents.flags is not None
    ]
    checkout = _read(root, rules.file) if rules.file is not None else None
    own = () if given or checkout is None or checkout.flags is None else (checkout.flags,)
    return FlagsEvidence((*sorted(given, key=lambda each: each.source), *own), checkout, rules)


def _read(root: Path, path: str) -> FlagFile:
    file = root / path
    if not file.exists():
        return FlagFile(path, None, problem="there is no such file", missing=True)
    if not file.resolve().is_relative_to(root.resolve()) or not file.is_file():
        return FlagFile(path, None, problem="it is no file below the root")
    digest = None
    try:
        content = read_bounded(file, LARGEST, f"the flag file is larger than {LARGEST >> 20} MiB")
        digest = hashlib.sha256(content).hexdigest()
        flags = read_file(file, root, "flagd").flags
    except EvidenceError as error:
        return FlagFile(path, digest, problem=error.message.removeprefix(f"{file.name}: "))
    return FlagFile(path, digest, replace(flags, source=path) if flags is not None else None)
