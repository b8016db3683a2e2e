from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.model.environments import EnvironmentRule, Inquiry, Requirement
from pytest_stagegate.policy.loading import load
from tests.unit.fakes import project_at

SECOND = 1_000_000
WHOLE = """
environments = ["production"]
[environment.production]
protected = true
stages = ["deploy"]
require = { CI = "true", TOKEN = true }
run_by = ["dana"]
settings = { base_url = "https://shop.example", retries = 3 }
probe = { http = "https://shop.example:8443/health?deep=1", status = 204, timeout = "2 s" }
data = [
    { name = "customers", path = "data/*.csv", min_files = 2 },
    { name = "orders", command = ["./count", "orders"], timeout = "1 min" },
]
"""


def rule_of(tmp_path: Path, text: str) -> EnvironmentRule:
    (rule,) = load(project_at(tmp_path, policy=text)).environment_rules
    return rule


def mistakes(tmp_path: Path, entry: str) -> list[str]:
    policy = load(project_at(tmp_path, policy=f'environments = ["eu", "us"]\n[environment.eu]\n{entry}'))
    return [each.text for each in policy.mistakes]


def test_everything_that_is_declared_is_read(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, WHOLE)
    assert (rule.name, rule.protected, rule.stages, rule.run_by) == ("production", True, ("deploy",), ("dana",))
    assert rule.require == (Requirement("CI", "true"), Requirement("TOKEN", None))
    assert rule.settings == {"base_url": "https://shop.example", "retries": 3}
    assert rule.probe == Inquiry(
        "probe", "http", target="https://shop.example:8443/health?deep=1", limit=2 * SECOND, wanted=204
    )
    assert rule.data == (
        Inquiry("customers", "files", target="data/*.csv", wanted=2),
        Inquiry("orders", "command", command=("./count", "orders"), limit=60 * SECOND),
    )
    assert rule.place == "stagegate.toml:3 environment.production"


def test_a_probe_waits_five_seconds_and_wants_200_without_a_word(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, 'environments = ["eu"]\n[environment.eu]\nprobe = { http = "http://[::1]:80/" }')
    assert rule.probe is not None
    assert (rule.probe.limit, rule.probe.wanted) == (5 * SECOND, 200)


def test_a_probe_asks_for_the_version_that_runs(tmp_path: Path) -> None:
    text = 'environments = ["eu"]\n[environment.eu]\nprobe = { http = "http://a/", version = "/build/version" }'
    rule = rule_of(tmp_path, text)
    assert rule.probe is not None
    assert rule.probe.version == "/build/version"


def test_settings_alone_are_no_other_declaration(tmp_path: Path) -> None:
    assert rule_of(tmp_path, WHOLE).sha256 == rule_of(tmp_path, WHOLE.replace("retries = 3", "retries = 4")).sha256
    assert rule_of(tmp_path, WHOLE).sha256 != rule_of(tmp_path, WHOLE.replace("204", "205")).sha256


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("protect = true", "unknown key 'protect'; did you mean 'protected'?"),
        ('protected = "no"', "has to be true or false, not 'no'"),
        ('stages = ["deplay"]', "unknown stage 'deplay'; did you mean 'deploy'?"),
        ("require = { CI = false }", "has to be true (it is set) or the text that it has to hold, not False"),
        ('require = { "A B" = true }', "'A B' is no name of a variable"),
        ("run_by = []", "has to be a list of names, not an empty list"),
        ("settings = 3", "has to be a table, not a number (3)"),
        ("probe = { timeout = '1 s' }", "has to have one of http, tcp, command"),
        ('probe = { tcp = "db:1", http = "http://a/" }', "has to have one of http, tcp, command, and not two"),
        ('probe = { tcp = "db:1", status = 200 }', "unknown key 'status'; known: tcp, timeout"),
        ('probe = { tcp = "db" }', "'db' is no host with a port; write for example \"db.staging.example:5432\""),
        ('probe = { tcp = "db:99999" }', "'db:99999' is no host with a port"),
        ('probe = { http = "ftp://a/" }', "'ftp://a/' is no address of a page"),
        ('probe = { http = "http://a/ b" }', "'http://a/ b' is no address"),
        ('probe = { http = "http://a:x/" }', "'http://a:x/' is no address: Port could not be cast"),
        ('probe = { http = "http://dana:pw@a/" }', "has a user or a password in it, which every record would show"),
        ('probe = { http = "http://dana:pw@a:x/" }', "what stands there is no address; write for example"),
        ('probe = { http = "dana:pw@a" }', "what stands there is no address of a page; write for example"),
        ('probe = { http = "http://a/", version = "version" }', "'version' is no JSON pointer; write for example"),
        ('probe = { http = "http://a/", version = "/a~2" }', "'/a~2' is no JSON pointer"),
        ('probe = { tcp = "db:1", version = "/v" }', "unknown key 'version'; known: tcp, timeout"),
        ('probe = { http = "http://a/", status = 99 }', "has to be a whole number from 100 to 599, not 99"),
        ('probe = { http = "http://a/", timeout = "0 s" }', "has to be longer than 0 s"),
        ('probe = { command = "curl a" }', 'is run without a shell; write it as a list: ["curl", "a"]'),
        ('data = [{ path = "a" }]', "has no name"),
        ('data = [{ name = "a", path = "../a" }]', "'../a' is no glob below the root"),
        ('data = [{ name = "a", path = "a", min_files = 0 }]', "has to be a whole number from 1 to"),
        ('data = [{ name = "probe", path = "a" }]', "'probe' is the name of something else that is asked there"),
        ('data = [{ name = "a", path = "a" }, { name = "a", path = "b" }]', "'a' is the name of something else"),
        ("[environment.use]", "unknown environment 'use'; did you mean 'us'?"),
    ],
)
def test_what_is_not_in_order_is_a_mistake(tmp_path: Path, entry: str, told: str) -> None:
    found = mistakes(tmp_path, entry)
    assert any(each.startswith(told) for each in found), found


def test_a_mistake_takes_no_protection_away(tmp_path: Path) -> None:
    assert rule_of(tmp_path, 'environments = ["eu"]\n[environment.eu]\nprotected = "yes"').protected
