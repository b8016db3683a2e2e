"""Facts about a run, for people: safe to publish."""

from __future__ import annotations

import os
import platform
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.model.redaction import REDACTED, redacted, secrets_of, without_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.tagging import Selection


def facts_of(config: pytest.Config, chosen: Selection) -> dict[str, str]:
    """Return versions, command line and selection of a run, without secrets and absolute paths."""
    # Each look at `metadata` parses the file.
    told = [dist.metadata for _, dist in config.pluginmanager.list_plugin_distinfo()]
    plugins = sorted({f"{each['Name']} {each['Version']}" for each in told})
    stages = "all stages" if chosen.mode == "all" else ", ".join(sorted(chosen.stages))
    facts = {
        "command": _shown(map(str, config.invocation_params.args), config.rootpath, "pytest"),
        "pytest": pytest.__version__,
        "python": platform.python_version(),
        "plugins": ", ".join(plugins) or "none",
        "tests of": stages,
    }
    if os.environ.get("PYTEST_ADDOPTS"):
        facts["PYTEST_ADDOPTS"] = _shown(shlex.split(os.environ["PYTEST_ADDOPTS"]), config.rootpath)
    addopts = config.getini("addopts")
    if addopts:
        facts["addopts"] = _shown(map(str, addopts), config.rootpath)
    return facts


def _shown(args: Iterable[str], rootdir: Path, *first: str) -> str:
    words = [*first, *_portable(without_values(args), rootdir)]
    line = " ".join(word if "…" in word or REDACTED in word else shlex.quote(word) for word in words)
    return redacted(line, secrets_of(os.environ))


def _portable(args: Iterable[str], rootdir: Path) -> list[str]:
    """Return a command line without absolute paths: relative to the root, or only the last name."""
    words = []
    for arg in args:
        name, has_value, value = arg.partition("=") if arg.startswith("-") else ("", "", arg)
        path = Path(value)
        if value and path.is_absolute():
            inside = path == rootdir or rootdir in path.parents
            value = path.relative_to(rootdir).as_posix() if inside else f"…/{path.name}"
        words.append(f"{name}{has_value}{value}")
    return words
