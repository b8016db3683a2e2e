"""What evidence says of the making of what is shipped: bills of materials, statements of provenance, scans."""

from __future__ import annotations

import msgspec


class SbomRow(msgspec.Struct, frozen=True, kw_only=True):
    """One bill of materials.

    Attributes:
        source: The file, as in the list of evidence.
        producer: Tool and version; empty when not stated.
        created: When it was made, RFC 3339, UTC; None when unknown.
        components: How many components it lists.
        of: What it says that it is of, at most five; empty where it does not say.
    """

    source: str
    producer: str
    created: str | None
    components: int
    of: tuple[str, ...] = ()


class StatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One in-toto statement; nothing here verifies a signature.

    Attributes:
        source: The file, as in the list of evidence.
        predicate_type: URI that says what is claimed.
        builder: URI of who built; empty when not stated.
        repository: URI of the sources; likewise.
        commit: The commit that was built; likewise.
        signed: Whether it came with a signature.
        of: Names of what it is of, at most five.
    """

    source: str
    predicate_type: str
    builder: str = ""
    repository: str = ""
    commit: str = ""
    signed: bool = False
    of: tuple[str, ...] = ()


class Severities(msgspec.Struct, frozen=True, kw_only=True):
    """How many vulnerabilities there are of each severity."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    none: int = 0
    unknown: int = 0


class ScanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One scan for vulnerabilities, or one file that says what became of some.

    Each vulnerability counts once, with the worst severity that any report states of it.

    Attributes:
        source: The file, as in the list of evidence.
        producer: Tool and version, as far as they are stated.
        created: When it was made, RFC 3339, UTC; None when unknown.
        statements: Whether it is no scan, and only says what others found out (VEX).
        packages: How many packages it looked at; None where the format does not say.
        skipped: How many it could not look at.
        found: What it found, or speaks of.
        set_apart: How many of these somebody says of that they do no harm here.
    """

    source: str
    producer: str
    created: str | None
    statements: bool
    packages: int | None
    skipped: int
    found: Severities
    set_apart: int


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, at most 100 entries of each kind.

    Attributes:
        sboms: By file.
        statements: By file.
        scans: By file.
        omitted: How many entries more there are.
    """

    sboms: tuple[SbomRow, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    scans: tuple[ScanRow, ...] = ()
    omitted: int = 0
