"""What a decision says of letting a release out: what it is made of, how it reaches everybody, how it is taken back.

From the stage *release* on that is always said, so that what is not known can be seen; before it where anything is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pytest_stagegate.model.commits import differ
from pytest_stagegate.model.deployments import SUCCEEDED, running
from pytest_stagegate.model.operations import TextFile
from pytest_stagegate.model.progress import progress
from pytest_stagegate.model.rollback import KIND, RollbackRow, Written
from pytest_stagegate.model.supply import SbomRow, ScanRow, Severities, StatementRow, Supply
from pytest_stagegate.model.texts import MESSAGE_LIMIT, shortened
from pytest_stagegate.model.versions import same_version
from pytest_stagegate.model.vulnerabilities import merged, named_once
from pytest_stagegate.stock.artifacts import ArtifactsOptions
from pytest_stagegate.stock.provenance import ProvenanceOptions
from pytest_stagegate.stock.rollback import RollbackOptions
from pytest_stagegate.stock.sbom import SbomOptions
from pytest_stagegate.stock.vulnerabilities import VulnerabilitiesOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.judging import ActiveGate
    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.deployments import Deployment
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.operations import OperationsData, Text
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.provenance import StatementData
    from pytest_stagegate.model.rings import RingRow
    from pytest_stagegate.model.sbom import SbomData
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.model.vulnerabilities import ScanData, Vulnerability
    from pytest_stagegate.policy.model import Policy

_FIRST: Final = "release"
_LISTED: Final = 100
"""Entries of one kind that are listed; how many more there are is said."""
_NAMED: Final = 5
"""Subjects that are named of one SBOM or statement."""
_SUPPLY: Final = (ArtifactsOptions, ProvenanceOptions, SbomOptions, VulnerabilitiesOptions)


def rollback_of(policy: Policy, evidence: Evidence, gates: Sequence[ActiveGate], place: Place) -> RollbackRow | None:
    """Return what is known of the way back; None where nobody asks for it yet."""
    kinds = {each.options.kind for each in gates if isinstance(each.options, RollbackOptions)}
    if not (kinds or policy.operations.rollback.stated or _released(policy, place)):
        return None
    written = replace(evidence.operations, plan=policy.operations)
    return rollback_row(written, evidence.deployments, evidence.subject, place.environment, kinds)


def rollout_of(policy: Policy, evidence: Evidence, place: Place) -> tuple[RingRow, ...]:
    """Return the rings of the policy, as far as they are open; none before anybody rolls out."""
    asked = evidence.steps or _released(policy, place)
    return progress(evidence.rings, evidence.steps, evidence.subject).rows if asked else ()


def supply_at(
    policy: Policy, evidence: Evidence, sources: Iterable[Source], gates: Iterable[ActiveGate], place: Place
) -> Supply | None:
    """Return what is known of the making of what is shipped; None where nobody asks for it yet."""
    found = supply_of(sources)
    asked = any(isinstance(each.options, _SUPPLY) for each in gates) or bool(evidence.subject.artifacts)
    return found if found != Supply() or asked or _released(policy, place) else None


def _released(policy: Policy, place: Place) -> bool:
    return _FIRST in policy.stages and policy.stages.index(place.stage) >= policy.stages.index(_FIRST)


def rollback_row(
    written: OperationsData, deployments: Iterable[Deployment], subject: Subject, place: str | None, drills: set[str]
) -> RollbackRow:
    """Return what is known of the way back.

    Args:
        written: What people wrote.
        deployments: All records.
        subject: What is decided.
        place: The environment; None for every one.
        drills: Kinds of exercises that rehearse it.
    """
    plan = written.plan.rollback
    others = [each for each in deployments if each.outcome == SUCCEEDED and _is_other(each, subject)]
    before = running(others, place)
    return RollbackRow(
        trigger=_said(plan.trigger, written),
        command=_said(plan.command, written),
        previous=_said(plan.previous, written),
        data=_said(plan.data, written),
        ran_before=before[:_LISTED],
        ran_before_omitted=max(0, len(before) - _LISTED),
        rehearsed_by=plan.rehearsed_by,
        drills=tuple(sorted(drills or {KIND})),
    )


def _said(text: Text, written: OperationsData) -> Written:
    file = text.file if isinstance(text, TextFile) else ""
    unread = file and file not in written.files
    lack = f"{file} was not read: no gate of this decision asks for it" if unread else written.lack(text)
    return Written(text=shortened(written.written(text), MESSAGE_LIMIT), file=file, lack=lack)


def _is_other(record: Deployment, subject: Subject) -> bool:
    """Return whether a record is certainly of another version; one that can't be compared may be of this one."""
    if record.version is not None and subject.version is not None:
        return not same_version(record.version, subject.version)
    return differ(record.commit, subject.commit)


def supply_of(sources: Iterable[Source]) -> Supply:
    """Return what the files say that may be used."""
    used = sorted((each for each in sources if each.usable), key=lambda each: (each.name, each.sha256 or ""))
    said = [(each, each.contents) for each in used if each.contents is not None]
    scanned = [(source, contents.scan) for source, contents in said if contents.scan is not None]
    groups = named_once([scan for _, scan in scanned])
    of = {id(each): number for number, same in enumerate(groups) for each in same}
    whole = [merged(same) for same in groups]
    sboms = [_sbom(source, contents.sbom) for source, contents in said if contents.sbom is not None]
    statements = [_statement(source, each) for source, contents in said for each in contents.statements or ()]
    scans = [
        _scan(source, scan, [whole[number] for number in {of[id(each)] for each in scan.vulnerabilities}])
        for source, scan in scanned
    ]
    return Supply(
        sboms=tuple(sboms[:_LISTED]),
        statements=tuple(statements[:_LISTED]),
        scans=tuple(scans[:_LISTED]),
        omitted=sum(max(0, len(each) - _LISTED) for each in (sboms, statements, scans)),
    )


def _sbom(source: Source, sbom: SbomData) -> SbomRow:
    return SbomRow(
        source=source.name,
        producer=sbom.producer,
        created=source.created,
        components=sbom.components,
        of=tuple(str(each) for each in sbom.subjects[:_NAMED]),
    )


def _statement(source: Source, said: StatementData) -> StatementRow:
    return StatementRow(
        source=source.name,
        predicate_type=said.predicate_type,
        builder=said.builder,
        repository=said.repository,
        commit=said.commit,
        signed=said.signed,
        of=tuple(each.name for each in said.subjects[:_NAMED]),
    )


def _scan(source: Source, scan: ScanData, found: Sequence[Vulnerability]) -> ScanRow:
    return ScanRow(
        source=source.name,
        producer=scan.producer or scan.tool,
        created=source.created,
        statements=scan.statements,
        packages=scan.packages,
        skipped=len(scan.skipped),
        found=Severities(**Counter(each.severity for each in found)),
        set_apart=sum(each.set_apart for each in found),
    )
