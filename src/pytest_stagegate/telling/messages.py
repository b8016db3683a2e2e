"""Messages of commits: Conventional Commits 1.0 (https://www.conventionalcommits.org), and plain ones.

A breaking change is taken to be one however it is marked: in what the convention asks for, and in what people write
instead. Too careful here costs a look; too careless costs whoever upgrades.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.model.changes import Footer, Message
from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

SUBJECT_LIMIT: Final = 500
BODY_LIMIT: Final = 4096
TO_BE_SQUASHED: Final = re.compile(r"(?:(?:fixup|squash|amend)! )+")
_HEADER: Final = re.compile(
    r"(?::[a-z0-9_+-]+:\s*|[^\w\s(\"'`\[#*-]+\s*)?"
    r"(?P<type>[^\W\d_][\w-]*|BREAKING CHANGE)(?:\((?P<scope>[^()\r\n]*)\))?(?P<mark>!)?:[ \t]+(?P<text>\S.*)"
)
_MARKED: Final = re.compile(r"[^:]{1,200}!:\s")
_FOOTER: Final = re.compile(r"(?P<token>BREAKING CHANGE|[A-Za-z][A-Za-z0-9-]*)(?:: | (?=#)|:$)(?P<value>.*)")
_BREAKING_LINE: Final = re.compile(r"BREAKING[ -]CHANGE(?:: | #|:$)")
_UNUSUAL: Final = re.compile(
    r"[\s>#*_`-]{0,20}(?:breaking[ -]changes?|breaking)[*_`]{0,3}(?:\s*[:!–—]|\s*$)[*_`]{0,3}\s*(?P<value>.*)", re.I
)
_BULLET: Final = re.compile(r"\s*[*-]\s+(?P<rest>\S.*)")
_NOTHING: Final = re.compile(r"(?:none|no|n/?a|nothing|-|\[ \].*)?[.!]?", re.I)
_REVERTS: Final = re.compile(r"\breverts\s+commits?\s+((?:[0-9a-f]{7,64}(?:\s*,\s*|\s+and\s+|\s+)?)+)", re.I)
_PICKED: Final = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_SHA: Final = re.compile(r"[0-9a-f]{7,64}")
_BREAKING_TYPES: Final = ("breaking", "breaking-change", "break", "breaking change")


class _Header(NamedTuple):
    type: str
    scope: str
    text: str
    breaking: bool


def parse(message: str) -> Message:
    """Return what a message says.

    Args:
        message: The whole of it, of any size; what is kept of it is not.
    """
    lines = message.replace("\r\n", "\n").strip("\n").split("\n")
    subject = lines[0].strip()
    head = _header(subject)
    start = _footers_from(lines)
    footers = _footers(lines[start:])
    breaks, unusual = _breaks(subject, lines[1:], footers)
    body = "\n".join(lines[1:start]).strip()
    blocks = tuple(_blocks(lines[1:start]))
    loud = [text for _, _, text, breaking in blocks if breaking]
    by_header = head is not None and (head.breaking or head.type in _BREAKING_TYPES)
    by_blocks = bool(loud) and not by_header and breaks is None
    return Message(
        subject=shortened(subject, SUBJECT_LIMIT),
        type=head.type.replace(" ", "-") if head is not None else "",
        scope=shortened(head.scope, SUBJECT_LIMIT) if head is not None else "",
        text=shortened(head.text if head is not None else subject, SUBJECT_LIMIT),
        body=shortened(body, BODY_LIMIT),
        footers=footers,
        breaking=by_header or breaks is not None or by_blocks,
        only_blocks=by_blocks,
        breaks=shortened(breaks or "; ".join(loud), BODY_LIMIT),
        unusual=unusual and not by_header,
        blocks=blocks,
        reverts=_reverts(message, head, footers),
        picked_from=tuple(_PICKED.findall(message)),
    )


def _header(line: str) -> _Header | None:
    found = _HEADER.fullmatch(line)
    if found is None:
        return None
    scope = (found["scope"] or "").strip()
    return _Header(found["type"].lower(), scope, found["text"].strip(), found["mark"] is not None)


def _footers_from(lines: list[str]) -> int:
    """Return the index of the line at which the footers begin.

    They are the last paragraphs that begin with a token; what follows the mark of a breaking change is one, however
    many paragraphs it has.
    """
    starts = [i for i in range(1, len(lines)) if lines[i].strip() and not lines[i - 1].strip()]
    first = len(lines)
    for start in reversed(starts):
        if not _FOOTER.fullmatch(lines[start].rstrip()):
            break
        first = start
    marked = next((i for i in range(1, first) if _BREAKING_LINE.match(lines[i].rstrip())), first)
    return min(first, marked)


def _footers(lines: list[str]) -> tuple[Footer, ...]:
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        footer = _FOOTER.fullmatch(line.rstrip())
        if footer is not None:
            found.append((footer["token"].lower().replace(" ", "-"), [footer["value"]]))
        elif found:
            found[-1][1].append(line)
    return tuple(Footer(token, shortened("\n".join(value).strip(), BODY_LIMIT)) for token, value in found)


def _breaks(subject: str, body: list[str], footers: Iterable[Footer]) -> tuple[str | None, bool]:
    """Return what a message says that it breaks, None where it doesn't; and whether its mark is an unusual one."""
    said = [footer.value for footer in footers if footer.token == "breaking-change"]
    if said:
        return "\n\n".join(filter(None, said)), False
    if _MARKED.match(subject) and _HEADER.fullmatch(subject) is None:
        return "", True
    for index, line in enumerate(body):
        found = _UNUSUAL.fullmatch(line.rstrip())
        if found is None:
            continue
        rest = found["value"].strip() or next((each.strip() for each in body[index + 1 :] if each.strip()), "")
        if not _NOTHING.fullmatch(rest.strip("*_`>- ")):
            return rest, True
    return None, False


def _blocks(lines: list[str]) -> Iterable[tuple[str, str, str, bool]]:
    for count, line in enumerate(lines):
        bullet = _BULLET.fullmatch(line)
        head = _header(bullet["rest"] if bullet is not None else line.strip())
        opens = bullet is not None or count == 0 or not lines[count - 1].strip()
        # Only what squashing leaves is looked at: a line in the middle of a paragraph is prose.
        if head is not None and (opens or head.breaking) and not head.type.startswith("breaking"):
            yield head.type, head.scope, shortened(head.text, SUBJECT_LIMIT), head.breaking


def _reverts(message: str, head: _Header | None, footers: tuple[Footer, ...]) -> tuple[str, ...]:
    found = [sha for group in _REVERTS.findall(message) for sha in _SHA.findall(group)]
    if head is not None and head.type == "revert":
        found += [sha for footer in footers if footer.token == "refs" for sha in _SHA.findall(footer.value)]
    return tuple(dict.fromkeys(found))
