"""Tests that must not run by accident: those that people do, and those of protected environments.

Without ``--stage-gate`` both are skipped, where a policy names such. With it, the choice of stage and environment has
left them out already; of protected environments those are skipped that somebody tagged later.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from pytest_stagegate.live.levels import Tagger

_FILES: Final = ("pyproject.toml", "stagegate.toml")
_PACKS: Final = Path(__file__).parents[1] / "policy" / "packs"
_MANUAL: Final = "manual test: stagegate manual run"
_WORD: Final = "protected"
_DEEPEST: Final = 16


class Protection(NamedTuple):
    """What the policy of one project protects.

    Attributes:
        tagger: Tags its tests.
        names: Its protected environments.
        folder: Where the policy lies.
    """

    tagger: Tagger
    names: frozenset[str]
    folder: Path


class Guard:
    """Skips what must not run; asked once, when everybody has had a say in what is collected.

    Args:
        manual: Whether manual tests are skipped.
        protected: What each policy protects that may speak of the tests.
        environment: The environment that was asked for by name and may be run against, or None.
    """

    def __init__(self, *, manual: bool, protected: Iterable[Protection], environment: str | None = None) -> None:
        self._manual = manual
        self._protected = tuple(protected)
        self._environment = environment

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None]:
        """Mark them, or take them out where nobody would heed the mark."""
        heeded = session.config.pluginmanager.hasplugin("skipping")
        if not heeded and (closed := self._closed(session)):
            away = {id(item) for item, _ in closed}
            session.items[:] = [item for item in session.items if id(item) not in away]
            session.config.hook.pytest_deselected(items=[item for item, _ in closed])
        try:
            return (yield)
        finally:
            for item, reason in self._closed(session) if heeded else ():
                item.add_marker(pytest.mark.skip(reason=reason), append=False)

    def _closed(self, session: pytest.Session) -> list[tuple[pytest.Item, str]]:
        found = [(item, reason) for item in session.items if (reason := self._reason(item))]
        for each in self._protected:
            each.tagger.forget()
        return found

    def _reason(self, item: pytest.Item) -> str:
        """Return why a test must not run; empty where it may."""
        if self._manual and item.get_closest_marker("manual") is not None:
            return _MANUAL
        return next((told for each in self._protected if (told := self._guarded(item, each))), "")

    def _guarded(self, item: pytest.Item, protected: Protection) -> str:
        from pytest_stagegate.tagging import TagMistake

        try:
            named = protected.tagger.read(item)[0].environments
        except TagMistake as mistake:
            return f"whether it is of a protected environment can't be told: {mistake}"
        closed = next((name for name in named if name in protected.names), None)
        if closed is None or self._environment in named:
            return ""
        return f"{closed} is protected: ask for it by name, with --stage-gate-env={closed}"


def guard(config: pytest.Config) -> None:
    """Guard a run without ``--stage-gate``, where a policy gives a reason to.

    Manual tests are skipped where it has a table ``manual`` or a gate of that name, tests of protected environments
    where it, or a file that it extends, protects one.

    Raises:
        pytest.UsageError: When a policy that names what is protected can't be read.
    """
    manual = any(_names_manual_tests(table) for _, table in _policies(config))
    protected = protected_above(config)
    if manual or protected:
        config.pluginmanager.register(Guard(manual=manual, protected=protected), "stagegate-guard")


def protected_above(config: pytest.Config, known: Path | None = None) -> list[Protection]:
    """Return what the policies protect that may speak of the tests.

    Args:
        config: pytest's configuration.
        known: A folder whose policy is in use already, and is left out.

    Raises:
        pytest.UsageError: When a policy that names what is protected can't be read.
    """
    policies = ((folder, table) for folder, table in _policies(config) if folder != known)
    folders = dict.fromkeys(folder for folder, table in policies if _may_protect(folder, table))
    return [each for each in map(_protected, folders) if each is not None]


def _policies(config: pytest.Config) -> Iterator[tuple[Path, Any]]:
    """Yield each folder with a policy that may speak of the tests, with that policy's own table.

    These are the nearest ones above the rootdir and above what is asked for: neither another rootdir nor a
    configuration that lies nearer to the tests may hide a policy.
    """
    seen: set[Path] = set()
    here = config.invocation_params.dir
    asked = (here / word.partition("::")[0] for word in config.args)
    starts = (config.rootpath, here, *asked, *_packages(config))
    # A symbolic link leads away from the policy above the tests.
    for start in (place for each in starts for place in (each, each.resolve())):
        for folder in (start, *start.parents):
            if folder in seen:
                break
            seen.add(folder)
            tables = [table for name in _FILES if (table := _table(folder / name)) is not None]
            yield from ((folder, table) for table in tables)
            if tables or os.path.lexists(folder / ".git"):
                break


def _packages(config: pytest.Config) -> Iterator[Path]:
    """Yield where what ``--pyargs`` asks for by the name of a module lies, as pytest itself finds it."""
    for word in config.args if config.getoption("pyargs", False) else ():
        with suppress(AttributeError, ImportError, ValueError):
            found = importlib.util.find_spec(word.partition("::")[0])
            places = (found.submodule_search_locations or (found.origin,)) if found is not None else ()
            yield from (Path(place) for place in places if place is not None)


def _table(file: Path) -> Any:
    """Return a policy's own table; None where the file has none, and the file's text where it can't be read as TOML."""
    try:
        content = file.read_bytes()
    except OSError:
        return _WORD if os.path.isfile(file) else None
    if b"stagegate" not in content and file.name == _FILES[0]:
        return None
    text = content.decode("utf-8-sig", "replace")
    try:
        whole: Any = tomllib.loads(text)
    except ValueError:
        return text
    tool = whole.get("tool")
    inner = tool.get("stagegate") if isinstance(tool, dict) else None
    return whole if inner is None and file.name != _FILES[0] else inner


def _names_manual_tests(table: Any) -> bool:
    if not isinstance(table, dict):
        return False
    gates = table.get("gate")
    named = gates.items() if isinstance(gates, dict) else ()
    return "manual" in table or any(
        (each.get("uses", name) if isinstance(each, dict) else name) == "manual" for name, each in named
    )


def _may_protect(folder: Path, table: Any, depth: int = 0) -> bool:
    """Return whether a policy, or a file that it extends, names what is protected; in doubt it does."""
    if not isinstance(table, dict):
        return _WORD in str(table)
    if _WORD in str(table.get("environment", "")):
        return True
    written = table.get("extends", [])
    named = written if isinstance(written, list) else [written]
    return depth > _DEEPEST or any(_extended_protects(folder, str(name), depth) for name in named)


def _extended_protects(folder: Path, name: str, depth: int) -> bool:
    pack = _PACKS / f"{name}.toml"
    file = pack if pack.parent == _PACKS and pack.is_file() else folder / name
    table = _table(file)
    # A file that is not there may have protected something.
    return table is None or _may_protect(file.parent, table, depth + 1)


def _protected(folder: Path) -> Protection | None:
    """Return what a project's policy protects; None where it protects nothing."""
    from pytest_stagegate.errors import MistakesError
    from pytest_stagegate.live.levels import Tagger
    from pytest_stagegate.policy.loading import load
    from pytest_stagegate.project import vocabulary_of

    try:
        policy = load(folder)
        if policy.mistakes:
            raise MistakesError("the policy", list(policy.mistakes), code="policy")  # noqa: TRY301 - told as all others
    except MistakesError as error:
        text = f"{error}\nIt may protect environments, so nothing is run until it can be read."
        raise pytest.UsageError(text) from error
    return Protection(Tagger(vocabulary_of(policy), folder), policy.protected, folder) if policy.protected else None
