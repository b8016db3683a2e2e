"""Switching the plugin on, and putting its parts together for the process at hand: alone, controller or worker."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.by_hand import tests_in
from pytest_stagegate.documents.asking import documents_wanted
from pytest_stagegate.documents.rendering import Wanted, prepare_folder
from pytest_stagegate.errors import MistakesError, StageGateError, UsageError, nearest
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.finding import RECORD, Given
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.live.attached import asked_for
from pytest_stagegate.live.collecting import Collecting
from pytest_stagegate.live.facts import facts_of
from pytest_stagegate.live.finishing import Finishing, only_shows
from pytest_stagegate.live.guard import Guard, Protection, protected_above
from pytest_stagegate.live.levels import Tagger
from pytest_stagegate.live.measuring import Measurement, start_measuring, wish_of
from pytest_stagegate.live.narrowing import by_configuration, by_hand
from pytest_stagegate.live.output import empty, named_from, output_folder
from pytest_stagegate.live.property_tests import ProfileLoader, PropertyTestsFound, profile_asked_for, shown
from pytest_stagegate.live.recording import Recorder, now
from pytest_stagegate.live.settings import environment_named, in_use
from pytest_stagegate.live.workers import CLOSED, ControllerSide, WorkerSide
from pytest_stagegate.permitting import Looking, NotPermittedError, look_at, permit
from pytest_stagegate.producing import refuse_inside
from pytest_stagegate.project import Project, load_project
from pytest_stagegate.tagging import Selection, selection

if TYPE_CHECKING:
    import argparse

    from pytest_stagegate.model.decision import Note, Subject
    from pytest_stagegate.model.environments import Condition
    from pytest_stagegate.model.manual import ManualTest
    from pytest_stagegate.model.sources import EvidenceRule


_PATH_OPTIONS: Final = ("--stage-gate-policy", "--stage-gate-out", "--stage-gate-evidence")
_OTHER_POLICY: Final = (
    "stagegate: the environment {0} is protected by the policy in {1}, and this run is under {2}, which does not "
    "protect it, so nothing was run; run under the one that does"
)
_SHARD: Final = re.compile(r"[\w.+-]+")


class Setup(msgspec.Struct):
    """What was asked for, read and found to be in order."""

    project: Project
    selection: Selection
    measurement: Measurement
    parser: pytest.Parser
    wanted: tuple[Wanted, ...]
    out: Path
    strict: bool
    given: tuple[Given, ...]
    producers: tuple[EvidenceRule, ...]
    shard: str | None
    conditions: tuple[Condition, ...]


def switch_on(early_config: pytest.Config, parser: pytest.Parser) -> Switched:
    """Read the policy, start measuring, and register what the rest of the run needs.

    Args:
        early_config: pytest's configuration before any conftest file was imported.
        parser: pytest's parser.

    Returns:
        What is left to do once the project's own conftest files have been loaded.

    Raises:
        pytest.UsageError: With one clear text, for every mistake in the policy, a gate module or an option.
    """
    asked = early_config.known_args_namespace
    rootdir = early_config.rootpath
    try:
        setup = _setup(asked, rootdir, early_config.invocation_params, parser)
    except StageGateError as error:
        raise pytest.UsageError(str(error)) from error
    finishing = Finishing(
        setup.project,
        setup.wanted,
        setup.out,
        strict=setup.strict,
        given=setup.given,
        producers=setup.producers,
        shard=setup.shard,
        environment=setup.selection.environment,
        stage=setup.selection.at,
    )
    profile = setup.project.policy.profile(setup.selection.at)
    if profile is not None and not profile_asked_for(asked):
        loader = ProfileLoader(profile)
        loader.start()
        _register(early_config, loader, "stagegate-hypothesis-profile")
        early_config.add_cleanup(loader.stop)
    early_config.pluginmanager.register(Starting(setup, finishing), "stagegate-starting")
    early_config.add_cleanup(setup.measurement.stop)
    return Switched(early_config, setup.measurement, finishing)


class Switched:
    """What is left to do once the project's own conftest files have been loaded, or could not be."""

    def __init__(self, config: pytest.Config, measurement: Measurement, finishing: Finishing) -> None:
        self._config = config
        self._measurement = measurement
        self._finishing = finishing

    def register_last_word(self) -> None:
        """Register what has to have the last word: after the conftest files, so that nothing wraps around it."""
        _register(self._config, self._finishing.last_word_hooks(), "stagegate-last-word")

    def abandon(self) -> None:
        """Stop measuring; no session will come."""
        self._measurement.stop()


def _register(config: pytest.Config, plugin: object, name: str) -> None:
    config.pluginmanager.register(plugin, name)


def _setup(
    asked: argparse.Namespace, rootdir: Path, invocation: pytest.Config.InvocationParams, parser: pytest.Parser
) -> Setup:
    invoked_in = invocation.dir
    _refuse_separate_paths(invocation)
    if not only_shows(asked):
        refuse_inside(rootdir)
    wanted = documents_wanted("--stage-gate-report", asked.stagegate_report, invoked_in, os.environ)
    out = output_folder(asked, rootdir, invoked_in)
    refused = False
    try:
        project, chosen = _asked_of(asked, rootdir, invoked_in)
        conditions = _conditions(asked, project, chosen, invocation, parser)
    except NotPermittedError:
        refused = True
        raise
    finally:
        # A mistake must not leave an earlier decision looking like this one; where nothing may run, nothing is lost.
        if not refused:
            empty(asked, out, rootdir, wanted)
    shard = _shard(asked, project)
    given = asked_for(asked, invoked_in, project)
    producers = project.producers(chosen.at, chosen.environment) if shard is None else ()
    wish = wish_of(project.gates(chosen.at, chosen.environment))
    measurement = start_measuring(asked, wish, rootdir, out)
    strict = bool(asked.stagegate_strict)
    return Setup(project, chosen, measurement, parser, wanted, out, strict, given, producers, shard, conditions)


def _conditions(
    asked: argparse.Namespace,
    project: Project,
    chosen: Selection,
    invocation: pytest.Config.InvocationParams,
    parser: pytest.Parser,
) -> tuple[Condition, ...]:
    """Return the conditions of the environment that the run is against; where it only shows something, none counts.

    Raises:
        NotPermittedError: When the run must not be.
    """
    if only_shows(asked):
        return ()
    given = [*map(str, invocation.args), *shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))]
    # A worker is told by the controller, which has looked.
    named = "PYTEST_XDIST_WORKER" in os.environ or bool(parser.parse_known_args(given).stagegate_env)
    return permit(project.policy, chosen.environment, chosen.at, os.environ, by_name=named)


def _asked_of(asked: argparse.Namespace, rootdir: Path, invoked_in: Path) -> tuple[Project, Selection]:
    """Return the project, and which of its tests are asked for."""
    policy_file = Path(asked.stagegate_policy) if asked.stagegate_policy else None
    if policy_file is not None and not policy_file.is_absolute():
        policy_file = invoked_in / policy_file
    project = load_project(rootdir, policy_file)
    chosen = selection(
        project.vocabulary,
        at=asked.stagegate_at,
        select=asked.stagegate_select,
        environment=asked.stagegate_env,
        default_environment=project.policy.default_environment,
        allowed={rule.name: rule.stages for rule in project.policy.environment_rules},
    )
    return project, chosen


def _shard(asked: argparse.Namespace, project: Project) -> str | None:
    shard: str | None = asked.stagegate_shard
    if shard is None:
        return None
    if not _SHARD.fullmatch(shard):
        raise UsageError(f"--stage-gate-shard: {shard!r} is no name; use letters, digits and the signs . + - _")
    if asked.stagegate_report:
        raise UsageError("--stage-gate-report: a shard only records; `stagegate check` writes the documents")
    expected = {cell.shard for cell in project.policy.expected if cell.shard is not None}
    if expected and shard not in expected:
        raise UsageError(f"--stage-gate-shard: the policy expects no shard {shard!r}; {nearest(shard, expected)}")
    return shard


def _refuse_separate_paths(invocation: pytest.Config.InvocationParams) -> None:
    """Refuse ``--stage-gate-policy FILE``: pytest takes the separate word for a path of the suite.

    It would look for the rootdir there, and read another configuration or none, without a word.
    """
    given = [*map(str, invocation.args), *shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))]
    for option, value in pairwise(given):
        if option in _PATH_OPTIONS and (invocation.dir / value).exists():
            text = f"{option} {value}: pytest would take {value!r} for a path of the suite; write {option}={value}"
            raise UsageError(text)


class Starting:
    """Registers the parts once pytest says which process this is."""

    def __init__(self, setup: Setup, finishing: Finishing) -> None:
        self._setup = setup
        self._finishing = finishing
        self._not_ready = ""

    def pytest_report_header(self) -> list[str]:
        """Say why no test runs."""
        return [f"stagegate: {self._not_ready}"] if self._not_ready else []

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put together what this process needs."""
        config.stash[in_use] = environment_named(self._setup.project.policy, self._setup.selection.environment)
        if self._setup.measurement.mode != "none":
            _register(config, self._setup.measurement, "stagegate-measurement")
        self._guard(config)
        if hasattr(config, "workerinput"):
            # A worker is started with the controller's own words, -n included.
            self._setup.measurement.distributed = False
            if config.workerinput[CLOSED]:
                self._close()
            self._worker(config)
        else:
            self._controller(config)

    def _guard(self, config: pytest.Config) -> None:
        """Guard protected environments against tags that appear after the tests were chosen, and a hidden policy."""
        project, environment = self._setup.project, self._setup.selection.environment
        own = Protection(Tagger(project.vocabulary, project.rootdir), project.policy.protected, project.rootdir)
        # Another policy file, or one that lies nearer, opens no door that the project's own keeps closed.
        others = protected_above(config, known=None if config.option.stagegate_policy else project.rootdir)
        for each in others:
            if environment in each.names - own.names:
                _stop(_OTHER_POLICY.format(environment, each.folder, project.policy.source))
        if own.names or others:
            _register(config, Guard(manual=False, protected=(own, *others), environment=environment), "stagegate-guard")

    def _worker(self, config: pytest.Config) -> None:
        _register(config, PropertyTestsFound(), "stagegate-property-tests-found")
        side = WorkerSide(self._setup.measurement)
        _register(config, side, "stagegate-worker")
        _register(config, self._collecting(side.collected, side.failed), "stagegate-collecting")

    def _controller(self, config: pytest.Config) -> None:
        if only_shows(config.option):
            _register(config, self._collecting(lambda collected: None, _stop), "stagegate-collecting")
            return
        project = self._setup.project
        subject, notes = subject_of(project.rootdir, os.environ, project.policy.artifacts)
        written = self._written_down()
        recorder = self._recorder(config, subject, notes)
        if written:
            recorder.line(lines.Manual(tests=written))
        self._look(recorder, subject)
        _register(config, recorder, "stagegate-recorder")
        if config.getoption("dist", "no") != "no":
            side = ControllerSide(recorder, self._setup.measurement, _stop, closed=bool(self._not_ready))
            _register(config, side, "stagegate-controller")
        else:
            _register(config, PropertyTestsFound(), "stagegate-property-tests-found")
            _register(
                config,
                self._collecting(
                    lambda collected: recorder.collected(collected, session_items=self._finishing.session_items()),
                    _stop,
                ),
                "stagegate-collecting",
            )
        self._finishing.recorder = recorder
        self._finishing.measurement = self._setup.measurement
        self._finishing.checkout = subject, notes
        _register(config, self._finishing, "stagegate-finishing")

    def _look(self, recorder: Recorder, subject: Subject) -> None:
        """Look at the environment that the run is against; no test runs where a protected one is not ready."""
        project, chosen = self._setup.project, self._setup.selection
        rule = project.policy.environment(chosen.environment)
        if rule is None or not rule.asks:
            return
        report = look_at(project, rule, Looking(chosen.at, self._setup.conditions, subject))
        recorder.line(lines.LookedAt(report=report))
        if rule.protected and report.failed:
            self._not_ready = f"{rule.name} is protected and not ready, so no test was run: {'; '.join(report.failed)}."
            recorder.ended_early("environment-not-ready", self._not_ready)
            self._close()

    def _close(self) -> None:
        """Leave out every test."""
        self._setup.selection = replace(self._setup.selection, stages=frozenset())

    def _written_down(self) -> tuple[ManualTest, ...]:
        """Return the manual tests that stand in Markdown."""
        project = self._setup.project
        try:
            return tests_in(project.rootdir, project.policy.manual_folder, project.vocabulary).tests
        except MistakesError as error:
            _stop(error)

    def _collecting(self, done: Callable[..., None], failed: Callable[[MistakesError], None]) -> Collecting:
        return Collecting(
            self._setup.project.vocabulary,
            self._setup.selection,
            self._setup.project.rootdir,
            untagged=self._setup.project.policy.untagged,
            done=done,
            failed=failed,
            labelled=self._setup.measurement.labels,
        )

    def _recorder(self, config: pytest.Config, subject: Subject, notes: tuple[Note, ...]) -> Recorder:
        rootdir = self._setup.project.rootdir
        chosen = self._setup.selection
        run = lines.Run(
            schema=lines.SCHEMA,
            producer=f"pytest-stagegate {version('pytest-stagegate')}",
            started=now(),
            stage=chosen.at,
            environment=chosen.environment,
            shard=self._setup.shard,
            subject=subject,
            policy_sha256=self._setup.project.policy.sha256,
            shape_sha256=self._setup.project.policy.shape_sha256,
            warnings_recorded=config.pluginmanager.hasplugin("warnings"),
            provisional=(*notes, *by_hand(config, self._setup.parser)),
            configured_out=by_configuration(config, self._setup.parser),
            facts={**facts_of(config, chosen), **self._profile(config)},
        )
        try:
            prepare_folder(self._setup.out)
            each = config.getoption("dist", "no") == "each"
            return Recorder(self._setup.out / RECORD, run, rootdir, each=each)
        except OSError as error:
            out = named_from(self._setup.out, rootdir)
            text = f"stagegate: the output folder {out} can't be written: {error.strerror}"
            raise pytest.UsageError(text) from error

    def _profile(self, config: pytest.Config) -> dict[str, str]:
        profile = self._setup.project.policy.profile(self._setup.selection.at)
        return {} if profile is None else {"Hypothesis profile": shown(profile, profile_asked_for(config.option))}


def _stop(told: MistakesError | str) -> NoReturn:
    raise pytest.UsageError(str(told))
