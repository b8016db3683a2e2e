"""From the release to production and back to the plan: deploy, manage, monitor, and what is learnt there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_stagegate.demo.commands import Commands

_APPROVED: Final = {"DEPLOY_APPROVED": "yes"}
_PRODUCTION: Final = "--stage-gate-env=production"
_WHEEL: Final = "dist/parcel_rates-1.2.0-py3-none-any.whl"
_DEPLOYED: Final = ".stagegate/production.rates.deployment.json"
_REPORTS: Final = ".stagegate/reports"


def _decided(*stages: str) -> list[str]:
    return [f"--stage-gate-evidence=.stagegate/{stage}/decision.json" for stage in stages]


def deploy(steps: Commands, expected: int) -> None:
    """Record the deployment and run the smoke tests; with a fault the version before was deployed."""
    steps.say("\nThe wheel is brought into production; the script that does so leaves a record.")
    older = ["--version=1.1.0"] if expected else []
    steps.stagegate("deployed", "rates", "production", _WHEEL, *older)
    steps.pytest(
        "--stage-gate-at=deploy",
        _PRODUCTION,
        "--stage-gate-out=.stagegate/deploy",
        f"--stage-gate-evidence={_DEPLOYED}",
        *_decided("build", "test", "release"),
        expected=expected,
        variables=_APPROVED,
    )


def manage(steps: Commands, expected: int) -> None:
    """Hand over what operations know; with a fault a critical incident is open."""
    broken = " --broken" if expected else ""
    steps.python(f"tools/operate.py {_REPORTS}{broken}")
    log = f"--log={_REPORTS}/drills.json"
    steps.stagegate("drill-log", log, "--kind=failover", "--outcome=passed", "--by=Robin Falk", "--note=42 s")
    steps.pytest(
        "--stage-gate-at=manage",
        "--stage-gate-out=.stagegate/manage",
        *(f"--stage-gate-evidence={_REPORTS}/{name}" for name in ("incidents.csv", "support.toml", "drills.json")),
        expected=expected,
    )


def monitor(steps: Commands, expected: int) -> None:
    """Count what users ask; with a fault one question of ten fails."""
    broken = " --broken" if expected else ""
    traffic = f"{_REPORTS}/traffic.txt"
    steps.python(f"tools/traffic.py {traffic}{broken}")
    steps.stagegate("attach", traffic, "--environment=production")
    steps.pytest(
        "--stage-gate-at=monitor",
        _PRODUCTION,
        "--stage-gate-out=.stagegate/monitor",
        f"--stage-gate-evidence={traffic}",
        *_decided("release", "deploy", "manage"),
        expected=expected,
        variables=_APPROVED,
    )


def learn(steps: Commands) -> None:
    """Turn what was learnt into goals of the plan."""
    steps.say("\nThe ring closes: what operations and users have told becomes goals of the next plan.")
    steps.stagegate("feedback", ".stagegate/monitor", "--issues=tools/issues.json", "--add")
