from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.deployments import DeployedArtifact, Deployment

DATA = Path(__file__).parents[3] / "data" / "deployments"
DIGEST = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427"
OWN = {
    "schema": "stagegate/deployment/1",
    "service": "shop",
    "environment": "production",
    "deployed": "2026-11-23T10:00:00+01:00",
}


def read(path: Path) -> tuple[Deployment, ...]:
    found = read_file(path, path.parent, detect(path)).deployments
    assert found is not None
    return found


def own(tmp_path: Path, **values: Any) -> tuple[Deployment, ...]:
    path = tmp_path / "d.json"
    path.write_text(json.dumps({**OWN, **values}), encoding="utf-8")
    return read(path)


def events(tmp_path: Path, text: str) -> tuple[Deployment, ...]:
    path = tmp_path / "e.json"
    path.write_text(text, encoding="utf-8")
    return read(path)


def event(
    kind: str = "service.deployed.0.1.1", artifact: str = "pkg:pypi/shop@1.2.0", **subject: Any
) -> dict[str, Any]:
    content = {"environment": {"id": "production"}, "artifactId": artifact}
    context = {"type": f"dev.cdevents.{kind}", "timestamp": "2026-11-23T09:00:00Z", "id": "1", "source": "x"}
    return {"context": context, "subject": {"id": "shop", "content": content, **subject}}


@pytest.mark.parametrize("version", ["0.3.0", "0.4.1", "0.5.1", "0.6.0-draft"])
def test_the_events_of_the_specification_are_read(version: str) -> None:
    (found,) = read(DATA / f"cdevents-{version}-service-deployed.json")
    assert found == Deployment(
        service="mySubject123",
        environment="test123",
        at="2023-03-20T14:27:05.315Z",
        artifacts=(DeployedArtifact(name="myapp", sha256=DIGEST),),
    )


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [("upgraded", ["succeeded"]), ("rolledback", ["succeeded"]), ("removed", ["removed"]), ("published", [])],
)
def test_what_an_event_means(name: str, outcomes: list[str]) -> None:
    assert [each.outcome for each in read(DATA / f"cdevents-0.6.0-draft-service-{name}.json")] == outcomes


def test_events_of_other_subjects_are_counted() -> None:
    path = DATA / "cdevents-0.6.0-draft-incident-detected.json"
    contents = read_file(path, path.parent, detect(path))
    assert contents.deployments == ()
    assert contents.warnings == ("events of other subjects are left alone: 1 incident.detected",)


def test_events_come_alone_in_a_list_in_lines_and_in_envelopes(tmp_path: Path) -> None:
    envelope = {"specversion": "1.0", "type": "dev.cdevents.service.deployed.0.1.1", "data": event()}
    for text in (
        json.dumps(event()),
        json.dumps([event()], indent=1),
        json.dumps(envelope),
        f"{json.dumps(event())}\n{json.dumps(envelope)}\n",
    ):
        assert {each.version for each in events(tmp_path, text)} == {"1.2.0"}


@pytest.mark.parametrize(
    ("artifact", "version", "digests"),
    [
        ("pkg:pypi/shop@1.2.0", "1.2.0", []),
        (f"pkg:oci/shop@sha256%3A{DIGEST.upper()}?repository_url=ghcr.io", None, [DIGEST]),
        (f"pkg:generic/shop@1.2.0?checksum=sha1:ab,sha256:{DIGEST}", "1.2.0", [DIGEST]),
        ("pkg:golang/example.com/shop", None, []),
        ("pkg:oci/shop@sha512%3A" + "a" * 128, None, []),
        ("", None, []),
    ],
)
def test_a_package_url_names_version_and_digest(
    tmp_path: Path, artifact: str, version: str | None, digests: list[str]
) -> None:
    (found,) = events(tmp_path, json.dumps(event(artifact=artifact)))
    assert (found.version, [each.sha256 for each in found.artifacts]) == (version, digests)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (json.dumps(event("service.deployed.x")), "e.json:1: this is no CDEvent: its type is"),
        (json.dumps([event(), event(id="")]), "e.json: event 2: service.deployed has to name its service"),
        (json.dumps(event("service.frozen.0.1.0")), "e.json:1: service.frozen is no event that this version knows"),
        (json.dumps(event(id="shop\x1b[2J")), "e.json:1: service, environment and version are one line each"),
        (json.dumps(event(artifact="pkg:pypi/shop@1\n2")), "e.json:1: service, environment and version are one line"),
        (json.dumps([event(), 3]), "e.json: event 2: this is no CDEvent: it has no context and subject"),
        (json.dumps(event()).replace("09:00:00Z", "09:00:00"), "is no time with its zone"),
        (json.dumps(event())[:-1], "this is no well-formed JSON"),
    ],
)
def test_what_is_wrong_with_an_event_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(EvidenceError) as error:
        events(tmp_path, text)
    assert told in str(error.value)


def test_a_list_without_any_event_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"e\.json: it holds no CDEvent"):
        read_file(path, tmp_path, "cdevents")


def test_a_record_of_our_own_is_read(tmp_path: Path) -> None:
    (found,) = own(tmp_path, version="1.2.0", artifacts=[{"sha256": DIGEST}], ring="insiders", outcome="failed")
    assert found == Deployment(
        service="shop",
        environment="production",
        at="2026-11-23T09:00:00Z",
        outcome="failed",
        version="1.2.0",
        artifacts=(DeployedArtifact(sha256=DIGEST),),
        ring="insiders",
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"schema": "stagegate/deployment/2"}, "its schema is 'stagegate/deployment/2'"),
        ({"service": " "}, "service is one line of text"),
        ({"version": ""}, "version is one line of text without controls, and null where it is not stated"),
        ({"environment": "a\nb"}, "environment is one line"),
        ({"deployed": "2026-11-23T10:00:00"}, "deployed: '2026-11-23T10:00:00' is not a time with its zone"),
        (
            {"deployed": "0001-01-01T00:00:00+14:00"},
            "deployed: '0001-01-01T00:00:00+14:00' is not a time with its zone",
        ),
        ({"artifacts": [{"sha256": "abc"}]}, "sha256 is 64 hexadecimal digits in lower case, and 'abc' is not"),
        ({"outcome": "fine"}, "Invalid enum value 'fine'"),
        ({"versoin": "1"}, "unknown field `versoin`"),
    ],
)
def test_what_is_wrong_with_a_record_is_told(tmp_path: Path, values: dict[str, Any], told: str) -> None:
    with pytest.raises(EvidenceError) as error:
        own(tmp_path, **values)
    assert told in str(error.value)
