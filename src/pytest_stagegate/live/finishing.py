"""The end of the run: close the record, decide once, say it, and hold the exit status against everybody."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from pytest_stagegate import decide
from pytest_stagegate.assembling import Question
from pytest_stagegate.documents.delivering import delivered, inert
from pytest_stagegate.documents.hyperlinks import file_of
from pytest_stagegate.documents.rendering import FILES
from pytest_stagegate.documents.terminal import Text, last_word, section
from pytest_stagegate.errors import StageGateError
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.keeping.folder import keep
from pytest_stagegate.live.attached import attached
from pytest_stagegate.live.history import history_lines
from pytest_stagegate.live.printing import print_line, waiting, width_of, write_line
from pytest_stagegate.live.producers import produced, worth_producing
from pytest_stagegate.live.stopping import endings, limits_warnings
from pytest_stagegate.loading import paused_collector
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.producing import Making
from pytest_stagegate.run import Decided, decide_on, publish
from pytest_stagegate.stepping import step

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator
    from pathlib import Path

    from pytest_stagegate.documents.rendering import Wanted
    from pytest_stagegate.live.measuring import Measurement
    from pytest_stagegate.live.recording import Recorder
    from pytest_stagegate.model.decision import Note, Subject
    from pytest_stagegate.model.sources import EvidenceRule
    from pytest_stagegate.project import Project

HOLD_STATUS: Final = 21
_SHOWING: Final = (
    "collectonly",
    "help",
    "version",
    "showfixtures",
    "show_fixtures_per_test",
    "markers",
    "cacheshow",
)
"""Options with which pytest shows something instead of running a session of tests."""


def only_shows(asked: argparse.Namespace) -> bool:
    """Return whether pytest was asked to show something and to run no test; nothing is decided then."""
    return any(getattr(asked, name, None) for name in _SHOWING)


class LastWord:
    """Outermost around pytest's main: restates the status, and prints the decision below pytest's own last line."""

    def __init__(self, finishing: Finishing) -> None:
        self._finishing = finishing

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, Any, Any]:
        """Let the run happen, then speak."""
        try:
            status = yield
        except BaseException:
            self._finishing.failed_afterwards()
            raise
        return self._finishing.conclude(config, status)


class Finishing:
    """Decides at the end of a session.

    Args:
        project: Policy and gates.
        wanted: Which documents.
        out: The output folder.
        strict: Whether CONDITIONAL and provisional decisions end the run with a status of their own.
        given: Further evidence files.
        producers: What makes more of them at the end of the session.
        shard: Name of the shard, which only records and decides nothing; None otherwise.
        environment: The environment that the run is against, or None.
        stage: The stage that is decided.
    """

    def __init__(
        self,
        project: Project,
        wanted: tuple[Wanted, ...],
        out: Path,
        *,
        strict: bool,
        given: tuple[Given, ...] = (),
        producers: tuple[EvidenceRule, ...] = (),
        shard: str | None = None,
        environment: str | None = None,
        stage: str,
    ) -> None:
        self._project = project
        self._wanted = wanted
        self._out = out
        self._strict = strict
        self._given = given
        self._producers = producers
        self._shard = shard
        self._environment = environment
        self._stage = stage
        self.recorder: Recorder | None = None
        self.measurement: Measurement | None = None
        self.checkout: tuple[Subject, tuple[Note, ...]] | None = None
        self._session: pytest.Session | None = None
        self._decided: Decided | None = None
        self._fault = ""
        self._status = HOLD_STATUS
        self._recorded_status: int | None = None
        self._finished = False
        self._process = os.getpid()

    def last_word_hooks(self) -> LastWord:
        """Return the plugin that speaks last."""
        return LastWord(self)

    def session_items(self) -> list[pytest.Item]:
        """Return the items of the session that is running."""
        return self._session.items if self._session is not None else []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session."""
        self._session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note an interruption and who asked for it."""
        assert self.recorder is not None
        text = str(excinfo.value).strip()
        by_person = type(excinfo.value) is KeyboardInterrupt or "keyboard-interrupt" in text
        if not by_person and not isinstance(excinfo.value, pytest.exit.Exception):
            # pytest stops itself: for collection errors, which are named by themselves, or at a limit of failures.
            if not self.recorder.saw_collection_error:
                self.recorder.ended_early(
                    "stopped-early", f"pytest stopped before every collected test had run: {text}."
                )
            return
        kind = "pytest.exit" if isinstance(excinfo.value, pytest.exit.Exception) else "the keyboard or a signal"
        self.recorder.ended_early("interrupted", f"The run was interrupted by {kind}{f': {text}' if text else ''}.")

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note an internal error."""
        assert self.recorder is not None
        # A worker's error arrives as text, whose last line says what it was.
        last = (str(excinfo.value).strip().splitlines() or [""])[-1]
        self.recorder.ended_early("internal-error", f"pytest had an internal error: {excinfo.typename}: {last[:200]}.")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Decide before anybody else finishes, and restate the status after everybody has."""
        if self._forked():
            return (yield)
        self._session = session
        self._finished = True
        own = int(session.exitstatus)
        self._close(session, own)
        with waiting(session.config):
            self._decide()
        if own == 0 and not limits_warnings(session.config):
            self._settle()
        try:
            return (yield)
        finally:
            self._amend(int(session.exitstatus))
            self._settle()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        """Write the section with the gates below pytest's own sections."""
        try:
            return (yield)
        finally:
            self._write_section(terminalreporter)

    def conclude(self, config: pytest.Config, status: Any) -> Any:
        """Say the decision, and return the exit status of the process.

        Args:
            config: The session's configuration.
            status: What pytest's main would return.
        """
        if self._forked() or hasattr(config, "workerinput"):
            return status
        if not self._finished:
            return self._without_session(config, status)
        final = int(status or 0)
        self._amend(final)
        self._deliver(config)
        if self._decided is not None or self._fault or self._shard is not None:
            last, report = self._last_line(config), self._out / FILES["html"]
            shown = msgspec.structs.replace(last, line=inert(last.line, os.environ))
            print_line(config, shown, report if report.is_file() else None)
        if self._decided is not None and not self._fault:
            keep(self._decided.decision, self._decided.view.digest, self._decided.tests, self._out)
        # A status of pytest's own is never replaced; no tests left by our own selection is not pytest's failure.
        nothing_selected = final == pytest.ExitCode.NO_TESTS_COLLECTED and self._selection_left_nothing()
        return self._status if self._status and (final == 0 or nothing_selected) else status

    def _deliver(self, config: pytest.Config) -> None:
        """Hand over to a CI system what it takes; once, of the decision that stays."""
        if self._decided is None or self._fault:
            return
        try:
            for line in delivered(self._decided.files, os.environ):
                print_line(config, Text(line))
        except OSError as error:
            self._fault = f"the CI system's file can't be written: {error.strerror}: {error.filename}"
            self._status = HOLD_STATUS

    def failed_afterwards(self) -> None:
        """Record that something broke after the decision, so that no document says otherwise."""
        if self._finished and not self._forked() and self._recorded_status == 0:
            self._amend(int(pytest.ExitCode.INTERNAL_ERROR))

    def _forked(self) -> bool:
        """Whether this is a child that a test forked: it has the session's memory, but not the session."""
        return os.getpid() != self._process

    def _without_session(self, config: pytest.Config, status: Any) -> Any:
        """Return the status of a call of pytest in which no session came to its end."""
        if int(status or 0) or only_shows(config.option):
            return status
        print_line(
            config, Text("‖ HOLD  stagegate: no session of pytest came to its end, so nothing was decided", "hold")
        )
        return HOLD_STATUS

    def _selection_left_nothing(self) -> bool:
        return self.recorder is not None and self.recorder.only_selection_left_nothing

    def _close(self, session: pytest.Session, own: int) -> None:
        assert self.recorder is not None
        assert self.measurement is not None
        assert self.checkout is not None
        for reason, text in endings(session, own):
            self.recorder.ended_early(reason, text)
        try:
            with waiting(session.config):
                step("measuring coverage")
                self.measurement.stop()
                coverage = self.measurement.result(session.config, self._stages())
        except Exception as error:
            coverage = Absent("unreadable", f"coverage could not be read: {type(error).__name__}: {error}")
        own = self._produce(session, own)
        try:
            for line in attached(self._given, self._project.rootdir, session.config, self.recorder.started):
                self.recorder.line(line)
            version = self.checkout[0].version
            for said in history_lines(self._project, self._stage, self._environment, version):
                self.recorder.line(said)
            self.recorder.close(own, coverage)
        except OSError as error:
            self._fault = f"the record can't be written: {error.strerror}"
        self._recorded_status = own

    def _produce(self, session: pytest.Session, own: int) -> int:
        """Let the producers complete the evidence; return pytest's status, which an interruption changes."""
        assert self.recorder is not None
        assert self.checkout is not None
        if not self._producers or not worth_producing(own, collection_failed=self.recorder.saw_collection_error):
            return own
        making = Making(self._project.rootdir, self._out, self.checkout[0], None, self._project.to_measure)
        quiet = session.config.get_verbosity() < 0
        try:
            self._given += produced(self._producers, making, partial(print_line, session.config), quiet=quiet)
        except KeyboardInterrupt:
            self.recorder.ended_early("interrupted", "The run was interrupted while the policy's producers ran.")
            session.exitstatus = own or pytest.ExitCode.INTERRUPTED
        except OSError as error:
            self._fault = f"what the producers made can't be written: {error.strerror}: {error.filename}"
        return int(session.exitstatus)

    def _stages(self) -> set[str]:
        """Return the stages of which tests ran, for coverage by stage; asked of the record written so far."""
        assert self.recorder is not None
        assert self.measurement is not None
        if self.measurement.label_problem or not self.measurement.labels:
            return set()
        self.recorder.flush()
        evidence, _ = read_record(self.recorder.path)
        return evidence.tests.stages()

    def _decide(self) -> None:
        assert self.recorder is not None
        if not self._fault and not self.recorder.own:
            self._fault = "another run has written over this run's record; give each run its own --stage-gate-out"
        if self._fault:
            self._status = HOLD_STATUS
            return
        if self._shard is not None:
            self._status = 0
            return
        assert self.checkout is not None
        question = Question(
            given=(Given(self.recorder.path), *self._given), checkout=self.checkout, environment=self._environment
        )
        try:
            with paused_collector():
                self._decided = decide_on(self._project, question, wanted=self._wanted, out=self._out)
                publish(self._decided, self._out)
        except StageGateError as error:
            self._fault = str(error)
        except OSError as error:
            self._fault = f"the documents can't be written: {error.strerror}: {error.filename}"
        except Exception as error:
            # A fault of our own blocks; it is told in one line, as everything else.
            self._fault = f"a fault of pytest-stagegate itself: {type(error).__name__}: {error}"
        if self._fault or self._decided is None:
            self._status = HOLD_STATUS
            return
        decision = self._decided.decision
        self._status = decide.exit_status(
            decision.decision, provisional=bool(decision.provisional), strict=self._strict
        )

    def _amend(self, status: int) -> None:
        """Decide again when another plugin has changed pytest's status since."""
        if status in (0, self._recorded_status, self._status) or self._fault or self.recorder is None:
            return
        if self.recorder.own:
            self.recorder.amend(status)
        self._recorded_status = status
        self._decided = None
        self._decide()

    def _settle(self) -> None:
        session = self._session
        if session is not None and self._status and int(session.exitstatus) == 0:
            session.exitstatus = self._status

    def _write_section(self, terminal: pytest.TerminalReporter) -> None:
        if not any(each.format == "terminal" for each in self._wanted):
            return
        config = terminal.config
        if self._decided is None or self._recorded_status == pytest.ExitCode.USAGE_ERROR:
            return
        body = list(section(self._decided.view, verbosity=config.get_verbosity(), width=width_of(terminal)))
        if not body:
            return
        decision = self._decided.decision
        against = f" against {decision.environment}" if decision.environment else ""
        terminal.ensure_newline()
        terminal.section(f"stage gate: {decision.stage}{against}")
        for text in body:
            file = file_of(text.place, self._project.rootdir) if text.place else None
            write_line(terminal, msgspec.structs.replace(text, line=inert(text.line, os.environ)), file)

    def _last_line(self, config: pytest.Config) -> Text:
        if self._fault:
            return Text(f"‖ HOLD  stagegate: {self._fault}", "hold")
        folder = self._out.relative_to(self._project.rootdir.resolve()).as_posix()
        if self._shard is not None:
            return Text(f"stagegate: shard {self._shard} is recorded in {folder}; `stagegate check` decides", "")
        assert self._decided is not None
        documents = ""
        if config.get_verbosity() >= 0 and self._decided.files:
            documents = f"documents in {folder}"
        return msgspec.structs.replace(last_word(self._decided.view, documents), place=documents)
