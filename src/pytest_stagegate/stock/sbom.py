"""``sbom``: does a bill of materials list what this very artifact is made of?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.sbom import Sboms
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.sbom import Told
    from pytest_stagegate.model.verdicts import Check


class SbomOptions(GateOptions, frozen=True):
    """What the gate ``sbom`` asks of each SBOM.

    Attributes:
        min_components: How many components it has to list.
        require_digest: Whether it has to state the SHA-256 digest of an artifact; name and version are too little then.
    """

    min_components: Count = 1
    require_digest: bool = False


@gate(
    name="sbom",
    title="A bill of materials lists what the artifact is made of",
    stage="build",
    options=SbomOptions,
    remedy="Make the SBOM again from what this build installs, and let it name the project and its version.",
)
def sbom(sboms: Sboms, options: SbomOptions) -> Iterator[Check]:
    """Checks how many components are listed, and that what they are listed of is what is decided."""
    if not sboms.count:
        yield no_evidence("sboms", "not-reported", "no evidence is an SBOM; hand over CycloneDX or SPDX")
        return
    yield check("components", sboms.components, at_least=options.min_components)
    told = sboms.compared(by_digest=options.require_digest)
    others = [each for each in told if each.verdict == "other"]
    unknown = [each for each in told if each.verdict in ("not-stated", "no-artifact")]
    if others or not unknown:
        yield _subject(others, told)
    for each in unknown:
        reason = "artifact-missing" if each.verdict == "no-artifact" else "subject-not-stated"
        yield no_evidence("subject", reason, each.text)


def _subject(others: Sequence[Told], told: Sequence[Told]) -> Check:
    where = tuple(each.text for each in others)
    made = check("subject", len(others), at_most=0, inspected=len(told), unit="SBOMs of something else", where=where)
    if made.verdict is Verdict.FAIL:
        return msgspec.structs.replace(made, reason="other-subject", text="; ".join(where[:3]))
    return msgspec.structs.replace(made, text="; ".join(each.text for each in told[:3]))
