"""Was the run narrowed by hand? The project's own configuration defines its suite; the command line narrows it."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.decision import Note

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

_OPTIONS: Final = (
    ("keyword", "-k"),
    ("markexpr", "-m"),
    ("deselect", "--deselect"),
    ("ignore", "--ignore"),
    ("ignore_glob", "--ignore-glob"),
    ("lf", "--lf"),
    ("stepwise", "--sw"),
    ("stepwise_skip", "--sw-skip"),
)


def by_hand(config: pytest.Config, parser: pytest.Parser) -> tuple[Note, ...]:
    """Return why the run is not the whole configured suite.

    Args:
        config: The session's configuration.
        parser: pytest's parser, to read again only what was given by hand.
    """
    asked = _asked(config, parser)
    notes = [
        Note(reason="narrowed", text=f"The run was narrowed by hand with {option}.")
        for name, option in _OPTIONS
        if getattr(asked, name, None)
    ]
    if _paths_narrow(config, asked):
        text = "The run was narrowed by hand to paths that do not cover the configured suite."
        notes.append(Note(reason="narrowed", text=text))
    return tuple(notes)


def by_configuration(config: pytest.Config, parser: pytest.Parser) -> bool:
    """Return whether the project's own configuration leaves tests out: those are no part of its suite."""
    asked = _asked(config, parser)
    return any(getattr(config.option, name, None) and not getattr(asked, name, None) for name, _ in _OPTIONS[:3])


def _asked(config: pytest.Config, parser: pytest.Parser) -> argparse.Namespace:
    given = [*config.invocation_params.args, *shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))]
    return parser.parse_known_args([str(each) for each in given])


def _paths_narrow(config: pytest.Config, asked: argparse.Namespace) -> bool:
    given = getattr(asked, "file_or_dir", None) or []
    invoked_in_root = config.invocation_params.dir.resolve() == config.rootpath.resolve()
    if not given and (invoked_in_root or config.args_source == config.ArgsSource.TESTPATHS):
        return False
    if getattr(asked, "pyargs", False) or any("::" in str(path) for path in given):
        return True
    here = config.invocation_params.dir
    covered = [(here / path).resolve() for path in given] or [here.resolve()]
    return not all(any(_within(root, path) for path in covered) for root in _suite(config))


def _suite(config: pytest.Config) -> Iterator[Path]:
    root = config.rootpath.resolve()
    found = [path.resolve() for pattern in config.getini("testpaths") for path in sorted(root.glob(pattern))]
    yield from found or [root]


def _within(inner: Path, outer: Path) -> bool:
    return inner == outer or outer in inner.parents
