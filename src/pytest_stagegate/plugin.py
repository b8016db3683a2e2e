"""pytest's face of pytest-stagegate: options and marks. Everything else is imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

    from pytest_stagegate.live.settings import Environment

# Help texts and the rest of each option; any of them switches the plugin on.
_OPTIONS: dict[str, dict[str, Any]] = {
    "--stage-gate": {
        "action": "store_true",
        "help": "record this run as evidence, decide (go / no-go), and write the documents",
    },
    "--stage-gate-at": {
        "metavar": "STAGE",
        "help": "the stage that is decided (default: the policy's default_stage)",
    },
    "--stage-gate-select": {
        "choices": ("only", "upto", "all"),
        "help": "which stages' tests run: this one's only, up to this one, or all",
    },
    "--stage-gate-strict": {
        "action": "store_true",
        "help": "end with 20 for CONDITIONAL and with 21 for a provisional decision",
    },
    "--stage-gate-env": {
        "metavar": "ENV",
        "help": "the environment that the run is against",
    },
    "--stage-gate-evidence": {
        "action": "append",
        "metavar": "PATH",
        "help": "further evidence: tests, coverage, findings, metrics "
        "(repeatable; PATH,stage=…,environment=…,format=…)",
    },
    "--stage-gate-shard": {
        "metavar": "ID",
        "help": "only record, as the shard ID; `stagegate check` merges the shards and decides",
    },
    "--stage-gate-report": {
        "action": "append",
        "metavar": "FORMAT[:PATH]",
        "help": "which documents: terminal, html, md, json, junit, intoto, github, gitlab, release, comment, summary, "
        "check, text (repeatable; default: the first five)",
    },
    "--stage-gate-policy": {
        "metavar": "FILE",
        "help": "policy file (default: [tool.stagegate] in pyproject.toml, else stagegate.toml)",
    },
    "--stage-gate-out": {
        "metavar": "DIR",
        "help": "output folder below the rootdir (default: .stagegate)",
    },
}
_DEST = {option: option[2:].replace("stage-gate", "stagegate").replace("-", "_") for option in _OPTIONS}


def _asked_for(asked: argparse.Namespace) -> bool:
    return any(getattr(asked, switch, None) for switch in _DEST.values())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    group = parser.getgroup("stagegate", "stage gates: may this build go on to its next stage?")
    for option, more in _OPTIONS.items():
        group.addoption(option, dest=_DEST[option], **more)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, so that they are valid with --strict-markers, in every run."""
    config.addinivalue_line("markers", "stage(name): the delivery stage that the test belongs to, e.g. 'deploy'")
    config.addinivalue_line("markers", "environment(*names): the environments that the test may run in")
    config.addinivalue_line("markers", "manual: a person does the test; the steps stand in its docstring")
    config.addinivalue_line("markers", "requirement(*ids): the requirements that the test verifies, e.g. 'PAY-7'")
    config.addinivalue_line("markers", "feature(*names, variant): the features that the test tries, e.g. 'checkout'")
    config.addinivalue_line("markers", "drill(*kinds): the exercises that the test is, e.g. 'restore'")
    if not _asked_for(config.option):
        from pytest_stagegate.live.guard import guard

        guard(config)


@pytest.fixture(scope="session")
def stagegate_environment(pytestconfig: pytest.Config) -> Environment:
    """The environment that the tests run against: its `name`, and the `settings` that the policy declares."""
    from pytest_stagegate.live.settings import environment_for

    return environment_for(pytestconfig)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Generator[None, None, None]:
    """Switch on before anything of the project is imported, so that coverage sees every line."""
    if not _asked_for(early_config.known_args_namespace):
        return (yield)
    from pytest_stagegate.loading import load_as_compiled, paused_collector

    load_as_compiled()
    with paused_collector():
        from pytest_stagegate.live.session import switch_on

    switched = switch_on(early_config, parser)
    try:
        result = yield
    except BaseException:
        switched.abandon()
        raise
    switched.register_last_word()
    return result
