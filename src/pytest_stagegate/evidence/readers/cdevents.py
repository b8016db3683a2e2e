"""CDEvents of services, as JSON: what was deployed, rolled back or removed where.

Reads the versions 0.3 to 0.6 of https://cdevents.dev: one event, a list of events, or an event a line; bare, or as the
data of a CloudEvent in structured mode. Events of other subjects are counted and left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import decoded, documents_in, text_of
from pytest_stagegate.evidence.readers.tool_times import instant
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.deployments import REMOVED, SUCCEEDED, DeployedArtifact, Deployment, Outcome
from pytest_stagegate.model.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WHAT: Final = "CDEvent"
_TYPE: Final = re.compile(
    r"dev\.cdevents\.(?P<subject>[a-z]+)\.(?P<predicate>[a-z]+)\.\d+\.\d+\.\d+[\w.-]*", re.IGNORECASE | re.ASCII
)
_DEPLOYED: Final[dict[str, Outcome]] = {
    "deployed": SUCCEEDED,
    "upgraded": SUCCEEDED,
    "rolledback": SUCCEEDED,
    "removed": REMOVED,
}
_PUBLISHED: Final = "published"
"""Of services what says nothing of what runs where."""
_OTHER_DIGEST: Final = re.compile(r"[a-z0-9]+:[0-9a-f]{32,}", re.IGNORECASE)
_DIGEST: Final = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


class _Event(NamedTuple):
    """One event, with its place in the file."""

    subject: str
    predicate: str
    at: str
    about: dict[str, Any]
    place: str


def read(path: Path, _root: Path) -> Contents:
    """Read events.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and place, when it is no JSON, holds something else than events, or an event of a
            service does not say what every such event has to say.
    """
    events = list(_events(path))
    if not events:
        raise EvidenceError(f"{path.name}: it holds no {_WHAT}")
    deployments = tuple(
        _deployment(each) for each in events if each.subject == "service" and each.predicate != _PUBLISHED
    )
    others = Counter(f"{each.subject}.{each.predicate}" for each in events if each.subject != "service")
    told = ", ".join(f"{count} {name}" for name, count in sorted(others.items())[:5])
    return Contents(
        deployments=deployments,
        producer="CDEvents",
        created=max((each.at for each in events), default=None),
        warnings=(f"events of other subjects are left alone: {told}",) if others else (),
    )


def _events(path: Path) -> Iterator[_Event]:
    text = text_of(path, _WHAT)
    for whole, line in documents_in(text):
        found = decoded(whole, Any, _WHAT, path.name, line)
        listed = found if isinstance(found, list) else [found]
        for number, each in enumerate(listed, start=1):
            place = f"{path.name}: event {number}" if isinstance(found, list) else f"{path.name}:{line}"
            yield _event(each, place)


def _written(at: dt.datetime) -> str:
    return rfc3339(at, "milliseconds" if at.microsecond else "seconds")


def _event(whole: Any, place: str) -> _Event:
    if isinstance(whole, dict) and "context" not in whole and isinstance(whole.get("data"), dict):
        whole = whole["data"]
    context = whole.get("context") if isinstance(whole, dict) else None
    subject = whole.get("subject") if isinstance(whole, dict) else None
    if not isinstance(context, dict) or not isinstance(subject, dict):
        raise EvidenceError(f"{place}: this is no CDEvent: it has no context and subject")
    match = _TYPE.fullmatch(_text(context.get("type")))
    if match is None:
        raise EvidenceError(f"{place}: this is no CDEvent: its type is {_text(context.get('type'))[:80]!r}")
    at = instant(_text(context.get("timestamp")))
    if at is None or at.tzinfo is None:
        raise EvidenceError(f"{place}: its timestamp {_text(context.get('timestamp'))[:40]!r} is no time with its zone")
    return _Event(match["subject"].lower(), match["predicate"].lower(), _written(at), subject, place)


def _deployment(event: _Event) -> Deployment:
    if event.predicate not in _DEPLOYED:
        text = f"{event.place}: service.{event.predicate} is no event that this version knows, and may change what runs"
        raise EvidenceError(text)
    content = event.about.get("content")
    content = content if isinstance(content, dict) else {}
    environment = content.get("environment")
    where = _text(environment.get("id") if isinstance(environment, dict) else environment)
    service = _text(event.about.get("id"))
    if not service or not where:
        text = f"{event.place}: service.{event.predicate} has to name its service (subject.id) and its environment"
        raise EvidenceError(text)
    version, artifact = _of_purl(_text(content.get("artifactId")))
    if not all(each.isprintable() for each in (service, where, version or "")):
        raise EvidenceError(f"{event.place}: service, environment and version are one line each, without controls")
    return Deployment(
        service=service,
        environment=where,
        at=event.at,
        outcome=_DEPLOYED[event.predicate],
        version=version,
        artifacts=() if artifact is None else (artifact,),
    )


def _of_purl(written: str) -> tuple[str | None, DeployedArtifact | None]:
    """Return version and digest of a package URL (https://github.com/package-url/purl-spec), as far as it has them."""
    base, _, query = written.partition("#")[0].partition("?")
    name, mark, said = base.rpartition("@")
    version = unquote(said) if mark else ""
    named = unquote((name or base).rpartition("/")[2])
    sums = [each for value in parse_qs(query).get("checksum", ()) for each in value.split(",")]
    digests = [match[1].lower() for each in (version, *sums) if (match := _DIGEST.fullmatch(each)) is not None]
    digest = _DIGEST.fullmatch(version) or _OTHER_DIGEST.fullmatch(version)
    plain = version if version and digest is None else None
    return plain, DeployedArtifact(name=named, sha256=digests[0]) if digests else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
