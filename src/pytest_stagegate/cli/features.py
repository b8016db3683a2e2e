"""``stagegate features``: which features are ready, and a flag file in which the others are off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pytest_stagegate.cli.parts import DEFECT, FILE, FOLDER, LACKING, LAST_DECISION, known, short
from pytest_stagegate.documents.features import feature_lines
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.evidence.concealing import Audience, hindrances, planned, written
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.provenance import subject_of
from pytest_stagegate.evidence.readers.decision import decision_in
from pytest_stagegate.evidence.readers.flagd import WHAT, flags_in
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.model.commits import differ
from pytest_stagegate.model.commits import short as short_commit
from pytest_stagegate.model.flags import FILE_KIND
from pytest_stagegate.model.manifest import SUMS
from pytest_stagegate.model.word import Word
from pytest_stagegate.project import load_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.evidence.concealing import Planned
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.project import Project


@click.command(
    "features", epilog="\b\nExample:\n  stagegate features --environment production --out flags.production.json"
)
@click.option("--environment", metavar="ENV", help="The environment; the decision's, where it has one")
@click.option("--ring", metavar="RING", help="The ring of a rollout there [default: everybody]")
@click.option("--from", "source", type=FILE, help=f"The decision [default: {LAST_DECISION}]")
@click.option("--out", type=FILE, help="Write the flag file.")
@click.option("--reveal", metavar="NAME", multiple=True, help="Refuse unless users will see it (repeatable).")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
def command(
    environment: str | None,
    ring: str | None,
    source: Path | None,
    out: Path | None,
    reveal: tuple[str, ...],
    root: Path,
    policy: Path | None,
) -> int:
    """Show which features are ready, and write a flag file in which all others are off.

    What is ready stands in the decision, which has to be of this commit and this policy, whole and not provisional. In
    the file a feature that is not ready, or that may not be seen there, is off for everybody; everything else is as in
    the flag file that the policy names.

    Ends with 20 when something may not be revealed or can't be concealed, 21 when the decision says nothing of this
    commit; no file is written then.
    """
    project = load_project(root.resolve(), policy)
    rules = project.policy.features
    known("--environment", environment, project.policy.environments)
    if project.policy.rings:
        known("--ring", ring, (each.name for each in project.policy.rings))
    for name in reveal:
        known("--reveal", name, (rule.name for rule in rules.features))
    if rules.file is None or not rules.features:
        raise UsageError(
            "the policy has no features: it needs [tool.stagegate.features] file and [[tool.stagegate.feature]]"
        )
    team = project.rootdir / rules.file
    if out is not None and out.resolve() == team.resolve():
        raise UsageError(f"--out: {rules.file} is what the team wants; write another file")
    try:
        decision = _usable(source or project.rootdir / LAST_DECISION, project, team, environment)
        content = document(team, dict[str, Any], WHAT)
        flags = flags_in(content, team.name)
    except EvidenceError as error:
        return _refused([str(error)], LACKING)
    audience = Audience(environment or decision.environment, ring)
    if audience.environment is None and (ring or (out and any(rule.reveal for rule in rules.features))):
        raise UsageError("--environment: say for which one, as the decision names none")
    plan = planned(rules, decision.features, flags, audience)
    for line in feature_lines([each.row for each in plan], [_told(each) for each in plan]):
        click.echo(line)
    faults = [*_hidden(plan, reveal, audience), *(hindrances(rules, plan, flags) if out is not None else ())]
    if faults:
        return _refused(faults, DEFECT)
    return _write(out, written(content, plan, team.name)) if out is not None else 0


def _usable(path: Path, project: Project, team: Path, asked: str | None) -> Decision:
    """Return the decision, if it says something of what is checked out here.

    Raises:
        EvidenceError: With why it does not.
    """
    if not path.is_file():
        raise EvidenceError(f"there is no {short(path)}; decide first, for example: pytest --stage-gate-at=release")
    decision = decision_in(document(path, dict[str, Any], "decision.json"), path.name)
    _refuse_changed(path)
    here, _ = subject_of(project.rootdir, os.environ, project.policy.artifacts)
    if project.name is not None and decision.subject.name != project.name:
        raise EvidenceError(f"{path.name}: it is of the project {decision.subject.name!r}, not {project.name!r}")
    if here.commit is None or decision.subject.commit is None or differ(here.commit, decision.subject.commit):
        of, now = (short_commit(each) or "no known commit" for each in (decision.subject.commit, here.commit))
        raise EvidenceError(f"{path.name}: it is of {of}, and here is {now}")
    if decision.policy.sha256 != project.policy.sha256:
        raise EvidenceError(f"{path.name}: it was decided by another policy than the one that is here")
    if asked is not None and decision.environment not in (None, asked):
        text = f"it is about {decision.environment}, and what is ready there says nothing of {asked}"
        raise EvidenceError(f"{path.name}: {text}")
    # What lies about in the work tree by now, such as the flag file of another ring, was not decided about.
    for note in (*decision.incomplete, *decision.provisional):
        raise EvidenceError(f"{path.name}: no word can be taken from it: {note.text.rstrip('.')}")
    if decision.decision is Word.HOLD:
        raise EvidenceError(f"{path.name}: it is HOLD: evidence is missing, and with it what is ready")
    told = {row.name for row in decision.features if row.declared and row.ready is not bool(row.why_not)}
    for rule in project.policy.features.features:
        if rule.name not in told:
            raise EvidenceError(f"{path.name}: it does not say whether {rule.name} is ready")
    recorded = {each.sha256 for each in decision.evidence if each.kind == FILE_KIND}
    if recorded != {sha256_of(team)}:
        raise EvidenceError(f"{team.name}: it is not the flag file that was decided about")
    return decision


def _refuse_changed(path: Path) -> None:
    """Refuse a decision that is not the one in the list of digests beside it, where one lists it."""
    try:
        rows = path.with_name(SUMS).read_bytes().splitlines()
    except OSError:
        return
    listed = [row for row in rows if row.endswith(f"  {path.name}".encode())]
    if listed and f"{sha256_of(path)}  {path.name}".encode() not in listed:
        raise EvidenceError(f"{path.name}: it was changed since {SUMS} beside it was written")


def _told(each: Planned) -> str:
    if each.flag is None:
        return "not in the flag file"
    if each.off is None:
        return "can't be concealed"
    if each.why:
        return f"concealed: {each.why}"
    return "revealed" if each.revealed else "concealed, as the flag file has it"


def _hidden(plan: Sequence[Planned], names: Sequence[str], audience: Audience) -> Iterator[str]:
    """Yield why those features can't be revealed that have to be."""
    for each in plan:
        if each.row.name in names and not each.revealed:
            whys = each.row.why_not or (each.why or "the flag file itself conceals it, or lacks its flag",)
            yield f"{each.row.name} is not revealed in {audience}: {'; '.join(whys)}"


def _refused(faults: Sequence[str], status: int) -> int:
    for each in faults:
        click.echo(f"stagegate: {clean(each.rstrip('.'))}.", err=True)
    click.secho("✘ no flag file was written", fg="red", bold=True)
    return status


def _write(out: Path, content: bytes) -> int:
    try:
        write_whole(Path.cwd() / out, content)
    except OSError as error:
        return _refused([f"{short(out)} can't be written: {error.strerror}"], LACKING)
    click.echo(f"wrote {short(Path.cwd() / out)}")
    return 0
