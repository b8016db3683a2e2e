"""JUnit XML of any dialect: plainly passed cases are counted from the stream, all others go through junitparser.

There is no standard. What tools agree on is ``testsuites`` or ``testsuite`` at the top and ``testcase`` inside; what
they disagree on, and how it is read here, stands in the reference page on test result formats.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.readers.gathered import Gathered
from pytest_stagegate.evidence.readers.hardened_xml import DEPTH, BadXml, parse
from pytest_stagegate.evidence.readers.junit_cases import (
    RESULTS,
    SILENT,
    CaseElements,
    Judged,
    judge,
    judge_plain,
    links,
)
from pytest_stagegate.evidence.readers.junit_producer import Producer
from pytest_stagegate.evidence.readers.junit_suites import Suites
from pytest_stagegate.evidence.readers.tool_times import instant, microseconds, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.tests import QUICK, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.parsers import expat

# Tools write their language's zero time (0001, 1970) where nothing was run.
_FIRST_YEAR: Final = 1980
_KNOWN: Final = 4096
_SHORT: Final = 20
_ROOTS: Final = ("testsuites", "testsuite")
_OTHER_ROOTS: Final = {
    "test-run": ("NUnit's own format", "--logger junit of the package JunitXml.TestLogger"),
    "test-results": ("the format of NUnit 2", "--logger junit of the package JunitXml.TestLogger"),
    "assemblies": ("xUnit.net's own format", "-junit FILE of its console runner"),
    "assembly": ("xUnit.net's own format", "-junit FILE of its console runner"),
    "TestRun": ("Visual Studio's TRX", "--logger junit of the package JunitXml.TestLogger"),
    "Site": ("CTest's own format", "ctest --output-junit FILE"),
    "robot": ("Robot Framework's own format", "robot --xunit FILE, or rebot --xunit FILE output.xml"),
    "testng-results": ("TestNG's own format", "its listener org.testng.reporters.JUnitReportReporter"),
    "Catch": ("Catch2's own format", "--reporter junit"),
    "Catch2TestRun": ("Catch2's own format", "--reporter junit"),
    "doctest": ("doctest's own format", "--reporters=junit"),
    "TestLog": ("Boost.Test's own format", "--log_format=JUNIT"),
    "TestResult": ("Boost.Test's own format", "--log_format=JUNIT"),
    "TestCase": ("Qt Test's own format", "-o FILE,junitxml"),
}


def read(path: Path, _root: Path) -> Contents:
    """Read the test results of a JUnit XML file.

    Args:
        path: The file; it may hold several documents one after the other.
        _root: The project's root; nothing in test results is relative to it.

    Raises:
        EvidenceError: With file, line and column, when the file is no JUnit XML, or is not well-formed.
    """
    stream = _Stream()
    parse(path, stream.bind, several=True)
    return Contents(
        tests=stream.gathered.data,
        producer=stream.producer.text(),
        created=rfc3339(stream.earliest),
        warnings=stream.gathered.warnings(),
    )


class _Stream:
    """All documents of one file.

    Nothing is done at the start of a test case but to remember it: when it ends with nothing in it, it is counted;
    when anything stands in it that may say how it ended, other handlers take over until its end.
    """

    def __init__(self) -> None:
        self.gathered = Gathered()
        self.suites = Suites(self.gathered)
        self.producer = Producer()
        self.earliest: dt.datetime | None = None
        self._timestamp = ""
        # Most tests of a file take one of few times: durations that have been read, by their text.
        self._known: dict[str | None, int] = {None: 0}

    def bind(self, parser: expat.XMLParserType) -> None:
        """Set the handlers for one document."""
        self.suites.restart()
        count, known, learn, opened = self.gathered.quick.append, self._known, self._learn, self.suites.open
        plain: dict[str, str] | None = None
        silent = 0
        case = CaseElements({})

        def on_start(name: str, attributes: dict[str, str]) -> None:
            nonlocal plain, silent
            if plain is None:
                if name == "testcase" and opened:
                    plain = attributes
                else:
                    begin(name.rpartition(":")[2], attributes)
            elif name in SILENT and silent < DEPTH and not links(name, attributes):
                silent += 1
            else:
                enter(CaseElements(plain, silent), name, attributes)
                plain, silent = None, 0

        def begin(name: str, attributes: dict[str, str]) -> None:
            nonlocal plain
            if name == "testcase" and opened:
                plain = attributes
            elif name in RESULTS and opened:
                enter(CaseElements({"name": self.suites.name()}, of_suite=True), name, attributes)
            else:
                self._begin(name, attributes)

        def enter(new: CaseElements, name: str, attributes: dict[str, str]) -> None:
            nonlocal case
            case = new
            case.start(name, attributes)
            parser.StartElementHandler, parser.EndElementHandler = case.start, on_case_end
            parser.CharacterDataHandler = case.text

        def on_end(_: str) -> None:
            nonlocal plain, silent
            if plain is None:
                self.suites.end()
            elif silent:
                silent -= 1
            else:
                attributes, plain = plain, None
                duration = known.get(text := attributes.get("time"))
                if duration is None:
                    duration = learn(text)
                if duration < 0 or "status" in attributes or "result" in attributes:
                    self._finish(attributes, judge_plain(attributes))
                else:
                    count(duration)

        def on_case_end(name: str) -> None:
            if case.end(name):
                parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
                parser.CharacterDataHandler = None
                self._close(case)

        parser.StartElementHandler, parser.EndElementHandler = on_start, on_end

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self.suites.open and name not in _ROOTS:
            raise BadXml(_foreign_root(name))
        self.suites.begin(name, attributes)
        self.producer.note(name, attributes)
        if name in _ROOTS and (text := attributes.get("timestamp", "")) and text != self._timestamp:
            self._timestamp = text
            found = instant(text)
            if found is None:
                self.gathered.tally("timestamps can't be read", text)
            elif found.year >= _FIRST_YEAR and (self.earliest is None or _utc(found) < _utc(self.earliest)):
                # Of several documents in one file the oldest tells how old it is.
                self.earliest = found

    def _close(self, case: CaseElements) -> None:
        attributes = case.element.attrib
        if not case.of_suite:
            before = len(self.gathered.data.ids)
            self._finish(attributes, judge(case), named=bool(case.properties))
            self.gathered.link(case.properties, before)
            return
        judged = judge(case)
        if judged.failure or judged.error:
            self.suites.broke(attributes["name"], judged.reason, judged.message)

    def _finish(self, attributes: dict[str, str], judged: Judged, *, named: bool = False) -> None:
        """Take in a test case that has ended; `named` keeps its name however it ended."""
        duration = self._duration(attributes.get("time"))
        outcome, executed, reason, message, reruns, odd = judged[:6]
        if outcome is Outcome.PASSED and not reruns and not odd and duration < QUICK and not named:
            self.gathered.quick.append(duration)
            return
        name = _name(attributes)
        for each in odd:
            self.gathered.tally("words or elements of test cases are not known", f"{each} of {name}")
        self.suites.count(judged)
        if outcome is Outcome.PASSED and not reruns:
            (self.gathered.add(name, outcome, duration) if named else self.gathered.passed(name, duration))
            return
        executed = executed and (duration > 0 or outcome is not Outcome.ERROR)
        detail = self.gathered.detail(executed, reason, message, reruns)
        self.gathered.add(name, outcome, duration, detail)

    def _learn(self, text: str | None) -> int:
        """Return a duration below `QUICK` in microseconds; -1 when it is none, or longer."""
        try:
            duration = float(text or "nan") * 1e6 + 0.5
        except ValueError:
            return -1
        if not 0.5 <= duration < QUICK:
            return -1
        if len(self._known) < _KNOWN and len(text or "") < _SHORT:
            self._known[text] = int(duration)
        return int(duration)

    def _duration(self, text: str | None) -> int:
        """Return a duration of any length in microseconds, 0 when it can't be read."""
        known = self._known.get(text)
        if known is not None or text is None:
            return known or 0
        found = microseconds(text)
        if found is None:
            self.gathered.tally("times can't be read and count as 0 s", repr(text[:60]))
        return found or 0


def _utc(found: dt.datetime) -> dt.datetime:
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.timezone.utc)


def _name(attributes: Mapping[str, str]) -> str:
    name, classname = attributes.get("name", "").strip(), attributes.get("classname", "").strip()
    if not classname or classname == name:
        return name or "test case without a name"
    return f"{classname}::{name}" if name else classname


def _foreign_root(name: str) -> str:
    if name not in _OTHER_ROOTS:
        return f"the root element is <{name[:100]}>, where JUnit XML has <testsuites> or <testsuite>"
    what, option = _OTHER_ROOTS[name]
    return f"the root element is <{name}>: this is {what}; {option} writes JUnit XML"
