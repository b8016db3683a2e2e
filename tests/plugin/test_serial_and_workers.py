"""One suite, run alone and on four workers: the same decision, counts, order and documents."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

SUITE: Final = """
    import warnings
    import pytest
    from shop import price

    @pytest.mark.parametrize("n", range(12))
    def test_many(n): assert price(n)
    @pytest.mark.skip(reason="later")
    def test_skipped(): pass
    @pytest.mark.xfail(reason="#12", strict=True)
    def test_expected(): assert 0
    def test_fails(): assert price(0) == 1, "no"
    def test_warns(): warnings.warn("old", DeprecationWarning)
    def test_prints():
        print("out")
        assert not "x"
    @pytest.fixture
    def broken(): raise ValueError("b")
    def test_error(broken): pass
    @pytest.mark.requirement("PAY-7")
    def test_linked(): pass
"""
POLICY: Final = """
    [project]
    name = "shop"
    version = "1.0"
    [tool.pytest.ini_options]
    pythonpath = ["src"]
    [tool.stagegate.gate.coverage]
    line = "50 %"
    source = ["src"]
    [tool.stagegate.gate.durations]
    max_test = "5 s"
    [tool.stagegate.gate.warnings]
    max_warnings = 0
"""

MASKED: Final = {
    "which tests took how long": r'(?<=\n    "distribution": \[)(?s:.*?)(?=\n    \],\s+"slowest_unnamed")'
    r'|(?<=<table class="measures bars bands">)(?s:.*?)(?=</section>)|(?<=The slowest:\n)(?:\n- .*)+',
    "time in all": r'(?<=\n    "total": )\d+(?=\n  \})',
    "durations": r"\d+(?:\.\d+)? (?:µs|ms|s)\b",
    "measured durations": r'(?<="measured": )\d+(?=,\s+"name": "(?:slowest|total)")',
    "times": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "command line": r"(?<=--stage-gate -n )\d",
    "digests of the record and of what is made from it": r"\b[0-9a-f]{64}\b|(?<=sha256 )[0-9a-f]{12}(?=…)"
    r"|(?<='sha256-)[\w+/]{43}=(?=')",
}
"""What differs between two runs of one suite; nothing else may."""


def masked(text: str) -> str:
    for name, pattern in MASKED.items():
        text = re.sub(pattern, f"({name})", text)
    return text


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("pyproject.toml", POLICY)
    project.write("src/shop/__init__.py", "def price(n):\n    if n:\n        return 2\n    return 3")
    for name in ("a", "b", "c"):
        project.write(f"tests/test_{name}.py", SUITE)
    return project


def documents(folder: Path) -> dict[str, str]:
    names = ("decision.json", "report.html", "report.md", "gates.xml")
    return {name: masked((folder / name).read_text(encoding="utf-8")) for name in names}


def test_they_say_the_same(shop: Project) -> None:
    first = shop.run("-n", "0")
    alone, counts = documents(first.folder), first.decision["tests"]
    second = shop.run("-n", "4")
    assert second.decision["tests"] == counts
    assert order(second.decision) == order(first.decision)
    differing = [name for name, text in documents(second.folder).items() if text != alone[name]]
    assert differing == []


def order(decision: dict[str, Any]) -> list[str]:
    return [row["id"] for row in json.loads(json.dumps(decision["not_passed"]))]
