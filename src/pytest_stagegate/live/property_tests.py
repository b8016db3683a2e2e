"""Hypothesis: the profile of the stage that is decided, and how many examples each property test ran.

Nothing here imports Hypothesis before the suite has done so. What differs between its versions stays in this module.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from pytest_stagegate.evidence.lines import Examples
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_stagegate.model.property_tests import Profile

REPORTED: Final = "stagegate_examples"
"""Attribute of a test's report that holds what Hypothesis said; pytest-xdist carries it to the controller."""

_HYPOTHESIS: Final = "hypothesis"
_CHECK: Final = re.compile(r"HealthCheck\.(\w+)")
# Examples of the shrink phase are variations of one failure; the explicit ones are in no statistics.
_PHASES: Final = ("reuse-phase", "generate-phase")
_EXHAUSTED: Final = "nothing left to do"


def _module(name: str) -> Any:
    """Return a module of Hypothesis, whatever its types are in the version that is installed."""
    return importlib.import_module(name)


# ---- the profile


class ProfileLoader:
    """Loads the policy's profile, so that everything the suite decorates from then on has its settings.

    Hypothesis reads the settings of a test when it is decorated. So the profile is loaded when Hypothesis is imported,
    and again after conftest files and before test modules are imported: on top of what they have loaded.

    Args:
        profile: The policy's profile for the stage that is decided.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._ours: object = None
        self._watch = _ImportWatch(_HYPOTHESIS, self._load)

    def start(self) -> None:
        """Begin to wait for Hypothesis, unless it is there already."""
        if _HYPOTHESIS not in sys.modules:
            sys.meta_path.insert(0, self._watch)

    def stop(self) -> None:
        """Wait no longer."""
        self._watch.remove()

    def pytest_plugin_registered(self) -> None:
        """Load it again: a conftest file may have loaded another."""
        self._load_again()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Load it again: a ``pytest_configure`` may have loaded another."""
        self._load_again()

    def _load_again(self) -> None:
        if _HYPOTHESIS in sys.modules:
            self._load()

    def _load(self) -> None:
        settings = _module(_HYPOTHESIS).settings
        if settings.default is not self._ours:
            settings.register_profile(self._profile.name, **_settings(self._profile))
            settings.load_profile(self._profile.name)
            self._ours = settings.default


class _ImportWatch(MetaPathFinder):
    """Calls a function right after one module was imported, once."""

    def __init__(self, name: str, then: Callable[[], None]) -> None:
        self._name = name
        self._then = then

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the module as it would be found without this."""
        if fullname != self._name:
            return None
        self.remove()
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._then)
        return spec

    def remove(self) -> None:
        """Take this out of Python's finders."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _Loader(Loader):
    """Loads as another loader does, then calls a function; the module knows only the other one."""

    def __init__(self, loader: Loader, then: Callable[[], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._then()


def profile_asked_for(asked: argparse.Namespace) -> str | None:
    """Return the profile that ``--hypothesis-profile`` names; it wins over the policy's."""
    return getattr(asked, "hypothesis_profile", None)


def shown(profile: Profile, asked: str | None) -> str:
    """Return which profile a run has, in one line."""
    if asked:
        return f"{asked}, asked for with --hypothesis-profile, instead of the policy's {profile.name}"
    values: dict[str, Any] = _set(profile)
    if profile.deadline:
        values["deadline"] = show_duration(Fraction(profile.deadline), Fraction(profile.deadline), upward=True)
    return f"{profile.name}: {', '.join(f'{name}={_word(value)}' for name, value in values.items())}"


def _set(profile: Profile) -> dict[str, int | bool]:
    return {name: value for name in profile.__struct_fields__[1:] if (value := getattr(profile, name)) is not None}


def _word(value: object) -> str:
    return str(value).lower()


def _settings(profile: Profile) -> dict[str, Any]:
    """Return a profile as Hypothesis wants it."""
    values: dict[str, Any] = _set(profile)
    if profile.deadline is not None:
        values["deadline"] = timedelta(microseconds=profile.deadline) if profile.deadline else None
    return values


# ---- the examples


def is_property_test(item: pytest.Item) -> bool:
    """Return whether a test is one of Hypothesis."""
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False) is True


class PropertyTestsFound:
    """Looks once, after collection, whether there are property tests; only then something is called for each test."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin to listen to Hypothesis."""
        if _HYPOTHESIS in sys.modules and any(map(is_property_test, session.items)):
            session.config.pluginmanager.register(_Listener(), "stagegate-property-tests")


class _Listener:
    """Puts what Hypothesis says of a test into the test's report."""

    def __init__(self) -> None:
        self._item: pytest.Item | None = None
        self._statistics: dict[str, Any] | None = None

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Listen inside of Hypothesis's own plugin, which sets a listener too."""
        if not is_property_test(item):
            return (yield)
        self._item, self._statistics = item, None
        with _listening(self._take):
            return (yield)

    def _take(self, statistics: dict[str, Any]) -> None:
        # A test inside of a property test says what it did before the outer one does.
        self._statistics = statistics

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add it to the report of the test's call."""
        report = yield
        if report.when == "call" and is_property_test(item):
            said = self._statistics if item is self._item else None
            line = msgspec.structs.replace(_read(said), unhealthy=_failed_check(call.excinfo))
            setattr(report, REPORTED, msgspec.to_builtins(line))
        return report


def examples_in(report: pytest.TestReport) -> Examples | None:
    """Return what Hypothesis said of a test, without the test's number; None where it is no property test."""
    said = getattr(report, REPORTED, None)
    return None if said is None else msgspec.convert(said, Examples)


@contextmanager
def _listening(take: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Get the statistics of the property tests that run inside; whoever listened before gets them too."""
    try:
        collector = _module("hypothesis.statistics").collector
        before, listening = collector.value, collector.with_value
    except (ImportError, AttributeError):  # another Hypothesis than we know: nothing is counted
        yield
        return

    def both(statistics: dict[str, Any]) -> None:
        if before is not None:
            before(statistics)
        take(statistics)

    with listening(both):
        yield


def _read(statistics: dict[str, Any] | None) -> Examples:
    """Return the numbers of Hypothesis's statistics; not counted where they are not as they are known to be."""
    try:
        cases = {phase: statistics.get(phase, {}).get("test-cases", ()) for phase in _PHASES}  # type: ignore[union-attr]
        statuses = Counter(case["status"] for found in cases.values() for case in found)
        stopped = str(statistics["stopped-because"])  # type: ignore[index]
    except (AttributeError, KeyError, TypeError):
        return Examples(item=0, counted=False)
    failing = statuses.pop("interesting", 0)
    passing = statuses.pop("valid", 0)
    # Hypothesis says the same where it found a failure, or was told not to generate anything.
    exhausted = stopped == _EXHAUSTED and not failing and bool(cases["generate-phase"])
    return Examples(
        item=0,
        counted=True,
        passing=passing,
        failing=failing,
        invalid=sum(statuses.values()),
        exhausted=exhausted,
        stopped=stopped,
    )


def _failed_check(raised: pytest.ExceptionInfo[BaseException] | None) -> str:
    """Return the name of the health check that a test failed; empty where it failed none."""
    if raised is None or not isinstance(raised.value, _module("hypothesis.errors").FailedHealthCheck):
        return ""
    named = _CHECK.search(str(raised.value))
    return named[1] if named else "a health check"
