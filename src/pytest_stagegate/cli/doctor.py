"""``stagegate doctor``: can the policy do what it is there for?"""

from __future__ import annotations

import datetime as dt
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pytest_stagegate.cli.parts import DEFAULT_RECORD, DEFECT, FILE, FOLDER, standing
from pytest_stagegate.documents.explanation import advice_lines
from pytest_stagegate.documents.waivers import waiver_note
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.model.advice import Advice
from pytest_stagegate.policy.examining import examined, examined_with, unmatched_rules, without_policy
from pytest_stagegate.policy.extending import PACKS
from pytest_stagegate.policy.model import BUILT_IN
from pytest_stagegate.project import load_project, matches_a_file
from pytest_stagegate.tagging import stages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.project import Project

_AGAIN: Final = "Run pytest --stage-gate again."


@click.command("doctor", epilog="\b\nExample:\n  stagegate doctor")
@click.option("--root", type=FOLDER, default=Path(), show_default=".", help="The project's root, with its policy.")
@click.option("--policy", type=FILE, help="Policy file [default: pyproject.toml, else stagegate.toml]")
def command(root: Path, policy: Path | None) -> int:
    """Examine the policy and the gates: what in them can't do what it is there for?

    Looks at the last record too, .stagegate/evidence.jsonl, if there is one. Runs nothing. Ends with 20 when a gate or
    the whole policy can't fail, with 2 for mistakes in the policy, with 0 otherwise.
    """
    project = load_project(root.resolve(), policy)
    if project.policy.source == BUILT_IN:
        click.echo("There is no policy. This is judged by default:")
        for line in without_policy(project.bound):
            click.echo(f"  {line}")
        click.echo('To demand more, write extends = "library" into [tool.stagegate].')
        click.echo(f"Policy packs: {', '.join(PACKS)}.")
    advice = list(dict.fromkeys(_advice(project)))
    for each in sorted(advice, key=lambda each: not each.defect):
        for line in advice_lines(each, shutil.get_terminal_size().columns):
            click.echo(line)
    defects = sum(each.defect for each in advice)
    click.echo(_sum(defects, len(advice) - defects))
    return DEFECT if defects else 0


def _advice(project: Project) -> Iterator[Advice]:
    policy, bound = project.policy, project.bound
    yield from examined(policy, bound, dt.datetime.now(dt.timezone.utc).date())
    for place in project.registry.idle:
        text = "the file holds no gate, so nothing in it is judged"
        yield Advice(True, place, text, "Mark its functions with @gate; a file with helpers begins with _.")
    for waiver, row in zip(project.waivers.all, standing(project), strict=True):
        if note := waiver_note(row):
            yield Advice(False, waiver.place, note.rstrip("."), "Look at it: stagegate waivers list.")
    yield from unmatched_rules(policy, lambda pattern: matches_a_file(pattern, project.rootdir))
    yield from _advice_of_last_run(project)


def _advice_of_last_run(project: Project) -> Iterator[Advice]:
    """Yield what doesn't fit the tests of the last run; of a part of the suite nothing can be said."""
    if not (project.rootdir / DEFAULT_RECORD).is_file():
        return
    try:
        evidence, _ = read_record(project.rootdir / DEFAULT_RECORD)
    except EvidenceError as error:
        yield Advice(False, DEFAULT_RECORD, f"the last record can't be read: {error.message}", _AGAIN)
        return
    (origin,) = evidence.origins
    if origin.shape_sha256 != project.policy.shape_sha256:
        text = "the last run had other stages, environments, tag rules or expected cells; its tests say nothing here"
        yield Advice(False, DEFAULT_RECORD, text, _AGAIN)
    elif evidence.incomplete or origin.shard is not None or any(n.reason == "narrowed" for n in evidence.provisional):
        text = "the last run was only a part of the suite; its tests say nothing here"
        yield Advice(False, DEFAULT_RECORD, text, "Run pytest --stage-gate on the whole suite.")
    else:
        tests = evidence.tests
        tags = [(tag, tests.tag_of.count(number)) for number, tag in enumerate(tests.tags)]
        yield from examined_with(project.policy, project.bound, tags, partial(stages_of, project.vocabulary))


def _sum(defects: int, advice: int) -> str:
    if not defects and not advice:
        return "✔ nothing found"
    found = ["1 defect" if defects == 1 else f"{defects} defects"] if defects else []
    found += ["1 piece of advice" if advice == 1 else f"{advice} pieces of advice"] if advice else []
    return f"{'✘' if defects else '!'} {', '.join(found)}"
