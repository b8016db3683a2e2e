"""Facts about a run, for people: safe to publish."""

from __future__ import annotations

import os
import platform
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pytest_stagegate.model.redaction import redacted, secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.tagging import Selection

_SECRET: Final = re.compile(
    r"(?i)token|secret|passw|\b(pw|pwd|pat|dsn|auth)\b|auth|key\b|credential|bearer|cookie|session-?id"
)
_LOGIN: Final = re.compile(r"://[^/@\s]+@")


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
    words = [*first, *_portable(_without_secrets(list(args)), rootdir)]
    line = " ".join(word if "…" in word or "***" in word else shlex.quote(word) for word in words)
    return redacted(line, secrets_of(os.environ))


def _without_secrets(args: list[str]) -> list[str]:
    """Return a command line in which the value of everything that sounds like a secret is left out."""
    safe: list[str] = []
    hide_next = False
    for arg in args:
        name, has_value, _ = arg.partition("=")
        secret = _SECRET.search(name) is not None and (arg.startswith("-") or bool(has_value))
        if hide_next and not arg.startswith("-"):
            safe.append("***")
        else:
            safe.append(f"{name}=***" if secret and has_value else _LOGIN.sub("://***@", arg))
        hide_next = secret and not has_value
    return safe


def _portable(args: list[str], rootdir: Path) -> list[str]:
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
