"""Coverage of the live run: measured by us where a gate needs it, read where others measure, never fought over."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from pytest_stagegate.errors import Mistake, MistakesError
from pytest_stagegate.live.collecting import stage_key
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.stock.changed_lines import ChangedLinesOptions
from pytest_stagegate.stock.coverage import CoverageOptions

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    import coverage

    from pytest_stagegate.judging import ActiveGate
    from pytest_stagegate.model.coverage import CoverageData

PARTS_VARIABLE: Final = "STAGEGATE_COVERAGE_PARTS"
"""Tells the workers of this run where their coverage data belongs: ``PID:FOLDER`` of the controlling process."""

_PARTS: Final = "coverage.parts"
_LABELLING_CORES: Final = ("CTracer", "PyTracer")


class Wish(msgspec.Struct, frozen=True):
    """What the gates of this decision want of coverage.

    Attributes:
        needed: Whether any gate has to have it.
        branch: Whether branches have to be measured.
        source: Folders or packages that the policy's coverage gates name.
        otherwise: Folders or packages to measure where neither they nor coverage's own configuration name any.
        place: Where the policy asks for it.
    """

    needed: bool
    branch: bool = False
    source: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    place: str = ""


def wish_of(gates: Iterable[ActiveGate]) -> Wish:
    """Return what the active gates want of coverage."""
    gates = tuple(gates)
    asking = [gate for gate in gates if gate.needs(Coverage)]
    options = [gate.options for gate in gates if isinstance(gate.options, CoverageOptions)]
    changed = [gate.options for gate in gates if isinstance(gate.options, ChangedLinesOptions)]
    return Wish(
        needed=bool(asking),
        branch=any(each.branch is not None or each.combined is not None for each in options),
        source=tuple(dict.fromkeys(name for each in options for name in each.source)),
        otherwise=tuple(dict.fromkeys(name for each in changed for name in each.source)),
        place=next((gate.declared_in or gate.id for gate in asking), ""),
    )


class Labelling:
    """Labels what is measured with the stage of the running test; only a change of stage costs anything."""

    def __init__(self, cov: coverage.Coverage) -> None:
        self._cov = cov
        self._label = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Switch the label before the test's setup."""
        label = item.stash.get(stage_key, "")
        if label != self._label:
            self._label = label
            self._cov.switch_context(label)


class Measurement(msgspec.Struct, eq=False):  # a plugin of pytest's has to be hashable
    """Who measures coverage in this process, and how it ends.

    Attributes:
        mode: ``ours``, ``pytest-cov``, ``coverage run`` or ``none``.
        wish: What the gates want.
        rootdir: The project's root.
        out: The output folder.
        distributed: Whether tests run in worker processes of this one.
        cov: Our own measurement in this process, or None.
        label_problem: Why coverage is not labelled by stage.
        lost: Workers whose data never came.
    """

    mode: str
    wish: Wish
    rootdir: Path
    out: Path
    distributed: bool
    cov: coverage.Coverage | None = None
    label_problem: str = ""
    lost: list[str] = msgspec.field(default_factory=list)
    loop_ended: bool = False
    stopped: bool = False

    @property
    def labels(self) -> bool:
        """Whether this process needs each item's stage."""
        return self.wish.needed and self.mode != "none"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """Note whether the loop came to its own end: others combine their data only then."""
        if self.labels and not self.distributed:
            self._start_labelling(session.config)
        result = yield
        self.loop_ended = True
        return result

    def stop(self) -> None:
        """Stop our own measurement in this process and save its data."""
        os.environ.pop(PARTS_VARIABLE, None)
        if self.cov is None or self.stopped:
            return
        self.stopped = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.cov.stop()
            self.cov.save()
            self.cov.get_data().close()

    def result(self, config: pytest.Config, stages: Iterable[str]) -> CoverageData | Absent:
        """Return what was measured, or why there is nothing to judge.

        Args:
            config: The session's configuration, to find others' measurement.
            stages: Stages of which tests ran.
        """
        if self.mode == "none":
            return Absent(
                "not-measured",
                "nobody measured coverage in this run",
                "Declare a limit in the policy's coverage gate, or run with pytest-cov or `coverage run`.",
            )
        if self.mode == "ours" and self.lost:
            return Absent("coverage-incomplete", f"coverage data of {', '.join(self.lost)} is missing")
        if self.mode == "coverage run" and self.distributed:
            text = "`coverage run` measures only the controlling process of a run with workers"
            return Absent("coverage-incomplete", text, "Use pytest-cov, or let the plugin measure.")
        if self.mode == "pytest-cov" and getattr(config.option, "cov_append", False):
            return Absent("coverage-incomplete", "--cov-append mixes in what earlier runs have covered")
        if self.mode == "pytest-cov" and not self.loop_ended:
            return Absent("coverage-incomplete", "pytest-cov had not combined its data when the run ended early")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._read(config, stages)

    def _read(self, config: pytest.Config, stages: Iterable[str]) -> CoverageData | Absent:
        from coverage.exceptions import CoverageException, NoDataError

        from pytest_stagegate.evidence.coverage_report import read_coverage

        try:
            cov = self._combined() if self.mode == "ours" else self._theirs(config)
        except NoDataError:
            return Absent("nothing-covered", "coverage was measured, but no line of the source was run")
        except (CoverageException, OSError) as error:
            return Absent("unreadable", f"coverage could not be combined: {error}")
        if cov is None:
            return Absent("coverage-incomplete", f"{self.mode} was active, but its data could not be found")
        measured_by = "pytest-stagegate" if self.mode == "ours" else self.mode
        problem = self.label_problem
        if not problem and not self.wish.needed:
            problem = "coverage that others measure is labelled only when a gate of the policy needs it"
        data = read_coverage(
            cov,
            self.rootdir,
            measured_by=measured_by,
            stages=stages,
            label_problem=problem,
            base=config.invocation_params.dir,
        )
        # A copy, and data with mapped paths, live in memory and end here; pytest-cov may still want its own.
        cov.get_data().close(force=self.mode != "pytest-cov")
        return data

    def _combined(self) -> coverage.Coverage:
        from coverage.exceptions import NoDataError

        parts = sorted((self.out / _PARTS).iterdir())
        if not parts:
            raise NoDataError("no process has saved any data")
        cov = new_coverage(self.wish, self.out / "coverage.data", suffix=False)
        cov.combine([str(part) for part in parts], strict=True)
        cov.save()
        shutil.rmtree(self.out / _PARTS, ignore_errors=True)
        return cov

    def _theirs(self, config: pytest.Config) -> coverage.Coverage | None:
        import coverage

        if self.mode == "pytest-cov":
            controller = getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)
            return getattr(controller, "cov", None)
        running = coverage.Coverage.current()
        return None if running is None else _copy_of(running)

    def _start_labelling(self, config: pytest.Config) -> None:
        import coverage

        cov = self.cov or coverage.Coverage.current()
        if cov is None:
            return
        self.label_problem = label_problem(cov, config)
        if not self.label_problem:
            config.pluginmanager.register(Labelling(cov), "stagegate-labelling")


def _copy_of(running: coverage.Coverage) -> coverage.Coverage:
    """Return a measurement that is still running as one that can be reported on without disturbing it.

    A report on the running one remaps its data before all of it has been collected.
    """
    import coverage

    config_file = dict(running.sys_info()).get("config_file")
    copy = coverage.Coverage(data_file=None, config_file=config_file or False, messages=False)
    for option in ("run:branch", "run:source", "run:source_pkgs", "run:include", "run:omit"):
        copy.set_option(option, running.get_option(option))
    copy.get_data().loads(running.get_data().dumps())
    return copy


def label_problem(cov: coverage.Coverage, config: pytest.Config) -> str:
    """Return why a running measurement can't be labelled by stage; empty when it can."""
    if getattr(config.option, "cov_context", None):
        return "pytest-cov labels coverage itself (--cov-context)"
    if cov.get_option("run:dynamic_context"):
        return "coverage's configuration labels coverage itself (dynamic_context)"
    core = dict(cov.sys_info()).get("core")
    if core not in _LABELLING_CORES:
        return f"coverage's core {core} does not support labels; set core = ctrace in its configuration"
    return ""


def distributes(asked: argparse.Namespace) -> bool:
    """Return whether pytest-xdist will run the tests in worker processes."""
    many = getattr(asked, "numprocesses", None)
    return bool(many) or bool(getattr(asked, "tx", None)) or getattr(asked, "dist", "no") not in ("no", None)


def start_measuring(asked: argparse.Namespace, wish: Wish, rootdir: Path, out: Path) -> Measurement:
    """Find out who measures coverage, and start our own where nobody does and a gate needs it.

    Called before the project's conftest files are imported; later, their lines and those of what they import would
    be lost.

    Raises:
        MistakesError: When we have to measure and nothing says what.
    """
    parts = _parts_of_controller()
    inside_worker = parts is not None
    found = Measurement("none", wish, rootdir, out, distributed=not inside_worker and distributes(asked))
    if getattr(asked, "cov_source", None) and not getattr(asked, "no_cov", False):
        found.mode = "pytest-cov"
    elif _current() is not None and not inside_worker:
        found.mode = "coverage run"
    elif wish.needed:
        found.mode = "ours"
        _start_ours(found, parts)
    return found


def _parts_of_controller() -> Path | None:
    """Return where a worker's data belongs; None in every other process, a run inside a worker's test included."""
    written = os.environ.get(PARTS_VARIABLE, "")
    if "PYTEST_XDIST_WORKER" not in os.environ or not written:
        return None
    controller, _, folder = written.partition(":")
    # On Windows a virtual environment's launcher stands between the two.
    if sys.platform != "win32" and controller != str(os.getppid()):
        return None
    del os.environ[PARTS_VARIABLE]
    return Path(folder)


def _current() -> coverage.Coverage | None:
    module = sys.modules.get("coverage")
    return module.Coverage.current() if module is not None else None


def _start_ours(measurement: Measurement, parts: Path | None) -> None:
    if parts is None:
        parts = measurement.out / _PARTS
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        os.environ[PARTS_VARIABLE] = f"{os.getpid()}:{parts}"
    # With patch = subprocess coverage has started itself in a worker already.
    running = _current()
    cov = running or new_coverage(measurement.wish, parts / "part", suffix=True)
    _require_source(cov, measurement)
    if measurement.distributed:
        return
    if running is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cov.start()
    measurement.cov = cov


def new_coverage(wish: Wish, data_file: Path, *, suffix: bool) -> coverage.Coverage:
    """Return a measurement configured as the project configures coverage, with what the policy adds."""
    import coverage
    from coverage.exceptions import ConfigError

    cov = coverage.Coverage(
        data_file=str(data_file),
        data_suffix=suffix,
        branch=True if wish.branch else None,
        source=list(wish.source) or None,
        messages=False,
    )
    if wish.otherwise and not _names_a_source(cov):
        cov.set_option("run:source", list(wish.otherwise))
    # Stage labels need a core that supports them; sys.monitoring loses the lines of every later label.
    for option, value in (("run:core", "ctrace"), ("run:disable_warnings", _quiet(cov))):
        try:
            cov.set_option(option, value)
        except ConfigError:
            continue
    return cov


def _quiet(cov: coverage.Coverage) -> list[str]:
    listed = cov.get_option("run:disable_warnings")
    return [*(listed if isinstance(listed, list) else []), "no-ctracer", "no-data-collected", "module-not-measured"]


def _require_source(cov: coverage.Coverage, measurement: Measurement) -> None:
    if _names_a_source(cov):
        return
    guess = _guess(measurement.rootdir)
    text = f'coverage has to be measured, but nothing says of what; add source = ["{guess}"] to the coverage gate'
    mistake = Mistake(measurement.wish.place, f"{text}, or to [tool.coverage.run]")
    raise MistakesError("the policy", [mistake], code="policy")


def _names_a_source(cov: coverage.Coverage) -> bool:
    from coverage.exceptions import ConfigError

    for option in ("run:source", "run:source_pkgs", "run:source_dirs", "run:include"):
        try:
            if cov.get_option(option):
                return True
        except ConfigError:
            continue
    return False


def _guess(rootdir: Path) -> str:
    if (rootdir / "src").is_dir():
        return "src"
    packages = sorted(path.parent.name for path in rootdir.glob("*/__init__.py") if path.parent.name != "tests")
    return packages[0] if packages else "."
