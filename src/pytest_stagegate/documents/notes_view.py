"""Making the strings of release notes: which entry stands where, and what is left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from pytest_stagegate.documents.notes import LONG, EntryView, GroupView, IssueView, LinkView, NotesView, Trim
from pytest_stagegate.documents.prose import blocks_of, runs_of
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.notes import FATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_stagegate.documents.prose import Run
    from pytest_stagegate.model.notes import Contributor, Entry, KnownIssue, Notes, Reference, Verification

_T = TypeVar("_T")
_SHORT: Final = 10
"""Characters of a commit's id that people read."""

_URL_SAFE: Final = "!$&'*+,-./:;=?_~%#"
_WHOLE: Final = Trim()
_TOLD_AS_CONCEALED: Final = frozenset({None, "user", "operator"})
"""Audiences that can't look behind a flag; None is everybody."""


def notes_view(notes: Notes, audience: str | None = None, trim: Trim = _WHOLE, full: str = "") -> NotesView:
    """Return notes as finished strings.

    Args:
        notes: The notes, for one audience already.
        audience: That audience, or None for everybody.
        trim: What is left out.
        full: Where the full text is, said where something is left out.
    """
    return _Shown(notes, audience, trim).view(full)


class _Shown(msgspec.Struct):
    """Makes the view, and notes what it leaves out."""

    notes: Notes
    audience: str | None
    trim: Trim
    lost: Counter[str] = msgspec.field(default_factory=Counter)
    anchors: int = 0

    def view(self, full: str) -> NotesView:
        """Return the view."""
        notes, trim = self.notes, self.trim
        breaking = self._breaking([each for each in notes.entries if each.breaking])
        concealed = self._group("concealed", "Not available yet", self._those(self._conceals))
        highlights = self._group("highlights", "Highlights", self._those(lambda each: each.highlight))
        upgrades = self._upgrades(self._those(lambda each: bool(each.upgrade.strip())))
        sections = tuple(self._sections())
        issues = self._issues()
        people = tuple(self._line(_contributor(each)) for each in _few(notes.contributors, trim.contributors))
        self.lost["contributors"] += len(notes.contributors) - len(people)
        prelude = blocks_of(notes.prelude)
        if trim.prelude:
            self.lost["texts before the changes"] += bool(prelude)
            self.lost["remarks on how the notes were made"] += len(notes.warnings) + len(notes.sources)
        return NotesView(
            title=self._line(f"{notes.project} {notes.version}", always=True),
            date=self._line(notes.date, always=True),
            audience=self.audience or "",
            prelude=() if trim.prelude else prelude,
            breaking=breaking,
            highlights=highlights,
            upgrades=upgrades,
            sections=sections,
            concealed=concealed,
            known_issues=issues,
            known_issues_more=_count(len(self._issues_to_tell()) - len(issues), "known issue"),
            contributors=people,
            contributors_more=_count(len(notes.contributors) - len(people), "contributor"),
            made_from=tuple((each[0], self._line(each[1], always=True)) for each in self._made_from()),
            warnings=() if trim.prelude else tuple(map(self._line, notes.warnings)),
            left_out=tuple(f"{what}: {count}" for what, count in self.lost.items() if count),
            full=full if any(self.lost.values()) else "",
            empty=not notes.entries,
        )

    # ---- which entry stands where

    def _conceals(self, entry: Entry) -> bool:
        return bool(entry.concealed_by) and self.audience in _TOLD_AS_CONCEALED

    def _those(self, chosen: Callable[[Entry], bool]) -> list[Entry]:
        """Return chosen entries that break nothing; of those that are concealed only where these are asked for."""
        hidden = chosen == self._conceals
        told = (each for each in self.notes.entries if not each.breaking and self._conceals(each) == hidden)
        return [each for each in told if chosen(each)]

    def _issues_to_tell(self) -> list[KnownIssue]:
        """Return the known issues; what stands under "Not available yet" is not told twice."""
        concealed = {each.text for each in self._those(self._conceals)}
        return [each for each in self.notes.known_issues if each.kind != "concealed" or each.text not in concealed]

    # ---- groups

    def _breaking(self, entries: Sequence[Entry]) -> GroupView:
        kept = entries if self.trim.most is None else entries[: self.trim.most]
        left = len(entries) - len(kept)
        self.lost["breaking changes"] += left
        shown = tuple(self._entry(each, less=self.trim.breaking) for each in kept)
        more = _count(left, "more breaking change" if kept else "breaking change")
        return GroupView("breaking", "Breaking changes", shown, more)

    def _group(self, anchor: str, title: str, entries: Sequence[Entry]) -> GroupView:
        less = self.trim.highlights
        kept = _few(entries, less > 1)
        self.lost[f"changes of “{title}”"] += len(entries) - len(kept)
        shown = tuple(self._entry(each, less=less) for each in kept)
        return GroupView(anchor, title, shown, _count(len(entries) - len(kept), "change"))

    def _upgrades(self, entries: Sequence[Entry]) -> GroupView:
        kept = _few(entries, self.trim.upgrades)
        self.lost["upgrade notes"] += len(entries) - len(kept)
        shown = [
            EntryView(self._anchor(), self._scope(each), self._title(each), upgrade=blocks_of(each.upgrade))
            for each in kept
        ]
        return GroupView("upgrade", "Upgrade notes", tuple(shown), _count(len(entries) - len(kept), "upgrade note"))

    def _sections(self) -> Iterator[GroupView]:
        rest = [
            (section.title, [each for each in section.entries if self._is_plain(each)])
            for section in self.notes.sections
        ]
        rest = [(title, entries) for title, entries in rest if entries]
        shown = max(0, len(rest) - self.trim.counted)
        for index, (title, entries) in enumerate(rest[:shown]):
            yield self._section(f"section-{index + 1}", title, entries, less=int(index >= len(rest) - self.trim.bodies))
        count = sum(len(entries) for _, entries in rest[shown:])
        self.lost["changes of sections"] += count
        if self.trim.together and count:
            yield GroupView("section-more", "Other changes", (), _count(count, "change"))
            return
        for index, (title, entries) in enumerate(rest[shown:], start=shown):
            yield GroupView(f"section-{index + 1}", self._line(title), (), _count(len(entries), "change"))

    def _is_plain(self, entry: Entry) -> bool:
        return not entry.breaking and not entry.highlight and not self._conceals(entry)

    def _section(self, anchor: str, title: str, entries: Sequence[Entry], *, less: int) -> GroupView:
        inner = {id(each) for each in entries if each.audiences == ("internal",)}
        kept = [each for each in entries if self.trim.internal < 2 or id(each) not in inner]
        left = len(entries) - len(kept)
        self.lost["changes for the team alone"] += left
        shown = tuple(
            self._entry(each, less=max(less, self.trim.internal if id(each) in inner else 0)) for each in kept
        )
        return GroupView(anchor, self._line(title), shown, _count(left, "more change" if kept else "change"))

    def _issues(self) -> tuple[IssueView, ...]:
        issues = self._issues_to_tell()
        kept = _few(issues, self.trim.known_issues > 1)
        self.lost["known issues"] += len(issues) - len(kept)
        return tuple(map(self._issue, kept))

    def _issue(self, issue: KnownIssue) -> IssueView:
        workaround = blocks_of(issue.workaround)
        remarks = [f"owner: {issue.owner}"] if issue.owner else []
        remarks += [f"accepted until {issue.until}"] if issue.until else []
        link = None if issue.reference is None else self._link(issue.reference)
        if self.trim.known_issues:
            self.lost["workarounds"] += bool(workaround)
            link, remarks, workaround = None, [], ()
        return IssueView(tuple(runs_of(self._line(issue.text))), link, tuple(map(self._line, remarks)), workaround)

    def _made_from(self) -> Iterator[tuple[str, str]]:
        notes = self.notes
        yield "after", f"{notes.since} ({notes.first_commit})" if notes.since else "the beginning of the history"
        yield "up to", f"{notes.until} ({notes.last_commit})" if notes.last_commit else notes.until
        fates = Counter(each.fate if each.fate in FATES else "other" for each in notes.fates)
        parts = ", ".join(f"{fate} {count}" for fate, count in sorted(fates.items()))
        yield "commits", f"{len(notes.fates)}: {parts}" if parts else "none"
        if notes.folded:
            yield "pre-releases told here", ", ".join(notes.folded)
        if notes.sources and not self.trim.prelude:
            yield "read from", ", ".join(notes.sources)
        yield "decision.json", f"sha256 {notes.decision_sha256}" if notes.decision_sha256 else "none was given"

    # ---- one entry

    def _entry(self, entry: Entry, *, less: int) -> EntryView:
        breaks = entry.breaking and less < 2
        texts = (entry.breaks, entry.upgrade) if entry.breaking else ()
        lost = ((entry.body,) if less else ()) + (() if breaks else texts)
        self.lost["texts beside the titles"] += sum(bool(each.strip()) for each in lost)
        remarks = [f"hidden behind the flag {entry.concealed_by}"] if entry.concealed_by else []
        remarks += ["corrected after its commit"] if entry.corrected else []
        return EntryView(
            anchor=self._anchor(),
            scope=self._scope(entry),
            title=self._title(entry),
            remarks=tuple(self._line(each, always=entry.breaking) for each in remarks),
            links=() if less else tuple(map(self._link, _references(entry))),
            breaks=blocks_of(entry.breaks) if breaks else (),
            upgrade=blocks_of(entry.upgrade) if breaks else (),
            body=() if less else blocks_of(entry.body),
            verified=() if less else tuple(self._line(verified_line(each)) for each in entry.verified),
        )

    def _anchor(self) -> str:
        self.anchors += 1
        return f"entry-{self.anchors}"

    def _scope(self, entry: Entry) -> str:
        parts = " / ".join(part for part in (entry.package, entry.scope) if part)
        return self._line(parts, always=entry.breaking)

    def _title(self, entry: Entry) -> tuple[Run, ...]:
        return tuple(runs_of(self._line(entry.text, always=entry.breaking)))

    def _line(self, text: str, *, always: bool = False) -> str:
        """Return a line; one that is too long to be a title is told by its length where room is scarce.

        Args:
            text: The line.
            always: Whether it belongs to the head or a breaking change, which are shortened last.
        """
        one_line = " ".join(clean(text).split())
        if len(one_line) <= LONG or self.trim.long <= always:
            return one_line
        self.lost["long lines"] += 1
        return f"(a line of {len(one_line)} characters, left out here)"

    def _link(self, reference: Reference) -> LinkView:
        text = reference.id[:_SHORT] if reference.kind == "commit" else reference.id
        return LinkView(self._line(text), safe_url(reference.url))


def _references(entry: Entry) -> list[Reference]:
    """Return what an entry refers to; commits only where there is nothing else."""
    told = [each for each in entry.references if each.kind != "commit"]
    return told or list(entry.references)


def _few(found: Sequence[_T], counted: bool) -> Sequence[_T]:
    return () if counted else found


def _count(count: int, noun: str) -> str:
    return plural(count, noun) if count else ""


def _contributor(each: Contributor) -> str:
    first = ", the first ones" if each.first else ""
    return f"{each.name} ({plural(each.commits, 'commit')}{first})"


def verified_line(each: Verification) -> str:
    """Return what the tests say of one requirement, in one line."""
    if not each.tests:
        return f"{each.requirement}: no test is linked to it"
    counts = Counter(test.outcome for test in each.tests)
    places = sorted({" in ".join(part for part in (test.stage, test.environment) if part) for test in each.tests})
    where = f" ({', '.join(places)})"
    if each.outcome == "passed":
        return f"{each.requirement}: verified by {plural(len(each.tests) + each.omitted, 'test')}: passed{where}"
    ended = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    ended += f", {each.omitted} more" if each.omitted else ""
    count = plural(len(each.tests) + each.omitted, "test")
    return f"{each.requirement}: not verified, {each.outcome}; {count}: {ended}{where}"


def safe_url(url: str) -> str:
    """Return an address that may stand in a link, or nothing: http and https with a host alone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or url != clean(url):
        return ""
    try:
        return quote(url, safe=_URL_SAFE)
    except UnicodeEncodeError:
        return ""
