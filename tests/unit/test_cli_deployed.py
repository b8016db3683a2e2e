"""``stagegate deployed``."""

from __future__ import annotations

import hashlib
import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_stagegate.documents.schemas import deployment_schema
from pytest_stagegate.evidence.finding import Given, expand
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.deployments import Deployment
from tests.unit.test_cli import project, run

__all__ = ["project"]  # a fixture

FILE = Path(".stagegate/staging.shop.deployment.json")


@pytest.fixture(autouse=True)
def policy(project: Path) -> None:
    (project / "stagegate.toml").write_text('environments = ["staging"]\n', encoding="utf-8")


def declared(version: str = "1.2.0") -> None:
    Path("pyproject.toml").write_text(f'[project]\nname = "shop"\nversion = "{version}"\n')


def committed() -> str:
    def git(*args: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        return subprocess.run(["git", *who, *args], check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    return git("rev-parse", "HEAD")


def deployed(*args: str, file: Path = FILE) -> Deployment:
    assert run("deployed", *args) == 0
    (found,) = read_file(file, Path(), detect(file)).deployments or ()
    return found


def test_a_record_says_what_was_deployed_where(capsys: pytest.CaptureFixture[str]) -> None:
    declared()
    Path("shop.whl").write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    found = deployed("shop", "staging", "shop.whl", "--commit", "c" * 40, "--ring", "canary")
    assert (found.service, found.environment, found.version, found.commit, found.ring) == (
        "shop",
        "staging",
        "1.2.0",
        "c" * 40,
        "canary",
    )
    assert [(each.name, each.sha256) for each in found.artifacts] == [("shop.whl", digest)]
    assert capsys.readouterr().out.splitlines() == [
        f"shop in staging, ring canary: succeeded at {found.at}",
        f"version 1.2.0, commit {'c' * 40}",
        f"shop.whl sha256 {digest}",
        f"wrote {FILE.as_posix()}",
    ]


def test_the_commit_is_that_of_the_work_tree() -> None:
    declared()
    commit = committed()
    assert deployed("shop", "staging").commit == commit


def test_of_another_version_the_commit_of_the_work_tree_is_not_stated() -> None:
    declared()
    committed()
    found = deployed("shop", "staging", "--version", "1.1.0")
    assert (found.version, found.commit) == ("1.1.0", None)


def test_changes_in_no_commit_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    declared()
    committed()
    declared("1.3.0")
    deployed("shop", "staging")
    assert "warning: the work tree has changes that are in no commit" in capsys.readouterr().err


def test_a_deployment_that_failed_is_recorded_as_one() -> None:
    assert deployed("shop", "staging", "--outcome", "failed").outcome == "failed"


def test_two_services_have_two_records_whatever_their_names() -> None:
    for service in ("shop/web", "shop_web", "shop:web"):
        assert run("deployed", service, "staging") == 0
    records = sorted(Path(".stagegate").glob("*.deployment.json"))
    assert {json.loads(each.read_bytes())["service"] for each in records} == {"shop/web", "shop_web", "shop:web"}


def test_a_folder_is_searched_for_records() -> None:
    deployed("shop", "staging")
    assert [each.path for each in expand([Given(Path(".stagegate"))])] == [FILE]


def test_a_file_of_choice_is_written() -> None:
    assert deployed("shop", "staging", "--out", "d.json", file=Path("d.json")).service == "shop"
    assert not FILE.exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("shop", "stagin"), "unknown name 'stagin'"),
        (("shop", "staging", "gone.whl"), "gone.whl: there is no such file"),
        (("sh\x1b[31mop", "staging"), "service is one line"),
        (("shop", "staging", "--ring", " "), "ring is one line"),
    ],
)
def test_what_can_not_be_recorded_is_a_sentence(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], told: str
) -> None:
    assert run("deployed", *args) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "\x1b" not in err
    assert not FILE.exists()


def test_a_ring_that_the_policy_does_not_have_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    rings = 'environments = ["staging"]\n[[ring]]\nname = "insiders"\n'
    Path("stagegate.toml").write_text(rings, encoding="utf-8")
    assert run("deployed", "shop", "staging", "--ring", "insider") == 2
    assert "unknown name 'insider'; did you mean 'insiders'?" in capsys.readouterr().err
    assert deployed("shop", "staging", "--ring", "insiders").ring == "insiders"


def test_the_published_schema_is_that_of_the_types_and_holds() -> None:
    text = files("pytest_stagegate.documents").joinpath("deployment.schema.json").read_text("utf-8")
    published: dict[str, Any] = json.loads(text)
    assert published == json.loads(json.dumps(deployment_schema()))
    jsonschema.Draft202012Validator.check_schema(published)
    deployed("shop", "staging")
    jsonschema.validate(json.loads(FILE.read_bytes()), published, jsonschema.Draft202012Validator)
