from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.notes import Notes
from pytest_stagegate.model.told import EntryCount, ToldData
from pytest_stagegate.noting import NotesQuestion, notes_of, told_of
from pytest_stagegate.project import load_project

PERSON = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *PERSON, *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, message: str, **files: str) -> str:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return git(root, "rev-parse", "HEAD")


def notes(root: Path, range_: str | None = None, version: str | None = None, *paths: str) -> Notes:
    found = notes_of(load_project(root), NotesQuestion(range_, version, paths, {}))
    words = [found.last_commit, *([f"^{found.first_commit}"] if found.first_commit else [])]
    assert Counter(fate.commit for fate in found.fates) == Counter(git(root, "rev-list", *words).split())
    return found


def fates(found: Notes) -> dict[str, str]:
    return {fate.subject: fate.fate for fate in found.fates}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_told_is_what_came_since_the_last_release(root: Path) -> None:
    commit(root, "feat: old")
    git(root, "tag", "v1.0.0")
    commit(root, "feat: new")
    found = notes(root)
    assert (found.since, found.until, found.implied) == ("v1.0.0", "HEAD", "minor")
    assert [entry.text for entry in found.entries] == ["new"]


def test_a_final_is_told_with_its_pre_releases_and_a_pre_release_alone(root: Path) -> None:
    commit(root, "feat: one")
    git(root, "tag", "v1.0.0")
    commit(root, "feat: two")
    git(root, "tag", "v2.0.0rc1")
    commit(root, "fix: three")
    git(root, "tag", "v2.0.0rc2")
    git(root, "tag", "v2.0.0")
    final, candidate = notes(root, "v2.0.0"), notes(root, "v2.0.0rc2")
    assert (final.since, final.folded, len(final.entries)) == ("v1.0.0", ("v2.0.0rc1", "v2.0.0rc2"), 2)
    assert (candidate.since, candidate.folded, len(candidate.entries)) == ("v2.0.0rc1", (), 1)


def test_without_a_tag_the_whole_history_is_told(root: Path) -> None:
    commit(root, "First")
    found = notes(root)
    assert (found.since, found.version, len(found.fates)) == ("", "Unreleased", 1)
    assert found.warnings


def test_a_range_without_commits_implies_nothing(root: Path) -> None:
    commit(root, "First")
    git(root, "tag", "v1")
    assert notes(root, "v1..HEAD").implied == "none"


def test_a_merge_gives_its_number_to_what_it_brings(root: Path) -> None:
    commit(root, "First")
    git(root, "switch", "--quiet", "--create", "topic")
    commit(root, "fix: it")
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "--message=Merge pull request #12 from a/topic\n\nfix: it", "topic")
    found = notes(root)
    assert fates(found)["Merge pull request #12 from a/topic"] == "merge"
    entry = next(entry for entry in found.entries if entry.text == "it")
    assert ("pull", "#12") in [(each.kind, each.id) for each in entry.references]


def test_a_breaking_change_that_only_a_merge_states_is_told(root: Path) -> None:
    commit(root, "First")
    git(root, "switch", "--quiet", "--create", "topic")
    commit(root, "work")
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "--message=Merge topic\n\nBREAKING CHANGE: gone", "topic")
    assert [entry.breaks for entry in notes(root).entries if entry.breaking] == ["gone"]


def test_a_revert_of_a_revert_leaves_the_change(root: Path) -> None:
    first = commit(root, "feat: it")
    second = commit(root, f'Revert "feat: it"\n\nThis reverts commit {first}.')
    commit(root, f'Reapply "feat: it"\n\nThis reverts commit {second}.')
    found = notes(root)
    assert list(fates(found).values()) == ["revert", "reverted", "entry"]


def test_a_revert_of_an_earlier_release_is_an_entry(root: Path) -> None:
    first = commit(root, "feat: it")
    git(root, "tag", "v1")
    commit(root, f'Revert "feat: it"\n\nThis reverts commit {first}.')
    assert [fate.fate for fate in notes(root).fates] == ["entry"]


def test_what_was_picked_into_a_side_release_is_earlier(root: Path) -> None:
    commit(root, "First", a="1")
    git(root, "switch", "--quiet", "--create", "side")
    git(root, "switch", "--quiet", "main")
    picked = commit(root, "fix: it", b="1")
    commit(root, "feat: more", c="1")
    git(root, "switch", "--quiet", "side")
    commit(root, "only here", d="1")
    git(root, "cherry-pick", picked)
    git(root, "tag", "v1.1")
    git(root, "switch", "--quiet", "main")
    found = notes(root, "v1.1..HEAD")
    assert fates(found) == {"fix: it": "earlier", "feat: more": "entry"}
    assert "no ancestor" in found.warnings[0]


def test_a_shallow_clone_is_refused_with_what_helps(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    commit(root, "First")
    commit(root, "Second")
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--depth=1", root.as_uri(), ".")
    with pytest.raises(EvidenceError, match="fetch-depth: 0"):
        notes(clone)


def test_an_unknown_tag_is_refused_with_the_nearest(root: Path) -> None:
    commit(root, "First")
    git(root, "tag", "v1.0.0")
    with pytest.raises(UsageError, match=r"did you mean 'v1\.0\.0'"):
        notes(root, "v1.0.O..HEAD")


def test_a_rule_leaves_out_all_but_a_breaking_change(root: Path) -> None:
    policy = '[[notes.leave_out]]\ntypes = ["chore"]\nreason = "Nobody asks."\n'
    commit(root, "chore: quiet", stagegate_dot_toml=policy)
    commit(root, "chore!: loud")
    found = notes(root)
    assert fates(found) == {"chore!: loud": "entry", "chore: quiet": "left-out"}
    assert found.implied == "major"


def test_what_touches_no_asked_path_is_elsewhere(root: Path) -> None:
    commit(root, "feat: a", a__x="1")
    commit(root, "feat: b", b__x="1")
    assert fates(notes(root, None, None, "a")) == {"feat: b": "elsewhere", "feat: a": "entry"}


def test_a_fragment_tells_its_commit_also_once_it_is_consumed(root: Path) -> None:
    commit(root, "First", pyproject_dot_toml='[tool.towncrier]\ndirectory = "news"\nfilename = "NEWS.md"\n')
    git(root, "tag", "v1.0")
    commit(root, "work", news__12_dot_feature_dot_md="It does *more*.\n", NEWS_dot_md="")
    (root / "news/12.feature.md").unlink()
    commit(root, "Release", NEWS_dot_md="2.0")
    git(root, "tag", "v2.0")
    found = notes(root, "v2.0")
    assert fates(found)["work"] == "told"
    assert [entry.text for section in found.sections if section.id == "features" for entry in section.entries] == [
        "It does *more*."
    ]


def test_an_unknown_category_goes_to_the_section_for_all_others(root: Path) -> None:
    commit(
        root, "work", pyproject_dot_toml='[tool.towncrier]\ndirectory = "news"\n', news__7_dot_odd_dot_md="Something."
    )
    found = notes(root)
    assert [(section.id, [entry.text for entry in section.entries]) for section in found.sections] == [
        ("other", ["Something."])
    ]


def test_a_kept_changelog_is_read_for_the_version(root: Path) -> None:
    text = "# Changelog\n## [Unreleased]\n## [1.0.0] - 2026-01-01\n### Fixed\n- It works (#3).\n## [0.9]\n- no\n"
    commit(root, "work", CHANGELOG_dot_md=text)
    found = notes(root, None, "1.0.0")
    assert [(entry.section, entry.text, entry.source) for entry in found.entries] == [
        ("fixes", "It works (#3).", "changelog")
    ]


def test_a_correction_words_an_entry_and_drops_no_breaking_change(root: Path) -> None:
    quiet, loud = commit(root, "feat: a"), commit(root, "feat!: b")
    (root / "gates").mkdir()
    (root / "gates/notes-corrections.toml").write_text(
        f'[[correction]]\ncommit = "{quiet[:10]}"\ntext = "better"\n[[correction]]\ncommit = "{loud}"\ndrop = "no"\n'
    )
    found = notes(root)
    assert {entry.text for entry in found.entries} == {"better", "b"}
    assert "although a correction drops it" in found.warnings[-1]


def test_no_address_of_a_person_gets_out(root: Path) -> None:
    commit(root, "feat: a\n\nCo-authored-by: Bob <bob@example.com>")
    found = notes(root)
    assert [each.name for each in found.contributors] == ["Ada", "Bob"]
    assert "@" not in "".join(found.entries[0].authors)


def told(root: Path, version: str | None = "1.1.0") -> ToldData | Absent:
    (root / "pyproject.toml").write_text("[tool.stagegate.gate.notes]\n")
    return told_of(load_project(root), version)


def test_a_gate_is_told_counts_titles_and_the_version_before(root: Path) -> None:
    commit(root, "feat: old")
    git(root, "tag", "v1.0.0")
    commit(root, "feat: new")
    last = commit(root, "feat!: \u202e" + "wide " * 100)
    commit(root, "fix!: narrow\n\nUpgrade: use the other\n")
    found = told(root)
    assert isinstance(found, ToldData)
    assert (found.since, found.version_before, found.implied, found.commits) == ("v1.0.0", "1.0.0", "major", 3)
    assert (found.entries, found.breaking, found.without_upgrade) == (
        (EntryCount(audiences=("user",), count=3),),
        2,
        1,
    )
    (title,) = found.titles
    assert (title[:12], len(title)) == (last[:12], 200)


def test_a_pre_release_is_judged_by_all_since_the_last_final(root: Path) -> None:
    commit(root, "feat: old")
    git(root, "tag", "v1.0.0")
    commit(root, "feat: new")
    git(root, "tag", "v1.1.0rc1")
    commit(root, "fix: newer")
    git(root, "tag", "v1.1.0rc2")
    found = told(root, "1.1.0rc2")
    assert isinstance(found, ToldData)
    assert (found.since, found.implied, found.commits) == ("v1.0.0", "minor", 2)


def test_what_stands_in_the_way_of_collecting_is_told_to_the_gate(root: Path) -> None:
    found = told(root)
    assert isinstance(found, Absent)
    assert (found.reason, found.text) == ("no-repository", "there is no commit yet, so there is nothing to tell")


def test_a_mistake_in_the_corrections_makes_the_notes_unreadable(root: Path) -> None:
    commit(root, "feat: one")
    (root / "notes.toml").write_text("[[note]]\nwrong = 1\n")
    (root / "pyproject.toml").write_text(
        '[tool.stagegate.gate.notes]\n[tool.stagegate.notes]\ncorrections = "notes.toml"\n'
    )
    found = told_of(load_project(root), "1.0.0")
    assert isinstance(found, Absent)
    assert found.reason == "unreadable"
