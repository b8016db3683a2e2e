"""Which documents there are, and writing them into the output folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Final

import msgspec

from pytest_stagegate.documents.gates_xml import gates_xml
from pytest_stagegate.documents.github import GITHUB_FILES, github_files
from pytest_stagegate.documents.gitlab import GITLAB_FILES, gitlab_files
from pytest_stagegate.documents.intoto import STATEMENT_FILES, statements
from pytest_stagegate.documents.profiles import in_profile
from pytest_stagegate.documents.schemas import schema_of
from pytest_stagegate.documents.sinks import SINK_FILES, report_for
from pytest_stagegate.documents.templating import render, with_content_policy
from pytest_stagegate.documents.view import View, view
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.decision import SCHEMA, Decision
from pytest_stagegate.model.manifest import SUMS, sums_of

_IGNORE: Final = b"*\n"


class Wanted(msgspec.Struct, frozen=True):
    """One document that was asked for.

    Attributes:
        format: One of `FORMATS`.
        path: Where, a folder for those of `FOLDERS`; None for its place in the output folder.
    """

    format: str
    path: Path | None = None


FILES: Final = {"json": "decision.json", "html": "report.html", "md": "report.md", "junit": "gates.xml"}
"""Format to its file in the output folder."""

EVIDENCE_FILES: Final = ("evidence.jsonl", "coverage.data")
"""What a run leaves in the output folder beside its documents."""

FOLDERS: Final = {"intoto": STATEMENT_FILES, "github": GITHUB_FILES, "gitlab": GITLAB_FILES}
"""Format of several files to their names; only written when it is asked for, or where its CI system runs us."""

FORMATS: Final = (*FILES, "terminal", *FOLDERS, *SINK_FILES)
DEFAULT: Final = tuple(Wanted(format) for format in (*FILES, "terminal"))
_DOCUMENTS: Final = (*FILES.values(), *(name for names in FOLDERS.values() for name in names), *SINK_FILES.values())


def places_of(wanted: Wanted, out: Path) -> tuple[Path, ...]:
    """Return the files of a document that was asked for."""
    if wanted.format in FOLDERS:
        return tuple((wanted.path or out) / name for name in FOLDERS[wanted.format])
    named = FILES | SINK_FILES
    return (wanted.path or out / named[wanted.format],) if wanted.format in named else ()


def decision_json(decision: Decision) -> bytes:
    """Return ``decision.json``: keys sorted, two spaces, one line feed at the end."""
    return json_of(decision)


def decision_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of ``decision.json``, made from the types it is written from."""
    return schema_of(Decision, SCHEMA)


def documents_of(
    decision: Decision,
    wanted: tuple[Wanted, ...],
    out: Path,
    templates: Path | None,
    written: bytes | None = None,
    profile: str = "full",
) -> tuple[View, dict[Path, bytes]]:
    """Render what was asked for.

    Args:
        decision: The decision.
        wanted: The documents; ``terminal`` is not a file and is left to the face.
        out: The output folder.
        templates: A folder with templates of the project's own, or None.
        written: ``decision.json`` as it was written before, byte for byte; made from the decision when absent.
        profile: Of `profiles.PROFILES`; says what documents for people leave out.

    Returns:
        The decision as strings, and each file's content by its path.
    """
    json = decision_json(decision) if written is None else written
    digest = hashlib.sha256(json).hexdigest()
    shown = in_profile(view(decision, digest), profile)

    @cache
    def markdown() -> str:
        return render("report.md.j2", shown, templates)

    def sink(place: str) -> list[bytes]:
        return [report_for(place, markdown(), shown).encode()]

    writers: dict[str, Callable[[], Iterable[bytes]]] = {
        "json": lambda: [json],
        "html": lambda: [with_content_policy(render("report.html.j2", shown, templates)).encode()],
        "md": lambda: [markdown().encode()],
        "junit": lambda: [gates_xml(decision, shown)],
        "intoto": lambda: statements(decision, digest).values(),
        "github": lambda: github_files(shown, markdown()),
        "gitlab": lambda: gitlab_files(decision, shown),
        "terminal": lambda: [],
        **{place: partial(sink, place) for place in SINK_FILES},
    }
    made = (zip(places_of(each, out), writers[each.format](), strict=True) for each in wanted)
    return shown, {path: content for pairs in made for path, content in pairs}


def write_documents(files: dict[Path, bytes], out: Path, evidence: dict[str, str]) -> None:
    """Write the files, then the list of digests of everything in the output folder.

    Args:
        files: Content by path.
        out: The output folder.
        evidence: Digests of the evidence files in the folder, by name; they belong on the list.

    Raises:
        OSError: When a file can't be written.
    """
    for path, content in files.items():
        write_whole(path, content)
    digests = {path.name: hashlib.sha256(content).hexdigest() for path, content in files.items() if path.parent == out}
    digests |= evidence
    write_whole(out / SUMS, sums_of(digests))


def prepare_folder(out: Path) -> None:
    """Make the output folder and take away what an earlier run left, so that it can't be taken for this one's.

    Raises:
        OSError: When the folder can't be made or emptied.
    """
    ignore_folder(out)
    remove_documents(out, evidence=True)


def ignore_folder(out: Path) -> None:
    """Make the output folder, and see to it that it never makes the work tree dirty.

    Raises:
        OSError: When the folder can't be made.
    """
    out.mkdir(parents=True, exist_ok=True)
    ignore = out / ".gitignore"
    if not ignore.is_file():
        write_whole(ignore, _IGNORE)


def is_output_folder(folder: Path) -> bool:
    """Return whether a run of ours made a folder: it ignores itself."""
    try:
        return (folder / ".gitignore").read_bytes() == _IGNORE
    except OSError:
        return False


def remove_written(out: Path) -> None:
    """Take away the documents of an earlier decision, and nothing that anybody else wrote or changed.

    Raises:
        OSError: When a file can't be removed.
    """
    if is_output_folder(out):
        remove_documents(out, evidence=False)
        return
    sums = out / SUMS
    for line in sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else ():
        digest, _, name = line.partition("  ")
        path = out / name
        if name in _DOCUMENTS and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            path.unlink()


def remove_documents(out: Path, *, evidence: bool) -> None:
    """Take away what an earlier decision left in the output folder, and with `evidence` the record too.

    Raises:
        OSError: When a file can't be removed.
    """
    names = (*_DOCUMENTS, SUMS, *(EVIDENCE_FILES if evidence else ()))
    for name in names if out.is_dir() else ():
        (out / name).unlink(missing_ok=True)
