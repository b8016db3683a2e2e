"""Features that users see. A real service asks flagd for what stands in the same file."""

from __future__ import annotations

import json
from pathlib import Path


def shown(file: Path | None) -> frozenset[str]:
    """Return the features that a flag file shows to everybody; without a file it is none."""
    flags = json.loads(file.read_text(encoding="utf-8"))["flags"] if file else {}
    return frozenset(name for name, flag in flags.items() if flag["variants"][flag["defaultVariant"]])
