"""``provenance``: does a statement say of every artifact where it comes from?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Measure, Ratio
from pytest_stagegate.model.provenance import Provenance
from pytest_stagegate.stock._none_of import none_of
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.provenance import StatementData
    from pytest_stagegate.model.verdicts import Check

_PREDICATES: Final = ("https://slsa.dev/provenance/*", "https://docs.pypi.org/attestations/publish/*")
_SHOWN: Final = 3
_NOT_VERIFIED: Final = "no signature is verified here"


class ProvenanceOptions(GateOptions, frozen=True):
    """What the gate ``provenance`` asks of statements.

    Attributes:
        predicates: Globs of predicate types that say where an artifact comes from; other statements are not
            looked at.
        builders: Globs of builders that may have built; empty for any.
        repositories: Globs of repositories that may have been built; empty for any.
    """

    predicates: list[str] = msgspec.field(default_factory=lambda: list(_PREDICATES))
    builders: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance
    repositories: list[str] = []  # noqa: RUF012 - likewise


@gate(
    name="provenance",
    title="A statement says of every artifact where it comes from",
    stage="build",
    options=ProvenanceOptions,
    remedy="Let the build that made these artifacts attest them again, and hand its statements over.",
)
def provenance(said: Provenance, options: ProvenanceOptions) -> Iterator[Check]:
    """Checks that statements are of these artifacts and this commit, and that none is without; no signature."""
    statements = said.claiming(options.predicates)
    if not statements:
        other = f"; there are others, of {', '.join(said.predicate_types[:3])}" if said.predicate_types else ""
        yield no_evidence("statements", "not-reported", f"no evidence is a statement of provenance{other}")
        return
    for text in said.without_digest(statements):
        yield no_evidence("subject", "subject-not-stated", text)
    if not said.project.artifacts:
        text = f"{statements[0].file} is of an artifact, and none is there to hold that against"
        yield no_evidence("artifacts", "artifact-missing", text)
        return
    others = said.of_others(statements)
    if others.inspected:
        yield none_of("subject", others, "other-subject")
    yield _covered(said, statements)
    commits = said.of_other_commits(statements)
    if commits.inspected and said.project.commit is None:
        yield no_evidence("commit", "commit-unknown", "the commit that is decided is not known")
    elif commits.inspected:
        yield none_of("commit", commits, "other-commit")
    for key, allowed in (("builder", options.builders), ("repository", options.repositories)):
        if allowed:
            yield none_of(key, said.not_of(statements, key, allowed), "other-builder")


def _covered(said: Provenance, statements: Sequence[StatementData]) -> Check:
    lacking = said.lacking(statements)
    if lacking:
        text = f"no statement is of {', '.join(lacking[:3])}"
        return no_evidence("artifacts", "statement-missing", text, where=lacking)
    count = len(said.project.artifacts)
    share = Measure(Ratio(count, count), unit="artifacts", inspected=count)
    origins = dict.fromkeys(each.origin for each in statements if each.origin)
    told = [f"every artifact has a statement, {'; '.join(list(origins)[:_SHOWN])}".rstrip(", "), _NOT_VERIFIED]
    return msgspec.structs.replace(check("artifacts", share, at_least="100 %"), text="; ".join(told))
