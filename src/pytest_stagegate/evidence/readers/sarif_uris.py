"""SARIF's URIs: from what a location states to a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from pytest_stagegate.evidence.readers.sarif_types import ArtifactLocation, Run

_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")


def stated_path(location: ArtifactLocation | None, run: Run) -> str:
    """Return the path that a location states, absolute or relative to the root; a URL stays one; empty without any.

    A location may only name one of the run's artifacts (3.4.5), and may be relative to a base that is relative to
    another one (3.4.4). A base that the run does not explain is taken for the root.
    """
    if location is None:
        return ""
    artifacts = run.artifacts or []
    if location.uri is None and 0 <= location.index < len(artifacts):
        location = artifacts[location.index].location or location
    return _path(_absolute(location, run))


def _absolute(location: ArtifactLocation, run: Run) -> str:
    uri, base = location.uri or "", location.uri_base_id
    bases = run.original_uri_base_ids or {}
    seen: set[str] = set()
    while base is not None and base in bases and base not in seen and _relative(uri):
        seen.add(base)
        above = bases[base].uri or ""
        uri = above + uri if not above or above.endswith("/") else f"{above}/{uri}"
        base = bases[base].uri_base_id
    return uri


def _relative(uri: str) -> bool:
    return not uri.startswith("/") and _WINDOWS.match(uri) is None and _SCHEME.match(uri) is None


def _path(uri: str) -> str:
    scheme = _SCHEME.match(uri)
    if _WINDOWS.match(uri) is not None:
        return uri
    if scheme is None:
        return unquote(uri)
    if scheme[1].lower() != "file":
        return uri
    path = uri[scheme.end() :]
    if path.startswith("//"):
        host, _, rest = path[2:].partition("/")
        path = f"/{rest}" if host.lower() in ("", "localhost") else f"//{host}/{rest}"
    path = unquote(path)
    return path[1:] if _WINDOWS.match(path[1:]) else path
