"""From one commit to its entries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.model.changes import Draft
from pytest_stagegate.model.notes import AUDIENCES, Entry
from pytest_stagegate.telling.messages import TO_BE_SQUASHED
from pytest_stagegate.telling.references import references_of, without_pull

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.changes import Commit, Message
    from pytest_stagegate.model.note_rules import NotesRules
    from pytest_stagegate.telling.references import Addresses

_PERSON: Final = re.compile(r"\s*<[^<>]*>?\s*$")
_ADDRESS: Final = re.compile(r"\S+@\S+")
_BY_ROBOTS: Final = re.compile(r"^---\nupdated-dependencies:\n.*|^-{9}[ \t]*$", re.DOTALL | re.MULTILINE)
_BEHIND_NAME: Final = re.compile(r"[ \t]*<[^<>\s@]+@[^<>\s]+>")
_OTHER_AUTHORS: Final = "co-authored-by"


def drafts_of(commit: Commit, pull: str, package: str, rules: NotesRules, addresses: Addresses) -> Iterator[Draft]:
    """Yield the entries of a commit: one, and where squashed commits are split one more for each of their messages.

    Args:
        commit: The commit.
        pull: Its pull request, or empty.
        package: Its package, or empty.
        rules: The policy.
        addresses: Where references lead.
    """
    message = commit.message
    known = rules.section_of(message.type) is not None
    override = next((value for value in message.values("release-note") if value), "")
    text = without_pull(TO_BE_SQUASHED.sub("", message.text if known else message.subject))
    entry = Entry(
        section="",
        text=one_line(override or text) or "(no message)",
        body=_prose(message.body),
        breaking=message.breaking,
        breaks=message.breaks,
        upgrade="\n".join(message.values("upgrade", "upgrade-note", "migration")),
        audiences=audiences_in(message),
        scope=message.scope if known else "",
        package=package,
        references=(*references_of(message, pull, addresses), addresses.reference("commit", commit.id)),
        commits=(commit.id,),
        authors=authors_of(commit),
        source="override" if override else "commit",
        place=commit.id,
    )
    category = next((value.lower() for value in message.values("changelog") if value), message.type)
    parts = list(_split(message, entry)) if rules.squash == "split" else []
    loud = sum(breaking for *_, breaking in dict.fromkeys(message.blocks))
    if message.only_blocks and loud == sum(part.entry.breaking for part in parts):
        # Its parts say it themselves.
        entry = msgspec.structs.replace(entry, breaking=False, breaks="")
    yield from (Draft(entry, category), *parts)


def _split(message: Message, entry: Entry) -> Iterator[Draft]:
    for kind, scope, text, breaking in dict.fromkeys(message.blocks):
        title = one_line(without_pull(text))
        if title.casefold() != entry.text.casefold():
            part = msgspec.structs.replace(
                entry, text=title, body="", breaking=breaking, breaks="", upgrade="", scope=scope
            )
            yield Draft(part, kind)


def one_line(text: str) -> str:
    """Return a text with its lines joined."""
    return " ".join(text.split())


def _prose(body: str) -> str:
    """Return what people say in a body: without addresses behind names, and without what hosting sites put there."""
    return _BY_ROBOTS.sub("", _BEHIND_NAME.sub("", body)).strip()


def authors_of(commit: Commit) -> tuple[str, ...]:
    """Return the names of who made a commit, each once; never an address."""
    others = (_PERSON.sub("", value).strip() for value in commit.message.values(_OTHER_AUTHORS))
    return tuple(dict.fromkeys(name for each in (commit.author, *others) if (name := without_addresses(each))))


def without_addresses(name: str) -> str:
    """Return a name without e-mail addresses; of a name that is one, what stands before the ``@``."""
    return _ADDRESS.sub(lambda found: found[0].split("@")[0].strip("<"), name).strip()


def audiences_in(message: Message) -> tuple[str, ...]:
    """Return whom a message says that it is for; empty where it doesn't."""
    return known_audiences(
        word for value in message.values("audience", "audiences") for word in re.split(r"[\s,;]+", value)
    )


def known_audiences(words: Iterable[str]) -> tuple[str, ...]:
    """Return the audiences among words, in their usual order."""
    named = {word.lower().rstrip("s") for word in words}
    return tuple(each for each in AUDIENCES if each in named)
