"""What release notes are read from, each from a small repository of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.model.notes import Entry
from pytest_stagegate.model.waivers import WaiverRow
from pytest_stagegate.noting import NotesQuestion, notes_of
from pytest_stagegate.project import load_project
from tests.unit.documents.samples import no_go
from tests.unit.test_noting import commit, fates, git, notes, root

__all__ = ["root"]

SCRIV = "changelog.d/20260101_101010_ada_{}.md"


def told(root: Path, *words: str | None) -> list[tuple[str, str]]:
    return [(entry.section, entry.text) for entry in notes(root, *words).entries]


def only(root: Path, *words: str | None) -> Entry:
    (entry,) = notes(root, *words).entries
    return entry


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def policy(root: Path, text: str) -> None:
    write(root, "stagegate.toml", text)


# Fragments


def test_reno_notes_are_sections_prelude_and_known_issues(root: Path) -> None:
    pytest.importorskip("yaml", reason="needs the extra yaml")
    note = "prelude: >\n  Big.\nfeatures:\n  - It is new.\n  - |\n    Other.\n\n    More.\nissues: [Slow.]\n"
    write(root, "releasenotes/notes/a-1.yaml", note + "fixes:\n  - nested: It works.\nother: Odd.\n")
    commit(root, "work")
    found = notes(root)
    assert [(entry.section, entry.text, entry.body) for entry in found.entries] == [
        ("features", "It is new.", ""),
        ("features", "Other.", "More."),
        ("fixes", "nested: It works.", ""),
        ("other", "Odd.", ""),
    ]
    assert (found.prelude, [issue.text for issue in found.known_issues]) == ("Big.", ["Slow."])
    assert fates(found) == {"work": "told"}


@pytest.mark.parametrize(
    "text", ["a: [", "- a list\n", "a: !!bool maybe\n", "a: !!python/object:os.system {}\n", "? {b: 1}\n: 2\n"]
)
def test_a_reno_note_that_cannot_be_read_is_named(root: Path, text: str) -> None:
    pytest.importorskip("yaml", reason="needs the extra yaml")
    write(root, "releasenotes/notes/a-1.yaml", text)
    commit(root, "work")
    with pytest.raises(EvidenceError, match=r"releasenotes/notes/a-1\.yaml"):
        notes(root)


def test_a_reno_note_that_grows_without_end_is_refused(root: Path) -> None:
    pytest.importorskip("yaml", reason="needs the extra yaml")
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    write(root, "releasenotes/notes/a-1.yaml", "\n".join(lines))
    commit(root, "work")
    with pytest.raises(EvidenceError, match="more than"):
        notes(root)


def test_a_reno_note_that_holds_itself_ends(root: Path) -> None:
    pytest.importorskip("yaml", reason="needs the extra yaml")
    write(root, "releasenotes/notes/a-1.yaml", "fixes: &a [It works., *a]\n")
    commit(root, "work")
    assert ("fixes", "It works.") in told(root)


def test_scriv_fragments_are_read_from_the_history_once_they_are_consumed(root: Path) -> None:
    commit(root, "First", setup_dot_cfg="[scriv]\nformat = md\n")
    git(root, "tag", "1.0")
    write(root, SCRIV.format("a"), "<!-- hint -->\n### Added\n\n- It is new.\n  - in part\n\n### Removed\n- Gone.\n")
    commit(root, "work")
    (root / SCRIV.format("a")).unlink()
    commit(root, "Collect", CHANGELOG_dot_md="## 1.1\n")
    git(root, "tag", "1.1")
    found = notes(root, "1.1")
    assert [(entry.section, entry.text, entry.body) for entry in found.entries if entry.source == "fragment"] == [
        ("features", "It is new.", "- in part"),
        ("deprecations", "Gone.", ""),
    ]
    assert fates(found)["work"] == "told"


def test_headings_underlined_with_dots_are_headings(root: Path) -> None:
    write(root, SCRIV.format("a")[:-2] + "rst", ".. hint\n..\n.. Removed\n.. .......\n\nFixed\n.....\n\n- It works.\n")
    commit(root, "work")
    assert told(root) == [("fixes", "It works.")]


def test_scriv_is_known_by_its_file_names_alone(root: Path) -> None:
    write(root, SCRIV.format("a"), "### Fixed\n\n- It works.\n")
    commit(root, "work")
    assert told(root) == [("fixes", "It works.")]


def test_a_fragment_that_was_withdrawn_is_not_told(root: Path) -> None:
    commit(root, "First", pyproject_dot_toml='[tool.towncrier]\ndirectory = "news"\n', news__1_dot_feature="Yes.")
    write(root, "news/2.feature", "No.")
    commit(root, "work")
    (root / "news/2.feature").unlink()
    commit(root, "Withdraw")
    assert [text for section, text in told(root) if section == "features"] == ["Yes."]


@pytest.mark.parametrize("odd", ["ignore = 5", "type = 'x'", "section = 3", "[tool.towncrier.fragment]\nodd = 1"])
def test_an_odd_configuration_of_towncrier_hides_no_fragment(root: Path, odd: str) -> None:
    write(root, "pyproject.toml", f'[tool.towncrier]\ndirectory = "news"\n{odd}\n')
    commit(root, "work", news__1_dot_feature="Yes.")
    assert told(root) == [("features", "Yes.")]


def test_commits_without_a_note_stand_apart_for_the_team_where_there_are_notes(root: Path) -> None:
    write(root, "pyproject.toml", '[tool.towncrier]\ndirectory = "news"\n')
    commit(root, "First", news__1_dot_feature="Yes.")
    commit(root, "Tidy")
    commit(root, "feat!: loud")
    commit(root, "feat: more\n\nAudience: user")
    found = notes(root)
    assert [(entry.section, entry.text, entry.audiences) for entry in found.entries] == [
        ("breaking", "loud", ("user",)),
        ("features", "Yes.", ("user",)),
        ("features", "more", ("user",)),
        ("unnoted", "Tidy", ("internal",)),
    ]


def test_without_any_note_in_the_range_commits_have_their_sections(root: Path) -> None:
    write(root, "pyproject.toml", '[tool.towncrier]\ndirectory = "news"\n')
    commit(root, "feat: new")
    assert told(root) == [("features", "new")]


def test_a_fragment_of_another_path_is_not_told(root: Path) -> None:
    write(root, "pyproject.toml", '[tool.towncrier]\ndirectory = "news"\n')
    commit(root, "First")
    commit(root, "b", news__1_dot_feature="About b.", b__x="1")
    commit(root, "a", news__2_dot_feature="About a.", a__x="1")
    assert told(root, None, None, "a") == [("features", "About a.")]


# Changelog

KEPT = """# Changelog
## [Unreleased]
### Added
- Soon.
## [1.1.0] - 2026-01-01
### Fixed
- It works,
  now.
  - also there
## [1.0.0]
### Added
- First.

[Unreleased]: https://example.com/compare/1.1.0...HEAD
[1.0.0]: https://example.com/1.0.0
"""


@pytest.mark.parametrize(
    ("version", "text", "body"),
    [
        ("1.1.0", "It works, now.", "- also there"),
        ("v1.1.0", "It works, now.", "- also there"),
        ("1.0.0", "First.", ""),
        ("9.9", "Soon.", ""),
        (None, "Soon.", ""),
    ],
)
def test_of_a_kept_changelog_one_section_is_told(root: Path, version: str | None, text: str, body: str) -> None:
    commit(root, "work", CHANGELOG_dot_md=KEPT)
    entry = only(root, None, version)
    assert (entry.text, entry.body) == (text, body)


def test_a_changelog_that_is_not_kept_so_is_read_only_where_the_policy_names_it(root: Path) -> None:
    commit(root, "work", NEWS_dot_md="# 1.0\n- It works as UTF-8.\n")
    assert told(root, None, "1.0") == [("other", "work")]
    policy(root, '[notes]\nchangelog = "NEWS.md"\n')
    entry = only(root, None, "1.0")
    assert (entry.text, entry.references) == ("It works as UTF-8.", ())


# Exports


def pull(number: int, title: str, *labels: str, oid: str = "", body: str = "") -> dict[str, object]:
    return {
        "number": number,
        "title": title,
        "labels": [{"id": "L", "name": name, "color": "fff"} for name in labels],
        "author": {"login": "ada", "is_bot": False},
        "mergeCommit": {"oid": oid} if oid else None,
        "body": body,
    }


def export(root: Path, *pulls: dict[str, object]) -> None:
    write(root, ".git/pulls.json", json.dumps(pulls))
    policy(root, '[notes]\nlabels = ".git/pulls.json"\n')
    (root / ".git/info").mkdir(exist_ok=True)
    write(root, ".git/info/exclude", "stagegate.toml\n")


def test_pull_requests_are_told_by_their_labels(root: Path) -> None:
    commit(root, "First (#1)")
    squashed = commit(root, "Second after #1 (#2)")
    commit(root, "Third (#3)")
    export(
        root,
        pull(1, "First", "Bug"),
        pull(2, "Second after #1", "enhancement", oid=squashed),
        pull(3, "Third", body="BREAKING CHANGE: gone"),
        pull(4, "Of another branch"),
    )
    found = notes(root)
    assert [(entry.section, entry.text, len(entry.commits)) for entry in found.entries] == [
        ("breaking", "Third", 1),
        ("features", "Second after #1", 1),
        ("fixes", "First", 1),
    ]
    assert set(fates(found).values()) == {"told"}


def test_a_pull_request_that_is_taken_back_is_not_told_and_neither_is_what_takes_it_back(root: Path) -> None:
    commit(root, "feat: x (#1)")
    commit(root, 'Revert "feat: x" (#2)\n\nReverts a/b#1')
    export(root, pull(1, "feat: x"), pull(2, 'Revert "feat: x"'))
    found = notes(root)
    assert (found.entries, [*fates(found).values()]) == ((), ["revert", "reverted"])


def test_categories_of_github_sort_and_leave_out_pull_requests(root: Path) -> None:
    pytest.importorskip("yaml", reason="needs the extra yaml")
    write(
        root,
        ".github/release.yml",
        "changelog:\n  exclude: {labels: [skip]}\n  categories:\n"
        "  - {title: Features, labels: [shiny]}\n  - {title: Fixes, labels: ['*'], exclude: {labels: [odd]}}\n",
    )
    for number in (1, 2, 3, 4):
        commit(root, f"Change {number} (#{number})")
    export(root, pull(1, "A", "shiny"), pull(2, "B"), pull(3, "C", "odd"), pull(4, "D!: d", "skip"))
    assert [(section, text) for section, text in told(root) if len(text) == 1] == [
        ("features", "A"),
        ("fixes", "B"),
        ("other", "C"),
    ]


@pytest.mark.parametrize("text", ["", "{}", '[{"number": "x", "title": ""}]', "[" * 9999])
def test_an_export_that_cannot_be_read_is_named(root: Path, text: str) -> None:
    commit(root, "First")
    export(root)
    write(root, ".git/pulls.json", text)
    with pytest.raises(EvidenceError, match=r"pulls\.json"):
        notes(root)


def test_git_cliff_groups_are_sections_and_each_commit_is_its_own(root: Path) -> None:
    one, two, three = commit(root, "feat: a (#1)"), commit(root, "wip (#1)"), commit(root, "fix!: c")
    rows = [
        {"id": one, "message": "a (#1)", "raw_message": "feat: a (#1)", "group": "<!-- 0 -->🚀 Features", "scope": "x"},
        {"id": two, "message": "wip (#1)", "group": "🐛 Bug Fixes", "breaking": False},
        {"id": three, "message": "c", "raw_message": "fix!: c", "breaking": True, "breaking_description": "lost"},
        {"id": "0" * 40, "message": "not here"},
    ]
    write(root, ".git/cliff.json", json.dumps([{"version": None, "commits": rows}]))
    policy(root, '[notes]\ngit_cliff = ".git/cliff.json"\n')
    found = notes(root)
    assert [(entry.section, entry.scope, entry.commits, entry.breaks) for entry in found.entries] == [
        ("breaking", "", (three,), "lost"),
        ("features", "x", (one,), ""),
        ("fixes", "", (two,), ""),
    ]


# Policy


def test_squashed_messages_are_split_and_break_once(root: Path) -> None:
    policy(root, '[notes]\nsquash = "split"\n')
    commit(root, "Work (#7)\n\n* feat!: drop it\n\n* fix: mend it\n\n* fix: mend it\n\n---------\n")
    assert told(root) == [("breaking", "drop it"), ("fixes", "mend it"), ("other", "Work")]


def test_packages_are_named_by_what_a_commit_touches(root: Path) -> None:
    policy(root, '[notes.packages]\ncore = "core/**"\n')
    commit(root, "feat: a", core__x="1")
    commit(root, "feat: b", web__x="1")
    assert [(entry.text, entry.package) for entry in notes(root).entries] == [("b", ""), ("a", "core")]


def test_a_flag_hides_what_it_names_and_nothing_that_begins_alike(root: Path) -> None:
    policy(root, '[[notes.concealed]]\nflag = "pay"\nmatch = ["payment", "#5"]\n')
    for message in ("feat(payment): a", "feat(payments): b", "feat: c (#5)", "feat: d (#55)"):
        commit(root, message)
    found = notes(root)
    assert {entry.text: entry.concealed_by for entry in found.entries} == {"a": "pay", "b": "", "c": "pay", "d": ""}
    assert [issue.text for issue in found.known_issues] == ["2 changes are there but not switched on yet: flag pay."]


def test_a_correction_that_a_change_breaks_nothing_puts_it_where_its_kind_belongs(root: Path) -> None:
    made = commit(root, "fix!: a")
    write(root, "gates/notes-corrections.toml", f'[[correction]]\ncommit = "{made[:9]}"\nbreaking = false\n')
    assert told(root) == [("fixes", "a")]


def test_what_is_waived_or_expected_to_fail_is_known_with_its_links(root: Path) -> None:
    git(root, "remote", "add", "origin", "https://github.com/a/b")
    commit(root, "First")
    rows = (("t.py::a", "xfailed", "see https://example.com/issues/7."), ("t.py::b", "xfailed", "broken, #8"))
    row = no_go().not_passed[0]
    tests = tuple(msgspec.structs.replace(row, id=id_, outcome=outcome, reason=reason) for id_, outcome, reason in rows)
    said: dict[str, Any] = {"owner": "ada", "reason": "late, #9", "expires": "2027-01-01", "days_left": 9}
    waivers = tuple(WaiverRow(gate="coverage", subject="", state=state, **said) for state in ("used", "expired"))
    decision = msgspec.structs.replace(no_go(), not_passed=tests, waivers=waivers)
    found = notes_of(load_project(root), NotesQuestion(None, None, (), {}, decision, "0" * 64)).known_issues
    issues = [(issue.kind, issue.reference and issue.reference.url, issue.until) for issue in found]
    assert issues == [
        ("waiver", "https://github.com/a/b/issues/9", "2027-01-01"),
        ("xfail", "https://example.com/issues/7", ""),
        ("xfail", "https://github.com/a/b/issues/8", ""),
    ]


# History


def test_a_fix_up_belongs_to_what_it_fixes(root: Path) -> None:
    commit(root, "feat: it")
    commit(root, "fixup! feat: it")
    commit(root, "squash! fixup! feat: it")
    commit(root, "fixup! of an earlier release")
    found = notes(root)
    assert [*fates(found).values()] == ["entry", "told", "told", "entry"]
    assert len(found.entries[0].commits) == 3


def test_a_revert_that_git_wrote_of_a_breaking_change_breaks_nothing(root: Path) -> None:
    commit(root, "First")
    commit(root, "feat!: it", a="1")
    git(root, "revert", "--no-edit", "HEAD")
    assert told(root) == [("other", "First")]
    git(root, "revert", "--no-edit", "HEAD")
    assert told(root) == [("breaking", "it"), ("other", "First")]


def test_a_revert_of_what_the_earlier_release_has_is_an_entry(root: Path) -> None:
    commit(root, "First")
    git(root, "branch", "side")
    picked = commit(root, "fix: it", a="1")
    git(root, "switch", "--quiet", "side")
    commit(root, "Side", c="1")
    git(root, "cherry-pick", "-x", picked)
    git(root, "tag", "v1")
    git(root, "switch", "--quiet", "main")
    git(root, "revert", "--no-edit", "HEAD")
    assert fates(notes(root, "v1..")) == {'Revert "fix: it"': "entry", "fix: it": "earlier"}


def test_a_merge_that_says_again_what_it_brings_is_no_second_breaking_change(root: Path) -> None:
    commit(root, "First")
    git(root, "switch", "--quiet", "--create", "topic")
    commit(root, "feat!: it")
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "--message=Merge pull request #12 from a/topic\n\nfeat!: it", "topic")
    assert [entry.text for entry in notes(root).entries if entry.breaking] == ["it"]


def test_a_tag_on_a_side_branch_begins_no_release(root: Path) -> None:
    commit(root, "First")
    git(root, "tag", "v1.0")
    git(root, "switch", "--quiet", "--create", "side")
    commit(root, "Side")
    git(root, "tag", "v1.1")
    git(root, "switch", "--quiet", "main")
    commit(root, "Main")
    assert notes(root).since == "v1.0"


def test_without_a_commit_there_is_nothing_to_tell(root: Path) -> None:
    with pytest.raises(EvidenceError, match="no commit yet"):
        notes(root)


@pytest.mark.parametrize(
    ("remote", "commits"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b/commit/"),
        ("git@github.com:a/b.git", "https://github.com/a/b/commit/"),
        ("ssh://git@gitlab.example.com:2222/g/s/b.git", "https://gitlab.example.com/g/s/b/-/commit/"),
        ("https://gitlab.example.com:8443/g/b", "https://gitlab.example.com:8443/g/b/-/commit/"),
        ("git@bitbucket.org:a/b.git", "https://bitbucket.org/a/b/commits/"),
        ("https://ada:s3cret@github.com/a/b.git", "https://github.com/a/b/commit/"),
        ("https://ada:s3cr@t@github.com/a/b.git", "https://github.com/a/b/commit/"),
        ("https://s3cret@gitlab.com/a/b", "https://gitlab.com/a/b/-/commit/"),
        ("https://ada:12/s3cret@github.com/a/b.git", ""),
        ("https://github.com/a/b?token=s3cret", ""),
        ("ada:s3cret@github.com:a/b", "https://github.com/a/b/commit/"),
        ("/srv/s3cret/b.git", ""),
    ],
)
def test_addresses_are_those_of_the_remote_and_hold_no_secret(root: Path, remote: str, commits: str) -> None:
    made = commit(root, "First")
    git(root, "remote", "add", "origin", remote)
    found = notes(root)
    assert found.entries[0].references[-1].url == (f"{commits}{made}" if commits else "")
    assert "s3cr" not in repr(found)


def test_what_robots_and_signatures_leave_in_a_body_is_not_told(root: Path) -> None:
    commit(
        root,
        "Bump a (#1)\n\nReported-by: Bob <bob@example.com>\n\nBumps a.\n\n---\nupdated-dependencies:\n"
        "- dependency-name: a\n...\n\nSigned-off-by: robot <r@example.com>",
    )
    assert only(root).body == "Reported-by: Bob\n\nBumps a."
