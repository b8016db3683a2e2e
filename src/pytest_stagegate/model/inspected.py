"""What ``stagegate inspect`` answers for one file."""

from __future__ import annotations

import msgspec


class Inspected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one file is, what was read from it, and what is wrong with it.

    Attributes:
        source: The path as it was given.
        kind: One of `KINDS`; None when it could not be told.
        format: Name of the format; None likewise.
        producer: Tool and version; empty when the file does not say.
        created: When it was made, RFC 3339, UTC; None when the file does not say.
        commit: The commit that it is about; None when the file does not say.
        figures: Of tests ``tests``, ``passed``, ``failed``, ``errors``, ``skipped`` and what else there is; of coverage
            ``lines_covered``, ``lines_total``, ``branches_covered``, ``branches_total``, ``files``; of findings
            ``findings``, ``by_level`` (of ``error``, ``warning`` and ``note``), ``suppressed``; of metrics ``metrics``;
            of an SBOM ``components`` and ``vulnerabilities``; of a scan ``vulnerabilities``, ``by_severity``,
            ``set_apart`` and, where it says so, ``packages`` and ``skipped``;
            of a plan ``goals``, ``milestones``; of reviews ``reviews``, ``by_answer``;
            of a decision ``gates``, ``tests``, ``artifacts``;
            of a report on an environment ``conditions``, ``held``, ``questions``, ``passed``;
            of measured service levels ``objectives``, ``metrics``, ``problems``.
            A record of a run that measured coverage has both.
        names: Names of the metrics, each once; of measured service levels their objectives and metrics;
            a decision's stage and word; an environment's name and what of it was
            not as it has to be; left out of JSON where there are none.
        warnings: What is wrong without making it unreadable.
        error: Why it could not be read; None when it could.
    """

    source: str
    kind: str | None
    format: str | None
    producer: str
    created: str | None
    commit: str | None
    figures: dict[str, int | dict[str, int]]
    names: tuple[str, ...] = ()
    warnings: tuple[str, ...]
    error: str | None
