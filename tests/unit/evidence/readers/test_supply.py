"""What is read from bills of materials and from scanners for vulnerabilities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.evidence.gathering import Defaults, gather
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.sbom import SbomData
from pytest_stagegate.model.vulnerabilities import ScanData, Vulnerability

DATA = Path(__file__).parents[3] / "data" / "supply"


def read(name: str) -> Contents:
    path = DATA / name
    return read_file(path, DATA, detect(path))


def written(tmp_path: Path, content: Any, format_: str = "cyclonedx") -> Contents:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    return read_file(path, tmp_path, format_)


def bom(**more: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", **more}


def sbom_of(contents: Contents) -> SbomData:
    assert contents.sbom is not None
    return contents.sbom


def scan_of(contents: Contents) -> ScanData:
    assert contents.scan is not None
    return contents.scan


def rated(tmp_path: Path, *ratings: dict[str, Any]) -> Vulnerability:
    component = {"name": "urllib3", "version": "1.24.1", "bom-ref": "u"}
    stated = {"id": "CVE-1", "affects": [{"ref": "u"}], "ratings": list(ratings)}
    (found,) = scan_of(written(tmp_path, bom(components=[component], vulnerabilities=[stated]))).vulnerabilities
    return found


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("cyclonedx-py-7.5.0.json", "cyclonedx"),
        ("cyclonedx-py-7.5.0.xml", "cyclonedx"),
        ("cyclonedx-python-lib-11.12.0-vex.json", "cyclonedx"),
        ("spdx-tools-0.8.5.spdx.json", "spdx-json"),
        ("pip-audit-2.10.1.json", "pip-audit-json"),
        ("pip-audit-2.10.1-empty.json", "pip-audit-json"),
    ],
)
def test_what_tools_write_is_told_from_its_content(name: str, format_: str) -> None:
    assert detect(DATA / name) == format_


def test_keys_that_are_sorted_leave_the_name_of_the_format_far_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    listed = [{"bom-ref": f"c{number}", "name": "x" * 90, "type": "library"} for number in range(400)]
    path.write_text(json.dumps({"components": listed, **bom()}))
    assert detect(path) == "cyclonedx"


def test_what_cyclonedx_py_lists_and_of_what() -> None:
    found = read("cyclonedx-py-7.5.0.json")
    assert sbom_of(found).components == 3
    assert [str(each) for each in sbom_of(found).subjects] == ["parcel-rates 2.4.0"]
    assert found.scan is None
    assert found.producer == "cyclonedx-py 7.5.0, cyclonedx-python-lib 11.12.0"


def test_an_sbom_may_not_say_what_it_is_of() -> None:
    assert sbom_of(read("cyclonedx-py-7.5.0-no-subject.json")).subjects == ()


def test_xml_is_refused_with_what_to_hand_over() -> None:
    with pytest.raises(EvidenceError, match="this is CycloneDX in XML; it is read as JSON"):
        read("cyclonedx-py-7.5.0.xml")


def test_vulnerabilities_beside_components() -> None:
    found = read("cyclonedx-python-lib-11.12.0-vulnerabilities.json")
    (subject,) = sbom_of(found).subjects
    assert subject.sha256 == "ab" * 32
    first, second, third = scan_of(found).vulnerabilities
    assert (first.package, first.version, first.severity, first.fix) == ("jinja2", "2.10", "high", "available")
    assert (first.published, first.set_apart) == ("2019-04-07", False)
    assert (second.state, second.set_apart) == ("not_affected", True)
    assert second.reason == "code_not_reachable: TLS ends at the proxy"
    assert (third.state, third.set_apart, third.fix) == ("in_triage", False, "unknown")
    assert (scan_of(found).packages, scan_of(found).statements) == (3, False)


def test_a_vex_is_no_scan_and_no_sbom() -> None:
    found = read("cyclonedx-python-lib-11.12.0-vex.json")
    (only,) = scan_of(found).vulnerabilities
    assert (only.package, only.version) == ("urllib3", "1.24.1")
    assert (scan_of(found).statements, scan_of(found).packages, found.sbom) == (True, None, None)


def test_an_empty_list_of_vulnerabilities_is_no_scan(tmp_path: Path) -> None:
    assert written(tmp_path, bom(components=[{"name": "a"}], vulnerabilities=[])).scan is None


def test_components_inside_others_count(tmp_path: Path) -> None:
    inner = {"name": "b", "components": [{"name": "c"}]}
    assert sbom_of(written(tmp_path, bom(components=[{"name": "a", "components": [inner]}]))).components == 3


def test_the_version_of_a_file_may_be_its_digest(tmp_path: Path) -> None:
    subject = {"name": "dist/rates-1.2.0.tar.gz", "version": f"sha256:{'CD' * 32}"}
    (found,) = sbom_of(written(tmp_path, bom(metadata={"component": subject}))).subjects
    assert (found.version, found.sha256) == ("", "cd" * 32)


@pytest.mark.parametrize(
    ("rating", "severity"),
    [
        ({"severity": "critical"}, "critical"),
        ({"severity": "info"}, "none"),
        ({"score": 9.0, "method": "CVSSv31"}, "critical"),
        ({"score": 8.9, "method": "CVSSv31"}, "high"),
        ({"score": 7, "method": "CVSSv4"}, "high"),
        ({"score": 6.9, "method": "CVSSv3"}, "medium"),
        ({"score": 0.1, "method": "CVSSv3"}, "low"),
        ({"score": 0, "method": "CVSSv3"}, "none"),
        ({"score": 9.9, "method": "OWASP"}, "unknown"),
        ({"severity": "unknown"}, "unknown"),
    ],
)
def test_severities_and_scores(tmp_path: Path, rating: dict[str, Any], severity: str) -> None:
    assert rated(tmp_path, rating).severity == severity


def test_of_several_ratings_the_heaviest_counts(tmp_path: Path) -> None:
    assert rated(tmp_path, {"severity": "low"}, {"severity": "high"}, {"severity": "unknown"}).severity == "high"


def test_a_vulnerability_that_names_no_package_counts_all_the_same(tmp_path: Path) -> None:
    (found,) = scan_of(written(tmp_path, bom(vulnerabilities=[{"id": "CVE-1"}]))).vulnerabilities
    assert (found.id, found.package) == ("CVE-1", "")


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"bomFormat": "SPDX", "specVersion": "1"},
        {"bomFormat": "CycloneDX"},
        bom(components=[{"version": "1"}]),
        bom(components={"a": 1}),
    ],
)
def test_damage_is_a_sentence(tmp_path: Path, content: Any) -> None:
    with pytest.raises(EvidenceError, match=r"^a\.json: this is no CycloneDX"):
        written(tmp_path, content)


def test_components_nested_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": ' + '[{"components": ' * 20_000)
    with pytest.raises(EvidenceError, match=r"^a\.json"):
        read_file(path, tmp_path, "cyclonedx")


def test_what_an_spdx_document_lists_and_of_what() -> None:
    found = read("spdx-tools-0.8.5.spdx.json")
    (subject,) = sbom_of(found).subjects
    assert (sbom_of(found).components, subject.name, subject.version, subject.sha256) == (
        2,
        "parcel-rates",
        "2.4.0",
        "ab" * 32,
    )
    assert (found.producer, found.created) == ("spdx-tools-0.8.5", "2026-11-20T08:00:00Z")


def test_a_document_may_list_what_it_describes(tmp_path: Path) -> None:
    package = {"name": "rates", "SPDXID": "SPDXRef-a", "versionInfo": "1"}
    stated = {"spdxVersion": "SPDX-2.2", "documentDescribes": ["SPDXRef-a"], "packages": [package]}
    assert [str(each) for each in sbom_of(written(tmp_path, stated, "spdx-json")).subjects] == ["rates 1"]


@pytest.mark.parametrize(
    "content",
    [{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}, {"spdxVersion": "SPDX-1.2"}],
)
def test_other_versions_of_spdx_are_told_and_not_read(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    assert detect(path) == "spdx-json"
    with pytest.raises(EvidenceError, match=r"SPDX-2\.2 and SPDX-2\.3 are read"):
        read_file(path, tmp_path, "spdx-json")


def test_what_pip_audit_found() -> None:
    scan = scan_of(read("pip-audit-2.10.1.json"))
    assert (scan.tool, scan.packages) == ("pip-audit", 3)
    assert [name for name, _ in scan.skipped] == ["parcel-rates"]
    first = scan.vulnerabilities[0]
    assert (first.id, first.aliases) == ("PYSEC-2019-217", ("CVE-2019-10906", "GHSA-462w-v97r-4m45"))
    assert (first.severity, first.fix, first.fixed_in, first.published) == ("unknown", "available", ("2.10.1",), None)


def test_packages_that_pip_audit_skipped_were_not_looked_at() -> None:
    scan = scan_of(read("pip-audit-2.10.1-skipped.json"))
    assert (scan.packages, len(scan.skipped)) == (0, 3)


def test_no_fixed_version_is_no_fix(tmp_path: Path) -> None:
    stated = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X", "fix_versions": []}]}]}
    (found,) = scan_of(written(tmp_path, stated, "pip-audit-json")).vulnerabilities
    assert found.fix == "none"


def test_figures_of_an_sbom_and_of_a_scan() -> None:
    name = "cyclonedx-python-lib-11.12.0-vulnerabilities.json"
    figures = looked_at(DATA / name, DATA, "").figures
    assert (figures["components"], figures["vulnerabilities"], figures["set_apart"]) == (3, 2, 1)
    assert looked_at(DATA / "cyclonedx-py-7.5.0.json", DATA, "").figures == {"components": 3, "vulnerabilities": 0}
    assert looked_at(DATA / "pip-audit-2.10.1.json", DATA, "").figures["packages"] == 3


TRIVY: dict[str, Any] = {
    "SchemaVersion": 2,
    "CreatedAt": "2026-11-20T08:00:00.123456789Z",
    "ArtifactName": ".",
    "ArtifactType": "filesystem",
    "Results": [
        {
            "Target": "requirements.txt",
            "Class": "lang-pkgs",
            "Type": "pip",
            "Packages": [{"Name": "jinja2", "Version": "2.10"}, {"Name": "urllib3", "Version": "1.24.1"}],
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2019-10906",
                    "VendorIDs": ["GHSA-462w-v97r-4m45"],
                    "PkgName": "jinja2",
                    "InstalledVersion": "2.10",
                    "FixedVersion": "2.10.1, 2.11",
                    "Status": "fixed",
                    "Severity": "HIGH",
                    "PublishedDate": "2019-04-07T00:29:00.2Z",
                }
            ],
            "ExperimentalModifiedFindings": [
                {
                    "Type": "vulnerability",
                    "Status": "not_affected",
                    "Statement": "code_not_reachable",
                    "Finding": {"VulnerabilityID": "CVE-2019-11324", "PkgName": "urllib3", "Severity": "HIGH"},
                },
                {"Type": "misconfiguration", "Status": "ignored", "Finding": {"ID": "DS002"}},
            ],
        },
        {"Target": "key.pem", "Class": "secret"},
    ],
}
GRYPE: dict[str, Any] = {
    "matches": [
        {
            "vulnerability": {
                "id": "GHSA-462w-v97r-4m45",
                "severity": "High",
                "fix": {"versions": ["2.10.1"], "state": "fixed"},
            },
            "relatedVulnerabilities": [{"id": "CVE-2019-10906"}],
            "artifact": {"name": "jinja2", "version": "2.10"},
        },
        {
            "vulnerability": {"id": "CVE-2", "severity": "Negligible", "fix": {"versions": [], "state": "wont-fix"}},
            "artifact": {"name": "libc", "version": "2"},
        },
        {"vulnerability": {"id": "CVE-3", "severity": "Odd"}, "artifact": {"name": "zlib", "version": "1"}},
    ],
    "ignoredMatches": [
        {"vulnerability": {"id": "CVE-4", "severity": "High"}, "artifact": {"name": "zlib", "version": "1"}}
    ],
    "source": {"type": "directory"},
    "descriptor": {"name": "grype", "version": "0.104.0", "timestamp": "2026-11-20T08:00:00.5Z"},
}


@pytest.mark.parametrize(("content", "format_"), [(TRIVY, "trivy-json"), (GRYPE, "grype-json")])
def test_reports_shaped_after_the_tools_schemas_are_told_from_their_keys(
    tmp_path: Path, content: dict[str, Any], format_: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    assert detect(path) == format_


def test_packages_severities_fixes_and_dates_of_trivy(tmp_path: Path) -> None:
    found = written(tmp_path, TRIVY, "trivy-json")
    first, second = scan_of(found).vulnerabilities
    assert (scan_of(found).packages, found.created) == (2, "2026-11-20T08:00:00Z")
    assert (first.id, first.aliases, first.package) == ("CVE-2019-10906", ("GHSA-462w-v97r-4m45",), "jinja2")
    assert (first.severity, first.fixed_in, first.published) == ("high", ("2.10.1", "2.11"), "2019-04-07")
    assert (second.state, second.reason, second.set_apart) == ("not_affected", "code_not_reachable", True)


@pytest.mark.parametrize(
    ("results", "packages"),
    [
        (None, 0),
        ([{"Class": "secret"}], 0),
        ([{"Class": "lang-pkgs", "Packages": []}], 0),
        ([{"Class": "os-pkgs"}], 1),
        ([{"Class": "os-pkgs", "Vulnerabilities": [{"PkgName": "a"}, {"PkgName": "b"}]}], 2),
    ],
)
def test_how_many_packages_trivy_looked_at(tmp_path: Path, results: Any, packages: int) -> None:
    stated = {"SchemaVersion": 2, "ArtifactName": ".", "Results": results}
    assert scan_of(written(tmp_path, stated, "trivy-json")).packages == packages


def test_another_schema_of_trivy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="this is schema 3 of Trivy; 2 is read"):
        written(tmp_path, {"SchemaVersion": 3, "ArtifactName": "."}, "trivy-json")


def test_severities_fixes_and_names_of_grype(tmp_path: Path) -> None:
    found = written(tmp_path, GRYPE, "grype-json")
    by_id = {each.id: each for each in scan_of(found).vulnerabilities}
    assert (scan_of(found).packages, found.producer) == (None, "grype 0.104.0")
    assert by_id["GHSA-462w-v97r-4m45"].aliases == ("CVE-2019-10906",)
    assert [(by_id[name].severity, by_id[name].fix) for name in ("GHSA-462w-v97r-4m45", "CVE-2", "CVE-3")] == [
        ("high", "available"),
        ("low", "none"),
        ("unknown", "unknown"),
    ]
    assert (by_id["CVE-4"].state, by_id["CVE-4"].set_apart) == ("ignored", True)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("cyclonedx-py-7.5.0.json", ("sbom",)),
        ("cyclonedx-python-lib-11.12.0-vex.json", ("vulnerabilities",)),
        ("cyclonedx-python-lib-11.12.0-vulnerabilities.json", ("sbom", "vulnerabilities")),
        ("cyclonedx-py-7.5.0.xml", ("sbom", "vulnerabilities")),
        ("pip-audit-2.10.1.json", ("vulnerabilities",)),
    ],
)
def test_a_file_reaches_the_gates_of_what_it_holds_or_might_have_held(name: str, kinds: tuple[str, ...]) -> None:
    (source,) = gather([Given(DATA / name, "")], Defaults(DATA, (), "test", None))
    assert source.kinds == kinds
