"""What one evidence file says, whatever its format: the common answer of all readers."""

from __future__ import annotations

import msgspec

from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.deployments import Deployment
from pytest_stagegate.model.drills import DrillEntry
from pytest_stagegate.model.environments import EnvironmentReport
from pytest_stagegate.model.findings import FindingsData
from pytest_stagegate.model.flags import FlagsData
from pytest_stagegate.model.incidents import IncidentsData
from pytest_stagegate.model.manual import ManualResult
from pytest_stagegate.model.metrics import MetricsData
from pytest_stagegate.model.plan import PlanData
from pytest_stagegate.model.provenance import StatementData
from pytest_stagegate.model.reviews import ReviewExport
from pytest_stagegate.model.rings import RolloutStep
from pytest_stagegate.model.sbom import SbomData
from pytest_stagegate.model.service_levels import ServiceLevelsFile
from pytest_stagegate.model.sign_offs import Signed
from pytest_stagegate.model.support import SupportData
from pytest_stagegate.model.tests import TestData
from pytest_stagegate.model.vulnerabilities import ScanData


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader got out of one file.

    Attributes:
        tests: Test results, with exactly one tag, or None when the file holds none.
        coverage: Coverage, or None when the file holds none.
        findings: What a linter or scanner found, a report for each of its runs; None when the file holds none.
        metrics: Numbers, or None when the file holds none.
        sign_off: What somebody said of a decision, or None when the file is no sign-off.
        manual: What people found in manual tests, or None when the file has no such results.
        decision: A decision of ours, or None when the file is none.
        sbom: What a product is made of, or None when the file does not list it.
        scan: Known vulnerabilities, or what became of them; None when the file holds none.
        statements: What in-toto statements say, or None when the file holds none.
        goals: Goals and milestones, or None when the file holds none.
        reviews: What was said of a change, or None when the file says nothing of one.
        looked_at: What was found of an environment, or None when the file does not say.
        deployments: What was deployed, or None when the file holds no such records.
        incidents: Incidents, or None when the file lists none.
        drills: Exercises, or None when the file is no log of them.
        support: Until when products are supported, or None when the file does not say.
        service_levels: What was measured of service levels, or None when the file holds nothing of them.
        flags: Flags, or None when the file is no flag file.
        steps: Steps of a rollout, or None when the file is no log of one.
        producer: Tool and version, as far as the file states them; may be empty.
        created: When it was made, RFC 3339 in UTC, or None when the file does not say; without the ``Z`` where the
            file states a local time without its zone.
        commit: The commit that it is about, or None when the file does not say.
        dirty: Whether the file says that the work tree had changes that are in no commit.
        environment: The environment that the file says it ran in; may be empty.
        warnings: What is wrong with the file without making it unreadable; sentences.
    """

    tests: TestData | None = None
    coverage: CoverageData | None = None
    findings: tuple[FindingsData, ...] | None = None
    metrics: MetricsData | None = None
    sign_off: Signed | None = None
    manual: tuple[ManualResult, ...] | None = None
    decision: Decision | None = None
    sbom: SbomData | None = None
    scan: ScanData | None = None
    statements: tuple[StatementData, ...] | None = None
    goals: PlanData | None = None
    reviews: ReviewExport | None = None
    looked_at: EnvironmentReport | None = None
    deployments: tuple[Deployment, ...] | None = None
    incidents: IncidentsData | None = None
    drills: tuple[DrillEntry, ...] | None = None
    support: SupportData | None = None
    steps: tuple[RolloutStep, ...] | None = None
    service_levels: ServiceLevelsFile | None = None
    flags: FlagsData | None = None
    producer: str = ""
    created: str | None = None
    commit: str | None = None
    dirty: bool = False
    environment: str = ""
    warnings: tuple[str, ...] = ()
