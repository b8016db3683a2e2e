"""From the release to production and back to the plan: deploy, manage, monitor, and what is learnt there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.demo.releasing import FLAGS, RELEASE

if TYPE_CHECKING:
    from pytest_stagegate.demo.commands import Commands

_APPROVED: Final = {"DEPLOY_APPROVED": "yes"}
_PRODUCTION: Final = "--stage-gate-env=production"
_WHEEL: Final = "dist/parcel_rates-1.2.0-py3-none-any.whl"
_DEPLOYED: Final = ".stagegate/production.rates.deployment.json"
_REPORTS: Final = ".stagegate/reports"
_LOG: Final = ".stagegate/rollout.jsonl"


def _decided(*stages: str) -> list[str]:
    return [f"--stage-gate-evidence=.stagegate/{stage}/decision.json" for stage in stages]


def deploy(steps: Commands, expected: int) -> None:
    """Open one ring after the other, each on evidence of the last; with a fault the version before was deployed."""
    steps.say("\nMay the first ring open? It may where the version is released, and nothing shows that is not ready.")
    steps.stagegate("rollout", "advance", RELEASE, FLAGS)
    steps.say("\nThe wheel is brought to that ring; the script that does so leaves a record.")
    older = ["--version=1.1.0"] if expected else []
    steps.stagegate("deployed", "rates", "production", _WHEEL, *older)
    steps.pytest(
        "--stage-gate-at=deploy",
        _PRODUCTION,
        "--stage-gate-out=.stagegate/deploy",
        f"--stage-gate-evidence={_DEPLOYED}",
        f"--stage-gate-evidence={FLAGS}",
        *_decided("build", "test", "release"),
        expected=expected,
        variables=_APPROVED,
    )
    traffic = _asked(steps, "first-ring.txt")
    steps.say("\nMay everybody have it? It may where it answers in the first ring, and the tests have passed there.")
    steps.stagegate("rollout", "advance", ".stagegate/deploy/evidence.jsonl", traffic, expected=expected)


def _asked(steps: Commands, name: str, broken: bool = False) -> str:
    """Let users ask, and return where it is counted."""
    counted = f"{_REPORTS}/{name}"
    steps.python(f"tools/traffic.py {counted}{' --broken' if broken else ''}")
    steps.stagegate("attach", counted, "--environment=production")
    return counted


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
    """Count what users ask, and end the rollout; with a fault one question of ten fails."""
    traffic = _asked(steps, "traffic.txt", broken=bool(expected))
    if not expected:
        steps.say("\nEverybody has it, and is answered: the rollout ends.")
        steps.stagegate("rollout", "advance", traffic)
    steps.pytest(
        "--stage-gate-at=monitor",
        _PRODUCTION,
        "--stage-gate-out=.stagegate/monitor",
        f"--stage-gate-evidence={traffic}",
        f"--stage-gate-evidence={FLAGS}",
        f"--stage-gate-evidence={_LOG}",
        *_decided("release", "deploy", "manage"),
        expected=expected,
        variables=_APPROVED,
    )


def learn(steps: Commands) -> None:
    """Turn what was learnt into goals of the plan."""
    steps.say("\nThe ring closes: what operations and users have told becomes goals of the next plan.")
    steps.stagegate("feedback", ".stagegate/monitor", "--issues=tools/issues.json", "--add")
