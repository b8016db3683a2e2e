"""A fault in the texts for operators, which stand in the policy and not in a file of evidence."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from pytest_stagegate.model.operations import OperationsPlan

NAME: Final = "every text for operators still says TODO"
_LEFT_OPEN: Final = "TODO"
_NO_TEXT: Final = "rehearsed_by"


def left_open(plan: OperationsPlan) -> OperationsPlan:
    """Return the plan as if somebody had only begun to write it; the same one where nothing is written."""
    return msgspec.convert(_begun(msgspec.to_builtins(plan)), OperationsPlan)


def _begun(node: Any) -> Any:
    if isinstance(node, dict):
        if set(node) == {"file"}:
            return _LEFT_OPEN
        return {key: inner if key == _NO_TEXT else _begun(inner) for key, inner in node.items()}
    if isinstance(node, (list, tuple)):
        return [_begun(inner) for inner in node]
    return _LEFT_OPEN if node else node
