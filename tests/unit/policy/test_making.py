"""Entries of the policy that say how evidence is made, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.sources import EvidenceRule, Producer
from pytest_stagegate.project import load_project
from tests.unit.fakes import project_at

MINUTE = 60_000_000


def rules(root: Path, text: str) -> tuple[EvidenceRule, ...]:
    return load_project(project_at(root, policy=text)).policy.evidence


def producer(root: Path, text: str) -> Producer:
    (rule,) = rules(root, f'[[evidence]]\nname = "a"\ncommand = ["a"]\n{text}')
    assert rule.producer is not None
    return rule.producer


def test_a_producer_with_everything(tmp_path: Path) -> None:
    text = """
        [[evidence]]
        name = "ruff"
        format = "sarif"
        command = ["ruff", "check", "; rm -r ."]
        path = "reports/ruff.sarif"
        timeout = "2 min"
        exit_ok = [0, 1, 3]
        version = ["ruff", "--version"]
        stage = "code"
        max_age = "1 min"
        commit = "required"
    """
    maker = Producer("ruff", ("ruff", "check", "; rm -r ."), 2 * MINUTE, frozenset({0, 1, 3}), ("ruff", "--version"))
    assert rules(tmp_path, text) == (EvidenceRule("reports/ruff.sarif", "sarif", "code", None, MINUTE, True, maker),)


def test_a_name_and_a_command_are_enough(tmp_path: Path) -> None:
    assert producer(tmp_path, "") == Producer("a", ("a",), 10 * MINUTE, frozenset({0, 1}))


@pytest.mark.parametrize(
    ("format_", "good", "bad"),
    [
        ("ruff-json", [0, 1], [2]),
        ("junit", [0, 1], [2]),
        ("lcov", [0], [1]),
        ("openmetrics", [0], [1]),
        ("pylint-json", [0, 2, 4, 8, 16, 30], [1, 3, 31, 32, 33, 64, 127]),
    ],
)
def test_statuses_that_say_that_a_tool_came_to_its_end(
    tmp_path: Path, format_: str, good: list[int], bad: list[int]
) -> None:
    found = producer(tmp_path, f'format = "{format_}"').exit_ok
    assert (found.issuperset(good), found.isdisjoint(bad)) == (True, True)


def test_the_policy_s_own_statuses_stand_for_every_format(tmp_path: Path) -> None:
    assert producer(tmp_path, 'format = "pylint-json"\nexit_ok = [5]').exit_ok == {5}


COMMAND = '[[evidence]]\nname = "a"\ncommand = ["a"]\n'


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            '[[evidence]]\nname = "a"\ncommand = "ruff check \'a b\'"',
            'stagegate.toml:3 evidence.command: is run without a shell; write it as a list: ["ruff", "check", "a b"]',
        ),
        ('[[evidence]]\nname = "a"\ncommand = "it\'s"', 'write it as a list: ["it\'s"]'),
        ('[[evidence]]\nname = "a"\ncommand = []', "evidence.command: has to be a list of texts, the program first"),
        ('[[evidence]]\nname = "a"\ncommand = ["a", 1]', "evidence.command: has to be a list of texts"),
        ('[[evidence]]\nname = "a"\ncommand = ["a", ""]', "evidence.command: has to be a list of texts"),
        ('[[evidence]]\nname = "a"\ncommand = ["a\\u0000"]', "evidence.command: holds a NUL character"),
        ('[[evidence]]\ncommand = ["a"]', "stagegate.toml:1 evidence: has a command and no name"),
        ('[[evidence]]\nname = "a"', "evidence.name: is about a tool that is run, and the entry has no command"),
        ('[[evidence]]\npath = "a"\nexit_ok = [0]', "evidence.exit_ok: is about a tool that is run"),
        ('[[evidence]]\npath = "a"\ntimeout = "1 s"', "evidence.timeout: is about a tool that is run"),
        ('[[evidence]]\npath = "a"\nversion = ["a"]', "evidence.version: is about a tool that is run"),
        ('[[evidence]]\nname = "../a"\ncommand = ["a"]', "evidence.name: '../a' is no plain name"),
        ('[[evidence]]\nname = ".a"\ncommand = ["a"]', "evidence.name: '.a' is no plain name"),
        ('[[evidence]]\nname = "a.stagegate"\ncommand = ["a"]', "evidence.name: 'a.stagegate' is no plain name"),
        (
            COMMAND + COMMAND.replace('"a"\nc', '"A"\nc'),
            "stagegate.toml:5 evidence.name: two commands have the name 'A'",
        ),
        (
            f'{COMMAND}path = "x"\n' + COMMAND.replace('"a"\nc', '"b"\nc') + 'path = "x"',
            "stagegate.toml:8 evidence.path: two commands write 'x'",
        ),
        (f'{COMMAND}path = "*.xml"', "evidence.path: '*.xml' is a pattern; the command writes one file"),
        (f'{COMMAND}path = "/tmp/x"', "evidence.path: '/tmp/x' has to be relative to the root and below it"),
        (f'{COMMAND}path = "a/../../x"', "evidence.path: 'a/../../x' has to be relative"),
        (f'{COMMAND}format = "stagegate"', "evidence.format: a record is made by pytest --stage-gate"),
        (f'{COMMAND}timeout = "0 s"', "evidence.timeout: has to be longer than 0 s"),
        (f"{COMMAND}timeout = 10", "evidence.timeout: 10 is not a length of time"),
        (f"{COMMAND}exit_ok = []", "evidence.exit_ok: has to be a list of exit statuses from 0 to 255"),
        (f"{COMMAND}exit_ok = 0", "evidence.exit_ok: has to be a list of exit statuses"),
        (f"{COMMAND}exit_ok = [256]", "evidence.exit_ok: has to be a list of exit statuses"),
        (f"{COMMAND}exit_ok = [true]", "evidence.exit_ok: has to be a list of exit statuses"),
        (f'{COMMAND}version = "a --version"', 'evidence.version: is run without a shell; write it as a list: ["a", '),
        (f"{COMMAND}shell = true", "evidence.shell: unknown key 'shell'; "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, mistake: str) -> None:
    with pytest.raises(MistakesError) as caught:
        rules(tmp_path, text)
    assert mistake in str(caught.value)


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(MistakesError) as caught:
        rules(tmp_path, '[[evidence]]\nname = "a"\ncommand = "ruff check"')
    assert len(caught.value.mistakes) == 1
