"""What is read from in-toto statements, in whatever they come."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.provenance import StatementData

DATA = Path(__file__).parents[3] / "data"
STATEMENTS = DATA / "provenance"
DIST = DATA / "artifacts" / "hatchling-1.33.0"
COMMIT = "3f9c1d2e4b5a69788776655443322110aabbccdd"
GITHUB = "https://github.com/actions/runner/github-hosted"
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "a.whl", "digest": {"sha256": "AB" * 32}}],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {},
}


def read(path: Path) -> Contents:
    assert detect(path) == "in-toto"
    return read_file(path, path.parent, "in-toto")


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def one(tmp_path: Path, **more: Any) -> tuple[StatementData, Contents]:
    contents = read(written(tmp_path, STATEMENT | more))
    assert contents.statements is not None
    (found,) = contents.statements
    return found, contents


def packed(statement: Any, **more: Any) -> dict[str, Any]:
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "eA=="}]} | more


@pytest.mark.parametrize(
    ("name", "signed", "files"),
    [
        ("in-toto-attestation-0.9.3-slsa-v1.intoto.json", False, 2),
        ("securesystemslib-1.6.0-slsa-v1.dsse.json", True, 2),
        ("sigstore-models-0.0.6.sigstore.json", True, 2),
        ("securesystemslib-1.6.0-slsa-v0.2.intoto.jsonl", True, 2),
        ("pypi-attestations-0.0.30.publish.attestation", True, 1),
        ("pypi-attestations-0.0.30-provenance.json", True, 2),
    ],
)
def test_statements_of_real_tools_are_of_the_artifacts(name: str, signed: bool, files: int) -> None:
    contents = read(STATEMENTS / name)
    assert contents.statements is not None
    found = {(each.file, each.sha256) for said in contents.statements for each in said.subjects}
    assert found <= {(path.name, sha256_of(path)) for path in DIST.iterdir()}
    assert len(found) == files
    assert {said.signed for said in contents.statements} == {signed}
    assert contents.warnings == (("signatures are not verified",) if signed else ())


def test_provenance_of_slsa_1_says_builder_repository_commit_and_time() -> None:
    contents = read(STATEMENTS / "in-toto-attestation-0.9.3-slsa-v1.intoto.json")
    assert contents.statements is not None
    (said,) = contents.statements
    assert (said.builder, said.repository, said.commit) == (GITHUB, "https://github.com/parcels/parcel-rates", COMMIT)
    assert (contents.commit, contents.created, contents.producer) == (COMMIT, "2026-11-23T08:12:00Z", GITHUB)


def test_provenance_of_slsa_02_as_gitlab_writes_it_says_the_same() -> None:
    contents = read(STATEMENTS / "securesystemslib-1.6.0-slsa-v0.2.intoto.jsonl")
    assert contents.statements is not None
    assert {(each.builder, each.repository, each.commit) for each in contents.statements} == {
        ("https://gitlab.example.com/parcels/rates/-/runners/7", "https://gitlab.example.com/parcels/rates", COMMIT)
    }
    assert contents.created == "2026-11-23T08:12:00Z"


def test_a_file_states_a_commit_where_all_that_it_is_of_has_one(tmp_path: Path) -> None:
    source = {"uri": "https://example.org/rates", "digest": {"gitCommit": COMMIT}}
    with_one = {"predicate": {"buildDefinition": {"externalParameters": {"source": source}}}}
    other = {"subject": [{"name": "other", "digest": {"sha256": "e" * 64}}]}
    undigested = {"subject": [{"name": "other", "digest": {}}]}
    for more, commit in (({}, COMMIT), (other, None), (undigested, None), (other | with_one, COMMIT)):
        lines = [json.dumps(STATEMENT | each) for each in (with_one | undigested, with_one, more)]
        assert read(written(tmp_path, "\n".join(lines))).commit == commit


def test_a_statement_of_publication_states_no_builder_and_no_commit() -> None:
    contents = read(STATEMENTS / "pypi-attestations-0.0.30-provenance.json")
    assert contents.statements is not None
    assert {(each.predicate_type, each.builder, each.commit) for each in contents.statements} == {
        ("https://docs.pypi.org/attestations/publish/v1", "", "")
    }


@pytest.mark.parametrize(
    ("definition", "commit"),
    [
        (
            {"externalParameters": {"source": {"uri": "git+https://x/r@refs/heads/m", "digest": {"sha1": COMMIT}}}},
            COMMIT,
        ),
        ({"externalParameters": {"configSource": {"uri": "https://x/r.git#main", "digest": {"sha1": COMMIT}}}}, COMMIT),
        (
            {
                "externalParameters": {"source": "https://x/r"},
                "resolvedDependencies": [{"uri": "https://x/r", "digest": {"gitCommit": COMMIT}}],
            },
            COMMIT,
        ),
        (
            {
                "externalParameters": {"source": "https://x/r"},
                "resolvedDependencies": [{"uri": "https://x/s", "digest": {"gitCommit": COMMIT}}],
            },
            "",
        ),
        (
            {
                "resolvedDependencies": [
                    {"uri": "https://x/s", "digest": {"sha256": "ab" * 32}},
                    {"uri": "https://x/r", "digest": {"gitCommit": COMMIT.upper()}},
                ]
            },
            COMMIT,
        ),
        ({"resolvedDependencies": [{"uri": "https://x/s", "digest": {"gitCommit": "main"}}]}, ""),
        ({"resolvedDependencies": "none", "externalParameters": [1]}, ""),
    ],
)
def test_the_commit_is_that_of_what_was_asked_to_be_built(
    tmp_path: Path, definition: dict[str, Any], commit: str
) -> None:
    assert one(tmp_path, predicate={"buildDefinition": definition})[0].commit == commit


def test_a_digest_is_read_in_any_case_and_other_digests_are_none(tmp_path: Path) -> None:
    assert one(tmp_path)[0].subjects[0].sha256 == "ab" * 32
    weak = one(tmp_path, subject=[{"name": "a", "digest": {"sha1": "ab" * 20, "sha256": "ab"}}])[0]
    assert weak.subjects[0].sha256 == ""


def test_a_statement_may_hold_another_format(tmp_path: Path) -> None:
    said, _ = one(tmp_path, predicateType="https://cyclonedx.org/bom", predicate={"bomFormat": "CycloneDX"})
    assert said.builder == ""


def test_base64_may_be_safe_for_addresses(tmp_path: Path) -> None:
    text = json.dumps(STATEMENT | {"predicate": {"x": "ÿþ?>"}}, ensure_ascii=False)
    payload = base64.urlsafe_b64encode(text.encode()).decode()
    assert "_" in payload or "-" in payload
    assert read(written(tmp_path, packed({}, payload=payload))).statements


def test_lines_may_hold_characters_that_end_lines_elsewhere(tmp_path: Path) -> None:
    line = json.dumps(STATEMENT | {"predicate": {"x": "a\u2028b"}}, ensure_ascii=False)
    contents = read(written(tmp_path, f"{line}\r\n\n{line}\n"))
    assert contents.statements is not None
    assert len(contents.statements) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            STATEMENT | {"_type": "https://in-toto.io/Statement/v9"},
            "a.json: its type is 'https://in-toto.io/Statement/v9'",
        ),
        (STATEMENT | {"subject": "a"}, "a.json: this is no in-toto statement: Expected `array`"),
        (STATEMENT | {"predicateType": 1}, "Expected `str`"),
        (packed(STATEMENT, payloadType="text/plain"), "this envelope holds 'text/plain', and no in-toto statement"),
        (packed(STATEMENT, payload="*"), "is no text in Base64"),
        (packed(STATEMENT, payload=""), "no well-formed JSON"),
        (packed([STATEMENT]), "this is no in-toto statement in an envelope"),
        ({"mediaType": "x", "messageSignature": {}}, "signs a file and holds no statement"),
        ({"mediaType": "x", "dsseEnvelope": []}, "dsseEnvelope is no object"),
        ({"version": 2, "envelope": {}, "verification_material": {}}, "this attestation is version 2; 1 is read"),
        ({"version": 1, "attestation_bundles": []}, "it holds no in-toto statement"),
        ({"version": 1, "attestation_bundles": [{"attestations": {}}]}, "attestations is no list of objects"),
        ({"version": 1, "attestation_bundles": [{"attestations": [1]}]}, "attestations is no list of objects"),
        (f"{json.dumps(STATEMENT)}\n{{", "a.json:2:2: this is no well-formed JSON"),
        (f"{json.dumps(STATEMENT)}\n{json.dumps(packed(STATEMENT, payload='*'))}", "a.json:2: what the envelope holds"),
    ],
)
def test_what_is_no_statement_is_said_with_its_place(tmp_path: Path, content: Any, told: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        read_file(written(tmp_path, content), tmp_path, "in-toto")
    assert told in str(caught.value)


def test_inspect_shows_what_is_claimed_and_that_no_signature_is_verified() -> None:
    found = looked_at(STATEMENTS / "securesystemslib-1.6.0-slsa-v1.dsse.json", DATA, "")
    assert (found.kind, found.format) == ("provenance", "in-toto")
    assert found.figures == {"statements": 1, "subjects": 2, "signed": 1}
    assert found.names[0].startswith("https://slsa.dev/provenance/v1 of parcel_rates-2.4.0-py3-none-any.whl, ")
    assert f"builder {GITHUB}" in found.names[0]
    assert "signatures are not verified" in found.warnings
