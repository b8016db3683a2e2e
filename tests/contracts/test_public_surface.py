"""What people who write gates may import, and what importing it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_stagegate

HEAVY = ("msgspec", "jinja2", "click", "coverage", "junitparser")
NAMES = [name for name in pytest_stagegate.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(pytest_stagegate, name) is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_documented(name: str) -> None:
    value = getattr(pytest_stagegate, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)
    else:  # an alias or an object is documented by the text below its definition
        home = Path(pytest_stagegate.__file__).parent / f"{pytest_stagegate._HOME[name].replace('.', '/')}.py"
        assert f"\n{name} = " in home.read_text(encoding="utf-8")


def test_the_version_is_that_of_the_distribution() -> None:
    assert pytest_stagegate.__version__[0].isdigit()


@pytest.mark.parametrize("module", ["pytest_stagegate", "pytest_stagegate.plugin"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert answer.stdout.strip() == "[]"
