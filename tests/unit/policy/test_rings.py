from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.rings import gates_of, ring_of
from pytest_stagegate.project import load_project

GOOD = """
environments = ["canary", "production"]
[[ring]]
name = "colleagues"
audience = "us"
percent = "1 %"
systems = ["web"]
places = ["Oslo"]
environment = "canary"
enter = ["executed"]
exit = ["results"]
soak = "24 h"
[[ring]]
name = "all"
percent = "1 %"
environment = "production"
enter = ["executed", "results"]
[gate.executed]
min_executed = 1
"""
BAD = """
environments = ["canary"]
[[ring]]
name = "complete"
percent = "20 %"
soak = "long"
[[ring]]
name = "b"
percent = "10 %"
environment = "canari"
exits = ["results"]
[[ring]]
name = "b"
exit = ["result"]
"""


def test_what_is_declared_of_rings_is_read(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_text(GOOD, encoding="utf-8")
    first, second = rings = load_project(tmp_path).policy.rings
    assert (first.name, first.audience, first.systems, first.places) == ("colleagues", "us", ("web",), ("Oslo",))
    assert (first.soak, second.soak) == (24 * 3_600_000_000, 0)
    assert gates_of(rings, "colleagues") == ("executed",)
    assert gates_of(rings, "all") == ("results", "executed")
    assert gates_of(rings, "complete") == ()
    assert [ring_of(rings, name).environment for name in ("colleagues", "all", "complete")] == [
        "canary",
        "canary",
        "production",
    ]


@pytest.mark.parametrize("told", ["complete", "long", "less than the ring before", "canari", "exits", "declared twice"])
def test_every_mistake_in_rings_is_told_at_once(tmp_path: Path, told: str) -> None:
    (tmp_path / "stagegate.toml").write_text(BAD, encoding="utf-8")
    with pytest.raises(MistakesError) as caught:
        load_project(tmp_path)
    assert told in str(caught.value)


def test_a_gate_that_nobody_declares_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_text('[[ring]]\nname = "b"\nexit = ["result"]\n', encoding="utf-8")
    with pytest.raises(MistakesError, match=r"unknown gate 'result'.*results"):
        load_project(tmp_path)
