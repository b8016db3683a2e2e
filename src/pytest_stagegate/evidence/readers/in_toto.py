"""in-toto statements: as they are, in DSSE envelopes, in Sigstore bundles, and as package indexes hold them.

Formats: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md (and v0.1),
https://github.com/secure-systems-lab/dsse/blob/master/envelope.md, https://docs.sigstore.dev/about/bundle/,
https://packaging.python.org/specifications/index-hosted-attestations/, https://slsa.dev/spec/v1.1/provenance and
https://slsa.dev/spec/v0.2/provenance. No signature is verified.
"""

from __future__ import annotations

import base64
import binascii
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import decoded, documents_in, text_of
from pytest_stagegate.evidence.readers.scans import words
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.provenance import StatementData, StatementSubject
from pytest_stagegate.model.sbom import sha256_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WHAT: Final = "in-toto statement"
_STATEMENTS: Final = ("https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1")
_PAYLOAD: Final = "application/vnd.in-toto+json"
_SLSA: Final = "https://slsa.dev/provenance/v"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_OF_COMMITS: Final = ("gitCommit", "sha1", "sha256")
"""Digests under which builders state a commit; GitLab's runner writes a commit of 40 digits as ``sha256``."""

_URL_SAFE: Final = str.maketrans("-_", "+/")
_MOST: Final = 10_000


class _Subject(msgspec.Struct):
    name: str = ""
    digest: dict[str, str] = {}


class _Statement(msgspec.Struct):
    """A statement; fields that are not named here are passed over."""

    type_: str = msgspec.field(name="_type")
    subject: list[_Subject]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: Any = None


class _Said(NamedTuple):
    """A statement, and whether it came with a signature."""

    statement: _Statement
    signed: bool


class _Origin(NamedTuple):
    """Where the subject comes from, as far as a predicate says."""

    builder: str = ""
    repository: str = ""
    commit: str = ""
    made: str = ""


def read(path: Path, root: Path) -> Contents:
    """Read statements: one, or one in each line.

    Args:
        path: The file.
        root: The project's root; not needed.

    Raises:
        EvidenceError: With file and place, when something in it is no statement or not whole.
    """
    found = [said for text, line in documents_in(text_of(path, _WHAT)) for said in _in_document(path, text, line)]
    if not found:
        raise EvidenceError(f"{path.name}: it holds no {_WHAT}")
    if len(found) > _MOST:
        raise EvidenceError(f"{path.name}: it holds {len(found)} statements, and {_MOST} is the most that is read")
    origins = [_origin(each.statement) for each in found]
    made = [stated for each in origins if (stated := instant(each.made) if each.made else None) is not None]
    statements = tuple(_data(path, *each) for each in zip(found, origins, strict=True))
    return Contents(
        statements=statements,
        producer=next((each.builder for each in origins if each.builder), ""),
        # Of several the oldest counts.
        created=rfc3339(min(made)) if made and all(each.tzinfo is not None for each in made) else None,
        commit=_commit_of_all(statements),
        warnings=("signatures are not verified",) if any(each.signed for each in found) else (),
    )


def _in_document(path: Path, text: str, line: int) -> Iterator[_Said]:
    whole = decoded(text, dict[str, Any], _WHAT, path.name, line)
    place = path.name if line == 1 else f"{path.name}:{line}"
    if "dsseEnvelope" in whole or "messageSignature" in whole:
        if "dsseEnvelope" not in whole:
            raise EvidenceError(f"{place}: this bundle of Sigstore signs a file and holds no statement")
        yield _of_envelope(_object(whole, "dsseEnvelope", place), place)
    elif "payloadType" in whole or "payload" in whole:
        yield _of_envelope(whole, place)
    elif "attestation_bundles" in whole:
        bundles = _objects(whole, "attestation_bundles", place)
        for attestation in chain.from_iterable(_objects(each, "attestations", place) for each in bundles):
            yield _of_attestation(attestation, place)
    elif "envelope" in whole:
        yield _of_attestation(whole, place)
    else:
        yield _Said(_statement(whole, place), signed=False)


def _of_envelope(envelope: dict[str, Any], place: str) -> _Said:
    if envelope.get("payloadType") != _PAYLOAD:
        raise EvidenceError(f"{place}: this envelope holds {str(envelope.get('payloadType'))[:60]!r}, and no {_WHAT}")
    return _Said(_packed(envelope.get("payload"), place), signed=bool(envelope.get("signatures")))


def _of_attestation(attestation: dict[str, Any], place: str) -> _Said:
    if attestation.get("version") != 1:
        raise EvidenceError(f"{place}: this attestation is version {str(attestation.get('version'))[:20]}; 1 is read")
    envelope = _object(attestation, "envelope", place)
    return _Said(_packed(envelope.get("statement"), place), signed=bool(envelope.get("signature")))


def _packed(payload: Any, place: str) -> _Statement:
    try:
        text = base64.b64decode(str(payload or "").translate(_URL_SAFE), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise EvidenceError(f"{place}: what the envelope holds is no text in Base64: {error}") from error
    return _statement(decoded(text, dict[str, Any], f"{_WHAT} in an envelope", place), place)


def _statement(whole: dict[str, Any], place: str) -> _Statement:
    try:
        statement = msgspec.convert(whole, _Statement)
    except msgspec.ValidationError as error:
        raise EvidenceError(f"{place}: this is no {_WHAT}: {error}") from error
    if statement.type_ not in _STATEMENTS:
        raise EvidenceError(f"{place}: its type is {statement.type_[:60]!r}; {' and '.join(_STATEMENTS)} are read")
    return statement


def _object(whole: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    found = whole.get(key)
    if not isinstance(found, dict):
        raise EvidenceError(f"{place}: {key} is no object")
    return found


def _objects(whole: dict[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    found = whole.get(key)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise EvidenceError(f"{place}: {key} is no list of objects")
    return found


def _data(path: Path, said: _Said, origin: _Origin) -> StatementData:
    subjects = tuple(
        StatementSubject(name=words(each.name), sha256=sha256_in(each.digest.get("sha256", "")))
        for each in said.statement.subject
    )
    return StatementData(
        file=path.name,
        predicate_type=words(said.statement.predicate_type),
        subjects=subjects,
        builder=words(origin.builder),
        repository=words(origin.repository),
        commit=origin.commit,
        signed=said.signed,
    )


def _commit_of_all(statements: tuple[StatementData, ...]) -> str | None:
    """Return the first commit that is stated; None where of something no statement says from which commit it is."""
    stating = [each for each in statements if each.commit]
    known = {subject.sha256 for each in stating for subject in each.subjects} - {""}
    of_all = all(each.commit or known.issuperset(s.sha256 for s in each.subjects) for each in statements)
    return stating[0].commit if stating and of_all else None


# ---- provenance of SLSA


def _origin(statement: _Statement) -> _Origin:
    if not statement.predicate_type.startswith(_SLSA):
        return _Origin()
    of_v1 = statement.predicate_type.startswith(f"{_SLSA}1")
    return _of_v1(statement.predicate) if of_v1 else _of_v02(statement.predicate)


def _of_v1(predicate: Any) -> _Origin:
    definition, details = _at(predicate, "buildDefinition"), _at(predicate, "runDetails")
    parameters = _at(definition, "externalParameters")
    sources = [_at(parameters, "source"), _at(parameters, "configSource"), _at(parameters, "workflow")]
    repository, commit = _source(sources, _at(definition, "resolvedDependencies"))
    made = _text(details, "metadata", "finishedOn") or _text(details, "metadata", "startedOn")
    return _Origin(_text(details, "builder", "id"), repository, commit, made)


def _of_v02(predicate: Any) -> _Origin:
    repository, commit = _source([_at(predicate, "invocation", "configSource")], _at(predicate, "materials"))
    made = _text(predicate, "metadata", "buildFinishedOn") or _text(predicate, "metadata", "buildStartedOn")
    return _Origin(_text(predicate, "builder", "id"), repository, commit, made)


def _source(named: list[Any], materials: Any) -> tuple[str, str]:
    """Return repository and commit of what was built.

    Args:
        named: Where a builder says what was asked to be built: a URI, or an object with one and maybe a digest.
        materials: All that went into it, the dependencies too.
    """
    asked = [(_uri(each), _commit(each)) for each in named]
    used = [(_uri(each), _commit(each)) for each in materials] if isinstance(materials, list) else []
    repository = next((uri for uri, _ in asked if uri), "")
    exact = next((found for found in asked if found[1]), None)
    if exact is not None:
        return exact[0] or repository, exact[1]
    if repository:
        # The material may say by which protocol it came, and at which branch.
        return repository, next((commit for uri, commit in used if commit and _same(uri, repository)), "")
    return next((found for found in used if found[1]), ("", ""))


def _same(uri: str, repository: str) -> bool:
    return _bare(uri) == _bare(repository)


def _bare(uri: str) -> str:
    address = uri.removeprefix("git+").partition("#")[0]
    scheme, slashes, rest = address.partition("://")
    return f"{scheme}{slashes}{rest.partition('@')[0]}".rstrip("/").removesuffix(".git")


def _uri(source: Any) -> str:
    if isinstance(source, str):
        return _bare(source)
    found = _text(source, "uri") or _text(source, "repository")
    return _bare(found) if found else ""


def _commit(source: Any) -> str:
    digests = _at(source, "digest")
    stated = [_text(digests, key).lower() for key in _OF_COMMITS]
    plain = [each for key, each in zip(_OF_COMMITS, stated, strict=True) if key != "sha256" or len(each) == 40]
    return next((each for each in plain if _COMMIT.fullmatch(each)), "")


def _at(node: Any, *keys: str) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _text(node: Any, *keys: str) -> str:
    found = _at(node, *keys)
    return found if isinstance(found, str) else ""
