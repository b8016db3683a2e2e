"""Jinja2 for the documents: escaping on, a project's own templates first, nothing decided in a template."""

from __future__ import annotations

import base64
import hashlib
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from pytest_stagegate.documents.compiled import Compiled
from pytest_stagegate.errors import StageGateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_MARKUP: Final = re.compile(r"([\\`*_\[\]|~])")
_LINE_START: Final = re.compile(r"^([#+-]|\d+[.)](?=\s))")
# What a forge turns into a mention, a reference, a picture or a link: an invisible break after the sign prevents it.
_SHORTHAND: Final = re.compile(r"[@#](?=\w)|:(?=[\w+-]+:|//)|!(?=\d)|\bGH-(?=\d)|\bwww(?=\.)", re.IGNORECASE)
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">')
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def markdown_text(text: str) -> str:
    """Return text that Markdown shows as it is, on one line: no markup, mention, reference or HTML."""
    one_line = " ".join(text.split())
    escaped = _MARKUP.sub(r"\\\1", one_line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Behind the signs that are broken: the number of the entity would look like a reference.
    broken = _SHORTHAND.sub(lambda match: f"{match[0]}&#8203;", escaped).replace("$", "&#36;")
    return _LINE_START.sub(lambda match: f"{match[0][:-1]}\\{match[0][-1]}", broken)


def markdown_code(text: str) -> str:
    """Return text as inline code; backticks can't end it."""
    one_line = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", one_line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{pad}{one_line}{pad}{fence}" if one_line else ""


def markdown_cell_code(text: str) -> str:
    """Return text as inline code inside a table, where a bar would end the cell.

    A bar behind a backslash can't be written in code there that every reader keeps in its cell; it is text then.
    """
    return markdown_text(text) if "\\|" in text else markdown_code(text).replace("|", "\\|")


def render(
    name: str, view: object, templates: Path | None, filters: Mapping[str, Callable[..., str]] = MappingProxyType({})
) -> str:
    """Render one template.

    Args:
        name: ``report.html.j2``, ``notes.md.j2`` and so on.
        view: What it shows, as finished strings.
        filters: What the template may use beside `md`, `code` and `cell_code`.
        templates: A folder of the project's own templates, or None.

    Raises:
        StageGateError: When a template of the project's own is broken.
    """
    package = PackageLoader("pytest_stagegate.documents")
    loader = package if templates is None else ChoiceLoader([FileSystemLoader(templates), package])
    environment = Environment(
        loader=loader,
        bytecode_cache=Compiled() if templates is None else None,
        autoescape=name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["md"] = markdown_text
    environment.filters["code"] = markdown_code
    environment.filters["cell_code"] = markdown_cell_code
    environment.filters.update(filters)
    try:
        return environment.get_template(name).render(view=view)
    except Exception as error:
        line = getattr(error, "lineno", None)
        place = f"{getattr(error, 'name', None) or name}{f':{line}' if line else ''}"
        raise StageGateError(f"template {place}: {type(error).__name__}: {error}", code="template") from error


def with_content_policy(html: str) -> str:
    """Fill in the content security policy: the digests of exactly the style sheets and scripts that the page holds.

    Source: https://www.w3.org/TR/CSP3/ ; the policy holds the marks ``STYLE-HASHES`` and, where the page has a script,
    ``SCRIPT-HASHES`` where they belong. The same words elsewhere on the page are text.
    """
    found = _POLICY.search(html)
    if found is None:
        return html
    # Whatever people wrote stands in <main>: a script that got in there is none of ours.
    scripts = _SCRIPT.findall(html.rpartition("</main>")[2])
    policy = found[0].replace("STYLE-HASHES", _sources(_STYLE.findall(html)))
    return html[: found.start()] + policy.replace("SCRIPT-HASHES", _sources(scripts)) + html[found.end() :]


def _sources(texts: Iterable[str]) -> str:
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
