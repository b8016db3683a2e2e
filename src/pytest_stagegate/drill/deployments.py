"""Faults in records of deployments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_DIGEST: Final = "0" * 64


def _own(**values: Any) -> Callable[[str], str]:
    """Return what changes a record of our own."""
    return lambda text: json.dumps(json.loads(text) | values)


def _event(change: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    """Return what changes every event of a list, of lines, or a single one."""

    def edit(text: str) -> str:
        try:
            whole = json.loads(text)
        except ValueError:
            return "\n".join(edit(line) for line in text.splitlines() if line.strip())
        for each in whole if isinstance(whole, list) else [whole]:
            change(each["data"] if "context" not in each else each)
        return json.dumps(whole)

    return edit


def _removed(event: dict[str, Any]) -> None:
    event["context"]["type"] = "dev.cdevents.service.removed.0.1.0"


def _other(event: dict[str, Any]) -> None:
    event["subject"].setdefault("content", {})["artifactId"] = f"pkg:generic/other@0.0.0?checksum=sha256:{_DIGEST}"


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in records of deployments.

    Args:
        formats: Tells the format of a copy.
    """
    failed = {"deployment": _own(outcome="failed"), "cdevents": _event(_removed)}
    others = _own(version="0.0.0", commit=None, artifacts=[{"name": "other", "sha256": _DIGEST}])
    return (
        Fault("the newest deployment failed or was taken away", in_files(failed, formats)),
        Fault("something else was deployed", in_files({"deployment": others, "cdevents": _event(_other)}, formats)),
    )
