"""Manual tests in Markdown.

A heading begins a test, and its text is the title; the steps stand below it, as a list or in paragraphs. Between a
heading and its first step, and between the top of the file and its first heading, lines ``stage: deploy``,
``environment: staging, production`` and ``requirement: PAY-7`` may stand; those at the top hold for every test of the
file that doesn't say otherwise, and requirements add up. Everything else above the first heading is ignored.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError, Mistake, MistakesError
from pytest_stagegate.evidence.manual.steps import steps_of
from pytest_stagegate.evidence.readers.bounded import encoding_of, read_bounded
from pytest_stagegate.model.links import REQUIREMENT
from pytest_stagegate.model.manual import ManualFile, ManualTest, WrittenTests, digest_of
from pytest_stagegate.tagging import MarkUse, Said, TagLevel, TagMistake, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(?P<title>.*?)[ \t]*#*[ \t]*")
_FACT: Final = re.compile(r"(?P<key>[A-Za-z]+)[ \t]*:[ \t]*(?P<value>.*)")
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
_FACTS: Final = ("stage", "environment", "requirement")
_PLURALS: Final = {"environments": "environment", "requirements": "requirement"}
_LARGEST: Final = 1 << 20


def tests_in(root: Path, folder: str | None, vocabulary: Vocabulary) -> WrittenTests:
    """Return the manual tests of every ``*.md`` file below a folder, by file and place in it, and the files.

    Args:
        root: The project's root.
        folder: The folder, relative to the root; None for none.
        vocabulary: Stages, environments and path rules, which hold for these files too.

    Raises:
        MistakesError: With everything that is wrong, each with its file and line.
    """
    if folder is None:
        return WrittenTests()
    mistakes = []
    found: list[ManualTest] = []
    files = []
    # By its ending in capitals some systems find a file, and others would pass its tests over without a word.
    for path in sorted(each for each in (root / folder).rglob("*") if each.suffix.lower() == ".md"):
        name = path.relative_to(root).as_posix()
        reading = _Reading(name, vocabulary)
        try:
            content = read_bounded(path, _LARGEST, f"it is larger than {_LARGEST >> 20} MiB")
            found += reading.tests(content.decode(encoding_of(content)))
            files.append(ManualFile(name, hashlib.sha256(content).hexdigest()))
        except (EvidenceError, UnicodeDecodeError) as error:
            mistakes.append(Mistake(name, str(error)))
        mistakes += reading.mistakes
    if mistakes:
        raise MistakesError("the manual tests", mistakes, code="manual")
    return WrittenTests(tuple(found), tuple(files))


class _Reading:
    """Reads one file, and gathers its mistakes."""

    def __init__(self, name: str, vocabulary: Vocabulary) -> None:
        self._name = name
        self._vocabulary = vocabulary
        self.mistakes: list[Mistake] = []

    def tests(self, text: str) -> list[ManualTest]:
        """Return the tests of the file."""
        sections = list(_sections(text.splitlines()))
        above = self._facts(_facts_on_top(sections[0][1], sections[0][0], strict=False)[0])
        if not sections[1:]:
            self._mistake(1, "has no test: write a heading, and its steps below it")
        found: dict[str, ManualTest] = {}
        for line, lines in sections[1:]:
            test = self._test(line, lines, above)
            if test is not None and found.setdefault(test.id, test) is not test:
                self._mistake(line, f"there is a second test {test.title!r}; give it a title of its own")
        return list(found.values())

    def _test(self, line: int, lines: Sequence[str], above: Said) -> ManualTest | None:
        heading = _HEADING.fullmatch(lines[0])
        title = " ".join(heading["title"].split()) if heading is not None else ""
        facts, rest = _facts_on_top(lines[1:], line + 1, strict=True)
        said = self._facts(facts)
        tag = self._vocabulary.tag((said, above, self._vocabulary.from_path(self._name)))
        steps = steps_of(rest)
        if not title.isprintable() or not title:
            self._mistake(line, "a heading is the title of a test, and has to be text")
            return None
        if not steps:
            self._mistake(line, f"the test {title!r} has no steps")
            return None
        return ManualTest(
            id=f"{self._name}::{title}",
            title=title,
            steps=steps,
            digest=digest_of(steps),
            stage=tag.stage,
            environments=tag.environments,
            requirements=tuple(
                dict.fromkeys(link.name for link in (*said.links, *above.links) if link.kind == REQUIREMENT)
            ),
        )

    def _facts(self, facts: Sequence[tuple[int, str, str]]) -> Said:
        marks = []
        for line, key, value in facts:
            mark = MarkUse(key, tuple(part.strip() for part in value.split(",")), {})
            try:
                self._vocabulary.read(TagLevel("test", [mark]))
            except TagMistake as mistake:
                self._mistake(line, str(mistake))
                continue
            marks.append(mark)
        try:
            return self._vocabulary.read(TagLevel("test", marks))
        except TagMistake as mistake:
            self._mistake(facts[0][0], str(mistake))
            return Said(None, None)

    def _mistake(self, line: int, text: str) -> None:
        self.mistakes.append(Mistake(f"{self._name}:{line}", text))


def _sections(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield what stands above the first heading, then each heading with what is below it, and the line it begins in."""
    first, fence = 1, ""
    section: list[str] = []
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.match(line)
        if mark is not None:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        if not fence and _HEADING.fullmatch(line):
            yield first, section
            first, section = number, []
        section.append(line)
    yield first, section


def _facts_on_top(
    lines: Sequence[str], first: int, *, strict: bool
) -> tuple[list[tuple[int, str, str]], Sequence[str]]:
    """Return the facts that stand on top of lines, each with its place, and what is left.

    Args:
        lines: The lines.
        first: The number of the first of them.
        strict: Whether what is no fact ends them; if not, it is passed over.
    """
    facts = []
    for number, line in enumerate(lines):
        found = _FACT.fullmatch(line.strip())
        key = found["key"].lower() if found is not None else ""
        key = _PLURALS.get(key, key)
        if found is not None and key in _FACTS:
            facts.append((first + number, key, found["value"].strip()))
        elif strict and line.strip():
            return facts, lines[number:]
    return facts, []
