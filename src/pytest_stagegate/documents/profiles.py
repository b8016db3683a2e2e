"""What a document leaves out: nothing in the profile ``full``; folders, output and environment in ``public``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pytest_stagegate.documents.folders import Folders
from pytest_stagegate.documents.questions import verified_elsewhere

if TYPE_CHECKING:
    from pytest_stagegate.documents.covered import CoverageView
    from pytest_stagegate.documents.judged import GateView
    from pytest_stagegate.documents.reasons import BlockerView
    from pytest_stagegate.documents.rollback import RollbackView
    from pytest_stagegate.documents.view import View

PROFILES: Final = ("full", "public")

PUBLIC: Final = ("terminal", "html", "md", "release", "comment", "summary", "check", "text")
"""Formats that can be made in the profile ``public``."""

_LEFT_OUT: Final = (
    "This is its public form: it leaves out folders, what tests have written, and facts about the run "
    "and its environments."
)
_ENVIRONMENT: Final = "environment"
"""The gate that tells what was found in an environment."""
_LEFT_OUT_HERE: Final = "left out here"


def in_profile(view: View, profile: str) -> View:
    """Return a decision's strings as a profile shows them; what was decided is the same in each.

    Args:
        view: The decision.
        profile: Of `PROFILES`.
    """
    return view if profile == "full" else _public(view)


def _public(view: View) -> View:
    # Why a failure is expected is what somebody has written for others to read.
    tests = tuple(
        replace(each, reason=each.reason if each.known else "", message="", subtests=()) for each in view.tests
    )
    folders = Folders(view)
    shown = replace(
        view,
        tests=tests,
        environments=tuple(replace(each, lines=(("–", _LEFT_OUT_HERE),)) for each in view.environments),
        collection_errors=tuple((path, "") for path, _ in view.collection_errors),
        run=(),
        gates=tuple(_gate(each) for each in view.gates),
        blockers=_blockers(view, view.blockers),
        reasons=tuple(replace(each, blockers=_blockers(view, each.blockers)) for each in view.reasons),
        sentence=view.headline,
        rollback=_rollback(view.rollback),
        coverage=_without_names_of_folders(view.coverage),
    )
    made: View = replace(
        folders.without(shown),
        evidence=tuple(_evidence(row, folders) for row in view.evidence),
        left_out=_LEFT_OUT,
        verify=verified_elsewhere(view.digest),
    )
    return made


def _without_names_of_folders(coverage: CoverageView) -> CoverageView:
    """Return coverage in which each file has its own name alone, whatever signs the names of folders have."""
    return replace(
        coverage,
        folder="",
        heads=tuple(replace(each, name="") for each in coverage.heads),
        tiles=tuple(replace(each, path=each.name) for each in coverage.tiles),
        files=tuple(replace(each, path=each.name) for each in coverage.files),
    )


def _gate(gate: GateView) -> GateView:
    """Return a gate; of one about an environment only what it came to, not what was found there."""
    if not _tells_facts(gate):
        return gate
    checks = tuple(replace(each, text="", where=()) for each in gate.checks)
    return replace(gate, summary=_found(gate), where=(), where_omitted=0, checks=checks)


def _blockers(view: View, blockers: tuple[BlockerView, ...]) -> tuple[BlockerView, ...]:
    found = {each.anchor: _found(each) for each in view.gates if _tells_facts(each)}
    return tuple(
        replace(each, text=found[each.anchor], where=()) if each.anchor in found else each for each in blockers
    )


def _tells_facts(gate: GateView) -> bool:
    return gate.uses == _ENVIRONMENT and gate.short


def _found(gate: GateView) -> str:
    """Return which conditions, probes or test data fell short, by the names of the checks."""
    short = [check.name for check in gate.checks if check.verdict != "PASS"]
    return f"not in order: {', '.join(short)} ({_LEFT_OUT_HERE})"


def _rollback(shown: RollbackView | None) -> RollbackView | None:
    if shown is None:
        return None
    # A command is for those who run the environment.
    facts = tuple(replace(each, command="", said=(_LEFT_OUT_HERE,)) if each.command else each for each in shown.facts)
    return replace(shown, facts=facts)


def _evidence(row: tuple[str, ...], folders: Folders) -> tuple[str, ...]:
    """Return a row of the evidence; in a file's name and in its folders there may be blanks."""
    id, source, *others = row
    return (id, source.replace("\\", "/").rpartition("/")[2], *folders.without(tuple(others)))
