"""Say of the wheel what it is made of (sbom), where it comes from (provenance), and what is known of it (audit).

A real project runs `cyclonedx-py`, the attestation step of its CI and `pip-audit`, which need packages or a network
that a sample can't count on. This script prints the same formats; its advisories are the few of tools/advisories.json.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

from build import PROJECT, ROOT, WHEEL


def pinned() -> list[list[str]]:
    """Return name and version of each dependency."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("==") for line in lines if "==" in line]


def digest() -> str:
    """Return the SHA-256 digest of the wheel."""
    wheel = ROOT / "dist" / WHEEL
    if not wheel.is_file():
        sys.exit(f"dist/{WHEEL} is not there; build it first: python tools/build.py")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def sbom() -> dict[str, object]:
    """Return a CycloneDX document."""
    listed = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        for name, version in pinned()
    ]
    hashes = [{"alg": "SHA-256", "content": digest()}]
    subject = {"type": "library", "name": PROJECT["name"], "version": PROJECT["version"], "hashes": hashes}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject}, "components": listed}


def provenance() -> dict[str, object]:
    """Return an in-toto statement with SLSA provenance."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    source = {"uri": "git+https://example.com/parcel-rates", "digest": {"gitCommit": head.stdout.strip()}}
    builder = "https://example.com/parcel-rates/tools/build.py"
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": WHEEL, "digest": {"sha256": digest()}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {"buildType": builder, "externalParameters": {}, "resolvedDependencies": [source]},
            "runDetails": {"builder": {"id": builder}},
        },
    }


def audit() -> dict[str, object]:
    """Return what `pip-audit --format=json` prints."""
    advisories = json.loads((ROOT / "tools/advisories.json").read_text(encoding="utf-8"))
    audited = []
    for name, version in pinned():
        known = [each for each in advisories.get(name, []) if parts(version) < parts(each["fixed"])]
        found = [{"id": each["id"], "fix_versions": [each["fixed"]], "aliases": []} for each in known]
        audited.append({"name": name, "version": version, "vulns": found})
    return {"dependencies": audited, "fixes": []}


def parts(version: str) -> tuple[int, ...]:
    """Return a version as numbers that can be compared."""
    return tuple(int(part) for part in version.split("."))


if __name__ == "__main__":
    told = {"sbom": sbom, "provenance": provenance, "audit": audit}
    print(json.dumps(told[sys.argv[1]](), indent=2))
