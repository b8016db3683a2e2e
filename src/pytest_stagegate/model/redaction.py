"""Secrets that stand in the words of a failure or a command line: taken out before anything is written down.

What is looked for are shapes that hardly anything but a secret has, so that what a failure says stays readable. It is a
net and not a promise: a secret of no known shape passes through it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REDACTED: Final = "[redacted]"

_NAME: Final = r"(?:password|passwd|passphrase|secret|api_?key|access_?key|private_?key|auth_?token|access_?token)"
_SHAPES: Final = (
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    r"\bgh[pousr]_[A-Za-z0-9]{30,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}",
    r"\bgl[a-z]{2,6}-[A-Za-z0-9_-]{20,255}",
    r"\bxox[a-z]-[A-Za-z0-9-]{10,255}",
    r"\bpypi-[A-Za-z0-9_-]{50,1000}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\beyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{0,4000}",
    r"(?<=://)[^\s/@:]{1,255}:[^\s/@]{1,255}(?=@)",
    r"(?i:(?<=\bbearer )|(?<=\bbasic ))[A-Za-z0-9._~+/=-]{12,4000}",
)
_SHAPE: Final = re.compile("|".join(_SHAPES))
_ASSIGNED: Final = re.compile(
    rf"(?i)(\b\w{{0,40}}{_NAME}\w{{0,40}}['\"]?\s{{0,2}}[:=]{{1,2}}\s{{0,2}}['\"]?)"
    r"(?!\[redacted\])([^\s'\",;&<>=()\[\]{}]{6,1000})"
)
_SAYS_SECRET: Final = "token|secret|passw|passphrase|credential"
_SECRET_VARIABLE: Final = re.compile(rf"(?i){_SAYS_SECRET}|api_?key|private_?key|access_?key")
_SECRET_OPTION: Final = re.compile(rf"(?i){_SAYS_SECRET}|\b(?:pw|pwd|pat|dsn)\b|auth|key\b|bearer|cookie|session-?id")
"""More than of variables: what an option hides is shown nowhere else, so it need not be looked for."""
_LOGIN: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_SHORTEST: Final = 8
"""Characters that the value of a variable has at least, to be looked for everywhere."""


def redacted(text: str, values: tuple[str, ...] = ()) -> str:
    """Return a text without secrets.

    Looked for are private keys; tokens of GitHub, GitLab, Slack, PyPI and AWS; JSON web tokens; credentials in
    addresses and in headers of authorization; and what is given to a name such as ``password``.

    Args:
        text: The text.
        values: Secrets that are known, the longest first.
    """
    for value in values:
        text = text.replace(value, REDACTED)
    return _ASSIGNED.sub(rf"\1{REDACTED}", _SHAPE.sub(REDACTED, text))


def without_values(args: Iterable[str]) -> Iterator[str]:
    """Yield the words of a command line; instead of a value that an option or a name says is secret, that it is."""
    hide_next = False
    for arg in args:
        name, has_value, _ = arg.partition("=")
        secret = _SECRET_OPTION.search(name) is not None and (arg.startswith("-") or bool(has_value))
        if hide_next and not arg.startswith("-"):
            yield REDACTED
        else:
            yield f"{name}={REDACTED}" if secret and has_value else _LOGIN.sub(REDACTED, arg)
        hide_next = secret and not has_value


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of variables whose names say that they hold a secret, the longest first.

    Each line of a value is one too: what shows a value often shows it a line at a time. The first and the last line of
    a key are none, as each key has them.
    """
    values = [value for name, value in environ.items() if _SECRET_VARIABLE.search(name)]
    lines = [line for value in values for line in value.splitlines() if not line.startswith("-----")]
    found = {each for each in (*values, *lines) if len(each.strip()) >= _SHORTEST}
    return tuple(sorted(found, key=lambda value: (-len(value), value)))
