"""The documentation says what the code does: names are compared, samples are run, their output is compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec
import pytest

import pytest_stagegate
from pytest_stagegate.cli import commands
from pytest_stagegate.documents import templating
from pytest_stagegate.documents.judged import GateView
from pytest_stagegate.documents.reasons import BlockerView
from pytest_stagegate.documents.view import View
from pytest_stagegate.evidence import lines
from pytest_stagegate.hooks import EVIDENCE_FACES, Warnings, gates_of
from pytest_stagegate.model import decision
from pytest_stagegate.model.artifacts import Artifacts
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.findings import Findings
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.metrics import Metrics
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.property_tests import PropertyTests
from pytest_stagegate.model.provenance import Provenance
from pytest_stagegate.model.reasons import REASONS, REMEDIES
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.sbom import Sboms
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.told import ReleaseNotes
from pytest_stagegate.model.upstream import Decisions
from pytest_stagegate.model.vulnerabilities import Vulnerabilities
from pytest_stagegate.policy import explaining, loading
from pytest_stagegate.policy.model import COMMON_KEYS
from pytest_stagegate.project import load_project
from pytest_stagegate.stock import STOCK_GATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.hooks import Gate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
NEW_PROJECT: Final = "% new project"
WRONG_ON_PURPOSE: Final = "% wrong on purpose"
ONE_COMMAND: Final = "% one command, whose output shows commands"
DOT: Final = "..."
REASON_PAGE: Final = "reference/reason-codes.md"

_FENCE: Final = re.compile(r"(?P<ticks>`{3,})(?:\{[\w-]+\} *)?(?P<language>\w*).*")
_CAPTION: Final = re.compile(r":caption: (.+)")
_LINK: Final = re.compile(r"\]\((?!https?://)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING: Final = re.compile(r"(#+) (.+)")
_TIME: Final = re.compile(
    r"""\d+(?:\.\d+)?\s?(?:µs|ms|s|min)\b(?: \(\d+:\d\d:\d\d\))?|(?<="us":)\[?\d+|(?<="finished":")[^"]+"""
)
_RULE: Final = re.compile(r"([=_-])\1{2,}")
_OPTION: Final = re.compile(r"^  (?:-\w, )?(--[\w-]+)", re.MULTILINE)


# ---- reading a page


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its caption, its text, and the marks that stand before it."""

    language: str
    caption: str
    body: str
    marks: tuple[str, ...]


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str) -> Iterator[Block]:
    rows = iter(text.splitlines())
    marks: list[str] = []
    for row in rows:
        if row.startswith("% "):
            marks.append(row.strip())
        opened = _FENCE.fullmatch(row)
        if opened is None:
            continue
        body: list[str] = []
        for inner in rows:
            if inner.strip() == opened["ticks"]:
                break
            body.append(inner)
        caption = _CAPTION.fullmatch(body[0]) if body else None
        kept = body[1:] if caption else body
        yield Block(opened["language"], caption[1] if caption else "", "\n".join(kept) + "\n", tuple(marks))
        marks.clear()


def prose(text: str) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^(`{3,}).*?^\1\s*$", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(text: str, level: int) -> list[str]:
    found = [match for row in prose(text).splitlines() if (match := _HEADING.fullmatch(row))]
    return [match[2].strip("`") for match in found if len(match[1]) == level]


def section(text: str, heading: str, level: int = 2) -> str:
    """Return what stands below one heading, up to the next of its level or above."""
    start = re.search(rf"^#{{{level}}} `?{re.escape(heading)}`?$", text, re.MULTILINE)
    assert start is not None, heading
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def first_cells(text: str) -> list[str]:
    """Return the codes that stand in the first cell of each row of the tables in a text."""
    cells = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `")]
    return [code for cell in cells for code in re.findall(r"`([^`]+)`", cell)]


def anchor_of(heading: str) -> str:
    kept = "".join(char for char in heading.lower() if char.isalnum() or char in " -_")
    return kept.strip().replace(" ", "-")


# ---- names


def stock_gates() -> dict[str, Gate]:
    return {gate.name: gate for module in STOCK_GATES for gate in gates_of(module)}


def test_every_reason_code_is_explained() -> None:
    text = page(REASON_PAGE)
    assert sorted(first_cells(text)) == sorted({*REASONS, *REMEDIES, "pytest-exit-N"})
    missing = [sentence for sentence in REASONS.values() if f"| {sentence} |" not in text]
    assert not missing


def test_every_remedy_of_a_gate_that_could_not_judge_is_shown() -> None:
    rows = [row.split(" | ") for row in section(page(REASON_PAGE), "Of gates that could not judge").splitlines()]
    shown = {row[0].strip("| `"): row[2].removesuffix(" |") for row in rows if row[0].startswith("| `")}
    assert shown == REMEDIES


def help_of(*command: str) -> str:
    env = {**clean_environment(), "COLUMNS": "100"}
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_options_page_has_the_options_of_pytest(tmp_path: Path) -> None:
    shown = set(re.findall(r"--stage-gate[\w-]*", help_of("-m", "pytest", f"--rootdir={tmp_path}", "--help")))
    assert {each for each in headings(page("reference/options.md"), 2) if each.startswith("--")} == shown


def test_the_command_page_has_the_commands() -> None:
    described = {each.removeprefix("stagegate ") for each in headings(page("reference/command-line.md"), 2)}
    assert described == set(commands.list_commands(click.Context(commands)))


def test_the_policy_page_has_the_keys() -> None:
    text = page("reference/policy.md")
    assert sorted(headings(section(text, "Keys of `[tool.stagegate]`"), 3)) == sorted(loading._KEYS)
    assert sorted(headings(section(text, "Keys common to all gates"), 3)) == sorted(COMMON_KEYS)


def test_each_stock_gate_has_its_page() -> None:
    pages = {path.stem for path in (DOCS / "reference" / "gates").glob("*.md")} - {"index"}
    assert pages == set(stock_gates())
    assert set(re.findall(r"^\| \[`([\w-]+)`\]", page("reference/gates/index.md"), re.MULTILINE)) == pages


@pytest.mark.parametrize("gate", stock_gates())
def test_the_page_of_a_gate_answers_what_people_ask(gate: str) -> None:
    text = page(f"reference/gates/{gate}.md")
    asked = ["**Question.**", "**Evidence.**", "| check |", "| option |", "**Missing evidence.**", "**How to fix.**"]
    assert [each for each in asked if each not in text] == []
    assert NEW_PROJECT in text, "an example policy with its output"


@pytest.mark.parametrize("gate", stock_gates().values(), ids=stock_gates())
def test_the_page_of_a_gate_has_its_options(gate: Gate) -> None:
    text = page(f"reference/gates/{gate.name}.md")
    table = text[text.index("| option | type |") :].split("\n\n")[0]
    assert gate.options is not None
    assert sorted(first_cells(table)) == sorted(gate.options.__struct_fields__)


def test_the_api_page_has_the_public_names() -> None:
    text = page("reference/public-api.md")
    named = {*headings(text, 3), *headings(text, 2)} & {*headings(text, 3), "__version__"}
    assert sorted(named) == sorted(pytest_stagegate.__all__)


FACES: Final = (
    TestResults,
    Coverage,
    Warnings,
    Findings,
    Metrics,
    PropertyTests,
    Repository,
    Baseline,
    Decisions,
    Goals,
    ReleaseNotes,
    Reviews,
    Sboms,
    Vulnerabilities,
    Artifacts,
    Provenance,
)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_the_api_page_has_what_a_gate_can_read_of(face: type) -> None:
    named = {cell.split("(")[0] for cell in first_cells(section(page("reference/public-api.md"), face.__name__, 3))}
    assert {name for name in vars(face) if not name.startswith("_")} == named & set(vars(face))


def test_what_a_gate_reads_can_be_explained() -> None:
    assert {*explaining._FACES, Place} == set(EVIDENCE_FACES)


def test_the_templates_page_has_the_variables_of_the_look() -> None:
    sheet = (Path(templating.__file__).parent / "templates" / "page.css.j2").read_text(encoding="utf-8")
    named = set(re.findall(r"(--[a-z-]+):", sheet[: sheet.index("@media")]))
    assert set(first_cells(section(page("how-to/override-templates.md"), "Colours and fonts"))) == named


def test_the_templates_page_has_the_fields() -> None:
    text = section(page("how-to/override-templates.md"), "What a template gets")
    assert sorted(first_cells(text)) == sorted(View.__struct_fields__)
    rows = [row.split("|") for row in text.splitlines() if row.startswith("| `")]
    parts = {row[1].strip(" `"): set(re.findall(r"`([a-z_]+)`", row[2])) for row in rows}
    assert parts["gates"] == set(GateView.__struct_fields__)
    assert parts["blockers"] == set(BlockerView.__struct_fields__)


def test_the_decision_page_has_the_keys() -> None:
    text = page("reference/decision-json.md")
    assert sorted(first_cells(section(text, "Top level"))) == sorted(decision.Decision.__struct_fields__)
    assert sorted(first_cells(section(text, "tests"))) == sorted(decision.Tests.__struct_fields__)


def test_the_record_page_has_the_lines() -> None:
    rows = [row.split("|") for row in page("reference/evidence-record.md").splitlines() if row.startswith("| `")]
    described = {row[1].strip(" `"): set(re.findall(r"`(\w+)`", row[3])) for row in rows if row[1] != " `record` "}
    kinds = msgspec.json.schema_components([lines.Line])[1].values()
    tags = {
        kind["properties"]["record"]["enum"][0]: set(kind["properties"]) - {"record"}
        for kind in kinds
        if "record" in kind.get("properties", {})
    }
    assert described == tags


# ---- links and snippets


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for link in _LINK.finditer(prose(path.read_text(encoding="utf-8"))):
        target = (path.parent / link["path"]).resolve() if link["path"] else path
        if not target.exists():
            broken.append(link[0])
        elif link["anchor"] and target.suffix == ".md":
            text = target.read_text(encoding="utf-8")
            anchors = {anchor_of(each) for level in (1, 2, 3) for each in headings(text, level)}
            if link["anchor"] not in anchors:
                broken.append(link[0])
    assert not broken


def policies() -> Iterator[tuple[str, str, tuple[Block, ...]]]:
    for path in PAGES:
        found = list(blocks(path.read_text(encoding="utf-8")))
        for index, block in enumerate(found):
            if "[tool.stagegate" in block.body and block.language == "toml" and WRONG_ON_PURPOSE not in block.marks:
                before = tuple(each for each in found[:index] if each.caption.startswith(("gates/", "policies/")))
                yield f"{name_of(path)}-{index}", block.body, before


@pytest.mark.parametrize(("body", "before"), [each[1:] for each in policies()], ids=[each[0] for each in policies()])
def test_every_policy_binds(tmp_path: Path, body: str, before: tuple[Block, ...]) -> None:
    for block in before:
        write(tmp_path / block.caption, block.body)
    policy = tomllib.loads(body)["tool"]["stagegate"]
    for rule in policy.get("tag", ()):
        write(tmp_path / rule["path"].replace("**", "x.py").replace("*", "x"), "")
    if "templates" in policy:
        (tmp_path / policy["templates"]).mkdir()
    if "folder" in policy.get("manual", {}):
        (tmp_path / policy["manual"]["folder"]).mkdir(parents=True)
    write(tmp_path / "pyproject.toml", body)
    load_project(tmp_path)


# ---- samples


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def clean_environment() -> dict[str, str]:
    """Return the environment of a person's shell: nothing of the run that we are part of."""
    kept = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV")
    env = {key: value for key, value in os.environ.items() if key in kept}
    env["PATH"] = os.pathsep.join((sysconfig.get_path("scripts"), env["PATH"]))
    # A sample is no repository; with a commit its decision is not provisional. Where there is one, git's word counts.
    env |= {"STAGEGATE_COMMIT": "0123456789abcdef", "GIT_CEILING_DIRECTORIES": os.sep, "PYTHONUTF8": "1"}
    env |= {"COLUMNS": "80", "PYTEST_ADDOPTS": "-p no:randomly", "PYTHONDONTWRITEBYTECODE": "1"}
    return env


@dataclass
class Player:
    """Does what a page says about one project: writes its files and runs its commands.

    Attributes:
        folder: The folder of the project is made in it.
        here: The folder in which commands run.
        status: Exit status of the last command.
        differences: What a page shows and a run did not, or the other way round.
    """

    folder: Path
    here: Path = field(init=False)
    status: int = 0
    differences: list[str] = field(default_factory=list)

    def play(self, project: list[Block]) -> None:
        for block in project:
            if NEW_PROJECT in block.marks:
                self.here = self.folder / "shop1"
                self.here.mkdir()
            if block.caption:
                write(self.here / block.caption, block.body)
            elif block.language == "console":
                for command, shown in dialogue(block):
                    ran = self.run(command)
                    if not agrees(shown, ran):
                        self.differences.append(f"$ {command}\n--- the page\n{shown}\n--- the run\n{ran}")

    def run(self, command: str) -> str:
        if command.startswith("cd "):
            self.here /= command[3:]
            return ""
        # With its own folder for temporary files a pytest does not tidy up after others within the time that it shows.
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        env = {**clean_environment(), "TMPDIR": str(temporary)}
        done = subprocess.run(
            ["bash", "-c", command.replace("$?", str(self.status))],
            cwd=self.here,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return done.stdout.decode()


def dialogue(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command of a block with the output that is shown for it."""
    at_most = 1 if ONE_COMMAND in block.marks else 0
    for part in re.split(r"^\$ ", block.body, maxsplit=at_most, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def agrees(shown: str, ran: str) -> bool:
    """Return whether an output is the one shown, where a line of three dots stands for any lines."""
    parts = [plain(part) for part in re.split(rf"^{re.escape(DOT)}$", shown, flags=re.MULTILINE)]
    rest = plain(ran)
    if len(parts) == 1:
        return rest == parts[0]
    if not rest.startswith(parts[0]) or not rest.endswith(parts[-1]):
        return False
    position = 0
    for part in parts:
        found = rest.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return True


def plain(text: str) -> str:
    """Return a text on one line, without what differs from run to run: times, and rules that fill a line."""
    return " ".join(_RULE.sub(r"\1", _TIME.sub("<time>", text)).split())


def projects_in(text: str) -> list[list[Block]]:
    """Return the blocks of each project of a page; those before the first new one belong to it."""
    found: list[list[Block]] = [[]]
    for block in blocks(text):
        if NEW_PROJECT in block.marks and any(NEW_PROJECT in each.marks for each in found[-1]):
            found.append([])
        found[-1].append(block)
    return found


SAMPLES: Final = [
    pytest.param(text, project, id=name_of(path) if number == 1 else f"{name_of(path)}, project {number}")
    for path in PAGES
    if NEW_PROJECT in (text := path.read_text(encoding="utf-8")).splitlines()
    for number, project in enumerate(projects_in(text), start=1)
]


@pytest.mark.skipif(sys.platform == "win32", reason="the samples are written for a POSIX shell")
@pytest.mark.parametrize(("text", "project"), SAMPLES)
def test_the_samples_do_what_the_page_shows(text: str, project: list[Block], tmp_path: Path) -> None:
    if re.search(r"^\$ (stagegate demo$|git )", text, re.MULTILINE) and shutil.which("git") is None:
        pytest.skip("needs the program git")
    player = Player(tmp_path)
    player.play(project)
    assert not player.differences, "\n\n".join(player.differences)


def test_an_output_is_compared() -> None:
    assert agrees("a\n...\nd 2.1 s\n", "a\nb\nc\nd  0.3 s\n")
    assert not agrees("a\n...\nd\n", "b\nd\n")
    assert not agrees("a\n...\nd\n", "a\nd\ne\n")
    assert not agrees("a\n", "a\nb\n")
