"""JaCoCo XML.

Format: https://www.jacoco.org/jacoco/trunk/coverage/report.dtd

A line runs when at least one of its instructions did (``ci``), which is how JaCoCo counts its LINE counter. It has
``mb + cb`` branches, of which ``cb`` are taken: JaCoCo counts branches and names none. Counters are only compared.

JaCoCo knows packages, not folders. A file is the one that exists in the usual place of sources, ``src/main/java`` and
the like, below the root or below the folder that is called as its group (a group is a module of the build); else it
is named ``group/package/file``, so that equal packages of two modules stay apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.readers.hardened_xml import elements
from pytest_stagegate.evidence.readers.line_hits import FileHits, Hits, contents, line_number, whole_number
from pytest_stagegate.evidence.readers.source_paths import Damage
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_FOLDERS: Final = (
    "",
    "src",
    *(f"src/main/{language}" for language in ("java", "kotlin", "groovy", "scala")),
    *(f"src/{platform}/kotlin" for platform in ("commonMain", "jvmMain", "androidMain")),
)


def read(path: Path, root: Path) -> Contents:
    """Read the lines and branches of a JaCoCo XML report.

    Args:
        path: The file.
        root: The project's root.

    Raises:
        EvidenceError: With file, line and column, when the file is no such report.
    """
    report = _Report(path.name)
    elements(path, report.start, report.end)
    files = report.hits.gathered(root, report.claims)
    return contents(
        report.hits,
        files,
        producer="JaCoCo",
        holder="JaCoCo reports",
        created=rfc3339(instant(report.dump)),
        measured_branches=True,
    )


class _Report:
    """A report as it comes in."""

    def __init__(self, name: str) -> None:
        self.hits = Hits(name)
        self.dump = ""
        self._open: list[str] = []
        self._groups: list[str] = []
        self._package = ""
        self._stated = ""
        self._file: FileHits | None = None
        self._places: dict[str, tuple[str, ...]] = {}
        self._counted = {"LINE": [0, 0], "BRANCH": [0, 0]}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and name != "report":
            raise Damage(f"the root element is {name[:40]!r}; a JaCoCo report begins with 'report'")
        self._open.append(name)
        if name == "sessioninfo":
            self.dump = max(self.dump, attributes.get("dump", ""), key=lambda each: (len(each), each))
        elif name == "group":
            self._groups.append(attributes.get("name", ""))
        elif name == "package":
            self._package = attributes.get("name", "")
        elif name == "sourcefile":
            self._begin(attributes.get("name", ""))
        elif name == "line":
            self._line(attributes)
        elif name == "counter" and self._open[-2:-1] == ["sourcefile"]:
            self._counter(attributes)

    def end(self, name: str) -> None:
        self._open.pop()
        if name == "group":
            self._groups.pop()
        elif name == "sourcefile":
            self._file = None

    def _begin(self, source: str) -> None:
        inside = f"{self._package}/{source}".lstrip("/")
        stated = "/".join(filter(None, (*self._groups, inside)))
        heads = dict.fromkeys(("/".join(self._groups), self._groups[-1] if self._groups else ""))
        self._stated, self._file = stated, self.hits.file(stated)
        self._places[stated] = tuple(
            "/".join(filter(None, (head, folder, inside))) for head in heads for folder in _FOLDERS
        )
        self._counted = {"LINE": [0, 0], "BRANCH": [0, 0]}

    def _line(self, attributes: dict[str, str]) -> None:
        if self._file is None:
            raise Damage("a line stands outside a sourcefile")
        number = line_number(attributes.get("nr"))
        if "ci" not in attributes:
            raise Damage(f"line {number} of {self._stated!r} does not say whether it ran: ci is missing")
        hit = whole_number(attributes["ci"], "ci") > 0
        missed = whole_number(attributes.get("mb", "0"), "mb")
        taken = whole_number(attributes.get("cb", "0"), "cb")
        self._file.line(number, ran=hit)
        self._counted["LINE"][hit] += 1
        if missed or taken:
            self._file.branches(number, missed + taken, taken)
            self._counted["BRANCH"][0] += missed
            self._counted["BRANCH"][1] += taken

    def _counter(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "")
        if kind in self._counted:
            for state, counted in zip(("missed", "covered"), self._counted[kind], strict=True):
                self.hits.warnings.differ(f"{kind} {state}", attributes.get(state), counted, file=self._stated)

    def claims(self, stated: str) -> tuple[str, ...]:
        return self._places[stated]
