"""pytest's face of pytest-stagegate: options and marks. Everything else is imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

_SELECT = ("only", "upto", "all")
_SWITCHES = (
    "stagegate",
    "stagegate_at",
    "stagegate_select",
    "stagegate_strict",
    "stagegate_env",
    "stagegate_evidence",
    "stagegate_shard",
    "stagegate_report",
    "stagegate_policy",
    "stagegate_out",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options; any of them switches the plugin on."""
    group = parser.getgroup("stagegate", "stage gates: may this build go on to its next stage?")
    add = group.addoption
    add(
        "--stage-gate",
        action="store_true",
        dest="stagegate",
        help="record this run as evidence, decide (go / no-go), and write the documents",
    )
    add(
        "--stage-gate-at",
        metavar="STAGE",
        dest="stagegate_at",
        help="the stage that is decided (default: the policy's default_stage)",
    )
    add(
        "--stage-gate-select",
        choices=_SELECT,
        dest="stagegate_select",
        help="which stages' tests run: this one's only, up to this one, or all",
    )
    add(
        "--stage-gate-strict",
        action="store_true",
        dest="stagegate_strict",
        help="end with 20 for CONDITIONAL and with 21 for a provisional decision",
    )
    add(
        "--stage-gate-env",
        metavar="ENV",
        dest="stagegate_env",
        help="the environment that the run is against",
    )
    add(
        "--stage-gate-evidence",
        action="append",
        metavar="PATH",
        dest="stagegate_evidence",
        help="further evidence: JUnit, CTRF, coverage… (repeatable; PATH,stage=…,environment=…,format=…)",
    )
    add(
        "--stage-gate-shard",
        metavar="ID",
        dest="stagegate_shard",
        help="only record, as the shard ID; `stagegate check` merges the shards and decides",
    )
    add(
        "--stage-gate-report",
        action="append",
        metavar="FORMAT[:PATH]",
        dest="stagegate_report",
        help="which documents: terminal, html, md, json, junit (repeatable; default: all)",
    )
    add(
        "--stage-gate-policy",
        metavar="FILE",
        dest="stagegate_policy",
        help="policy file (default: [tool.stagegate] in pyproject.toml, else stagegate.toml)",
    )
    add(
        "--stage-gate-out",
        metavar="DIR",
        dest="stagegate_out",
        help="output folder below the rootdir (default: .stagegate)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, so that they are valid with --strict-markers, in every run."""
    config.addinivalue_line("markers", "stage(name): the delivery stage that the test belongs to, e.g. 'deploy'")
    config.addinivalue_line("markers", "environment(*names): the environments that the test may run in")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Generator[None, None, None]:
    """Switch on before anything of the project is imported, so that coverage sees every line."""
    asked = early_config.known_args_namespace
    if not any(getattr(asked, switch, None) for switch in _SWITCHES):
        return (yield)
    from pytest_stagegate.live import switch_on

    switched = switch_on(early_config, parser)
    try:
        result = yield
    except BaseException:
        switched.abandon()
        raise
    switched.register_last_word()
    return result
