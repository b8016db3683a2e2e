from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.concealing import written


def nested(depth: int) -> Any:
    rule: Any = True
    for _ in range(depth):
        rule = {"!": rule}
    return rule


@pytest.mark.parametrize(("value", "told"), [(nested(100_000), "nested too deeply"), (float("inf"), "too large")])
def test_what_json_can_t_hold_is_told(value: Any, told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        written({"flags": {}, "$evaluators": {"rule": value}}, (), "flags.json")
