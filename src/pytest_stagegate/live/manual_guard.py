"""In runs without ``--stage-gate``: manual tests of a project whose policy names such are skipped, and never pass."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

_FILES: Final = (("pyproject.toml", ("tool", "stagegate")), ("stagegate.toml", ()))
_REASON: Final = "manual test: stagegate manual run"


class ManualGuard:
    """Skips manual tests."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark them."""
        for item in items:
            if item.get_closest_marker("manual") is not None:
                item.add_marker(pytest.mark.skip(reason=_REASON))


def guard_manual_tests(config: pytest.Config) -> None:
    """Skip manual tests in this run where the project's own policy file names any.

    It does with a table ``manual``, or with a gate ``manual``. A policy that it extends is not looked into.
    """
    if any(_names_manual_tests(config.rootpath / name, path) for name, path in _FILES):
        config.pluginmanager.register(ManualGuard(), "stagegate-manual-guard")


def _names_manual_tests(file: Path, path: tuple[str, ...]) -> bool:
    try:
        content = file.read_bytes()
        if b"manual" not in content:
            return False
        table: Any = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError):
        # A run without the gate is no place to complain of a policy.
        return False
    for key in path:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        return False
    gates = table.get("gate")
    named = gates.items() if isinstance(gates, dict) else ()
    return "manual" in table or any(
        (each.get("uses", name) if isinstance(each, dict) else name) == "manual" for name, each in named
    )
