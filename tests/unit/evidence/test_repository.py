from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_stagegate.evidence.repository import repository_of
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.repository import Diff, RepositoryData
from pytest_stagegate.policy.model import RELEASE_TAGS

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")

FIVE = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"


@pytest.fixture(autouse=True)
def nobody_s_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")


class Repo:
    """A repository whose branch ``work`` left ``main`` after the first commit."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *words: str) -> str:
        named = ["-c", "user.name=dana", "-c", "user.email=dana@example.org", "-c", "init.defaultBranch=main"]
        done = subprocess.run(["git", *named, *words], cwd=self.path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, name: str, text: str | bytes = "") -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(self, message: str = "more") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def says(self, folder: str = ".", *, base: str | None = None, **environ: str) -> RepositoryData:
        return repository_of(self.path / folder, base, RELEASE_TAGS, environ)

    def branch(self, folder: str = ".", *, base: str | None = "main", **environ: str) -> Diff:
        diff = self.says(folder, base=base, **environ).branch
        assert isinstance(diff, Diff), diff
        return diff

    def changed(self, folder: str = ".", *, base: str | None = "main") -> dict[str, str]:
        return {file.path: file.lines for file in self.branch(folder, base=base).files}

    def unknown(self, *, base: str | None = "main", **environ: str) -> Absent:
        absent = self.says(base=base, **environ).branch
        assert isinstance(absent, Absent), absent
        return absent

    def release(self, tags: tuple[str, ...] = RELEASE_TAGS) -> Diff | Absent:
        return repository_of(self.path, None, tags, {}).release


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.path.mkdir()
    made.git("init", "--quiet")
    made.write("a.py", FIVE)
    made.commit("first")
    made.git("checkout", "--quiet", "-b", "work")
    return made


# ---- which lines changed


def test_a_branch_without_any_change_has_an_empty_diff(repo: Repo) -> None:
    diff = repo.branch()
    assert (diff.since, diff.commit, diff.files) == ("main", repo.git("rev-parse", "main"), ())


def test_committed_staged_and_unstaged_changes_count_together(repo: Repo) -> None:
    repo.write("a.py", FIVE.replace("1", "one"))
    repo.commit()
    repo.write("a.py", FIVE.replace("1", "one").replace("3", "three"))
    repo.git("add", "a.py")
    repo.write("a.py", FIVE.replace("1", "one").replace("3", "three").replace("5", "five"))
    assert repo.changed() == {"a.py": "1, 3, 5"}


def test_what_was_changed_and_changed_back_did_not_change(repo: Repo) -> None:
    repo.write("a.py", "other\n")
    repo.commit()
    repo.write("a.py", FIVE)
    assert repo.changed() == {}


def test_what_the_base_has_changed_since_is_not_ours(repo: Repo) -> None:
    repo.write("b.py", "b = 1\n")
    left = repo.commit()
    repo.git("checkout", "--quiet", "main")
    repo.write("a.py", FIVE.replace("2", "two"))
    repo.commit()
    repo.git("checkout", "--quiet", "work")
    assert repo.changed() == {"b.py": "1"}
    assert repo.branch().commit == repo.git("rev-parse", f"{left}^")


def test_after_the_base_was_merged_in_only_our_own_changes_count(repo: Repo) -> None:
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("checkout", "--quiet", "main")
    repo.write("a.py", FIVE.replace("2", "two"))
    repo.commit()
    repo.git("checkout", "--quiet", "work")
    repo.git("merge", "--quiet", "--no-edit", "main")
    assert repo.changed() == {"b.py": "1"}


def test_an_untracked_file_is_new_as_a_whole(repo: Repo) -> None:
    repo.write("new.py", "a = 1\nb = 2\n")
    assert repo.changed() == {"new.py": "1-2"}


def test_an_ignored_file_is_not_there(repo: Repo) -> None:
    repo.write(".gitignore", "*.py\n")
    repo.commit()
    repo.write("made.py", "a = 1\n")
    assert repo.changed() == {".gitignore": "1"}


def test_a_file_that_is_only_announced_is_new(repo: Repo) -> None:
    repo.write("new.py", "a = 1\n")
    repo.git("add", "--intent-to-add", "new.py")
    assert repo.changed() == {"new.py": "1"}


def test_a_deleted_file_is_not_listed(repo: Repo) -> None:
    (repo.path / "a.py").unlink()
    assert repo.changed() == {}
    assert repo.says().tracked == ()


def test_lost_lines_are_no_changed_lines(repo: Repo) -> None:
    repo.write("a.py", FIVE.replace("c = 3\n", ""))
    assert repo.changed() == {"a.py": ""}


def test_an_added_line_that_looks_like_a_header_is_content(repo: Repo) -> None:
    repo.write("a.py", FIVE + "++ b/other.py\n-- a/a.py\ndiff --git a/x.py b/x.py\n@@ -1 +1 @@\n")
    assert repo.changed() == {"a.py": "6-9"}


def test_of_a_renamed_file_only_the_lines_that_changed_count(repo: Repo) -> None:
    repo.git("mv", "a.py", "b.py")
    repo.write("b.py", FIVE.replace("4", "four"))
    repo.commit()
    assert repo.changed() == {"b.py": "4"}


def test_a_file_that_was_only_renamed_has_no_changed_line(repo: Repo) -> None:
    repo.write("folder with blanks/ä.py")
    repo.git("mv", "a.py", "folder with blanks/b.py")
    repo.commit()
    assert repo.changed() == {"folder with blanks/b.py": "", "folder with blanks/ä.py": ""}


def test_a_file_that_only_became_executable_has_no_changed_line(repo: Repo) -> None:
    (repo.path / "a.py").chmod(0o755)
    assert repo.changed() == {"a.py": ""}


@pytest.mark.parametrize(
    "name", ["with blanks.py", 'with "quotes".py', "ünïcödé.py", "a\nb.py", "a\tb.py", "a\\b.py", " b/ b.py", "a b/a b"]
)
@pytest.mark.parametrize("tracked", [True, False])
def test_any_name_is_known(repo: Repo, name: str, tracked: bool) -> None:
    if tracked:
        repo.write(name, FIVE)
        repo.commit()
        repo.git("branch", "--force", "main", "HEAD")
    repo.write(name, FIVE + "f = 6\n")
    assert repo.changed() == {name: "6" if tracked else "1-6"}


def test_a_name_that_is_no_utf_8_breaks_nothing(repo: Repo) -> None:
    with open(os.fsencode(repo.path) + b"/\xff.py", "wb") as file:
        file.write(b"a = 1\n")
    assert repo.changed() == {"\\xff.py": "1"}


@pytest.mark.parametrize("tracked", [True, False])
def test_a_binary_file_has_no_lines(repo: Repo, tracked: bool) -> None:
    repo.write("logo.png", b"\0\1\n\2\n")
    if tracked:
        repo.commit()
    assert repo.changed() == {"logo.png": ""}


def test_a_source_that_an_attribute_hides_from_diffs_is_new_as_a_whole(repo: Repo) -> None:
    repo.write(".gitattributes", "a.py -diff\n")
    repo.write("a.py", FIVE.replace("4", "four"))
    assert repo.changed() == {".gitattributes": "1", "a.py": "1-5"}


def test_links_have_no_lines(repo: Repo) -> None:
    (repo.path / "new.py").symlink_to("a.py")
    (repo.path / "lost.py").symlink_to("nothing")
    assert repo.changed() == {"lost.py": "", "new.py": ""}
    repo.commit()
    assert repo.changed() == {"lost.py": "", "new.py": ""}
    assert repo.says().tracked == ("a.py",)


def test_a_link_that_became_a_file_is_new_as_a_whole(repo: Repo) -> None:
    (repo.path / "b.py").symlink_to("a.py")
    repo.commit()
    repo.git("branch", "--force", "main", "HEAD")
    (repo.path / "b.py").unlink()
    repo.write("b.py", "b = 1\nc = 2\n")
    assert repo.changed() == {"b.py": "1-2"}


def test_submodules_are_left_out(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "--quiet")
    other.write("b.py", "b = 1\n")
    other.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "lib")
    repo.commit()
    repo.write("lib/c.py", "c = 1\n")
    assert repo.changed() == {".gitmodules": "1-3"}
    assert repo.says().tracked == ("a.py",)


def test_another_repository_inside_is_left_out(repo: Repo) -> None:
    inner = Repo(repo.path / "inner")
    inner.path.mkdir()
    inner.git("init", "--quiet")
    inner.write("b.py", "b = 1\n")
    inner.commit()
    assert repo.changed() == {}


def test_lines_that_end_in_carriage_returns_are_counted_as_lines(repo: Repo) -> None:
    repo.write("a.py", FIVE.replace("\n", "\r\n"))
    repo.commit()
    repo.git("branch", "--force", "main", "HEAD")
    repo.write("a.py", FIVE.replace("4", "four").replace("\n", "\r\n"))
    assert repo.changed() == {"a.py": "4"}


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("\n", "")])
def test_the_end_of_the_last_line_belongs_to_it(repo: Repo, before: str, after: str) -> None:
    repo.write("a.py", "a = 1\nb = 2" + before)
    repo.commit()
    repo.git("branch", "--force", "main", "HEAD")
    repo.write("a.py", "a = 1\nb = 2" + after)
    assert repo.changed() == {"a.py": "2"}


def test_an_untracked_file_without_a_final_newline_has_its_last_line(repo: Repo) -> None:
    repo.write("new.py", "a = 1\nb = 2")
    assert repo.changed() == {"new.py": "1-2"}


def test_a_conflict_that_is_not_resolved_breaks_nothing(repo: Repo) -> None:
    repo.write("a.py", FIVE.replace("3", "three"))
    repo.commit()
    repo.git("checkout", "--quiet", "main")
    repo.write("a.py", FIVE.replace("3", "drei"))
    repo.commit()
    repo.git("checkout", "--quiet", "work")
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "main")
    assert list(repo.changed()) == ["a.py"]
    assert repo.says().tracked == ("a.py",)


def test_a_project_below_the_top_of_its_repository_sees_only_itself(repo: Repo) -> None:
    repo.write("inner ö/b.py", "b = 1\n")
    repo.write("c.py", "c = 1\n")
    repo.commit()
    repo.write("inner ö/d.py", "d = 1\n")
    repo.write("e.py", "e = 1\n")
    assert repo.changed("inner ö") == {"b.py": "1", "d.py": "1"}
    assert repo.says("inner ö").tracked == ("b.py",)


def test_a_file_that_moved_into_the_project_is_no_new_one(repo: Repo) -> None:
    repo.write("inner/b.py")
    repo.git("mv", "a.py", "inner/a.py")
    repo.write("inner/a.py", FIVE.replace("4", "four"))
    repo.commit()
    assert repo.changed("inner") == {"a.py": "4", "b.py": ""}


CONFIGURED = {
    "color.ui": "always",
    "diff.mnemonicPrefix": "true",
    "diff.noprefix": "true",
    "diff.relative": "true",
    "diff.renames": "false",
    "diff.algorithm": "patience",
    "diff.context": "9",
    "diff.interHunkContext": "9",
    "diff.external": "false",
    "diff.submodule": "log",
    "diff.colorMoved": "zebra",
    "diff.wsErrorHighlight": "all",
    "diff.suppressBlankEmpty": "true",
    "diff.srcPrefix": "x/",
    "core.quotepath": "false",
    "core.pager": "false",
    "status.showUntrackedFiles": "no",
    "versionsort.suffix": "-rc",
}


@pytest.mark.parametrize("key", [*CONFIGURED, "all of them"])
def test_no_configuration_of_the_user_changes_anything(repo: Repo, key: str) -> None:
    repo.write("inner/ä b.py", FIVE)
    repo.commit()
    repo.git("branch", "--force", "main", "HEAD")
    repo.git("mv", "inner/ä b.py", "inner/ö b.py")
    repo.write("inner/ö b.py", FIVE.replace("2", "two").replace("4", "four"))
    repo.write("a.py", FIVE.replace("1", "one").replace("3", "three"))
    before = repo.says(base="main")
    for name, value in CONFIGURED.items():
        if key in (name, "all of them"):
            repo.git("config", "--global", name, value)
    assert repo.says(base="main") == before
    assert repo.changed() == {"a.py": "1, 3", "inner/ö b.py": "2, 4"}


def test_drivers_of_diffs_are_not_called(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=3")
    repo.git("config", "--global", "diff.odd.textconv", "rev")
    repo.git("config", "--global", "diff.odd.command", "false")
    repo.write(".git/info/attributes", "*.py diff=odd\n")
    repo.write("a.py", FIVE.replace("3", "three"))
    assert repo.changed() == {"a.py": "3"}


def test_a_file_with_more_lines_than_any_source_has_is_listed_without_them(repo: Repo) -> None:
    repo.write("data.csv", "\n" * 2_000_001)
    assert repo.changed() == {"data.csv": ""}
    repo.commit()
    assert repo.changed() == {"data.csv": ""}


# ---- since which branch


def clone_of(repo: Repo, tmp_path: Path, *words: str) -> Repo:
    repo.git("clone", "--quiet", *words, f"file://{repo.path}", str(tmp_path / "clone"))
    return Repo(tmp_path / "clone")


def test_the_default_branch_of_the_remote_is_the_base(repo: Repo, tmp_path: Path) -> None:
    repo.git("branch", "--move", "main", "trunk")
    repo.git("checkout", "--quiet", "trunk")
    clone = clone_of(repo, tmp_path)
    clone.git("checkout", "--quiet", "-b", "work")
    clone.write("b.py", "b = 1\n")
    clone.commit()
    assert (clone.branch(base=None).since, clone.changed(base=None)) == ("origin/trunk", {"b.py": "1"})


@pytest.mark.parametrize("name", ["main", "master"])
def test_without_a_remote_a_usual_branch_is_the_base(repo: Repo, name: str) -> None:
    repo.git("branch", "--move", "main", name)
    assert repo.branch(base=None).since == name


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"])
def test_the_ci_names_the_base(repo: Repo, tmp_path: Path, variable: str) -> None:
    repo.git("branch", "next")
    clone = clone_of(repo, tmp_path)
    assert clone.branch(base=None, **{variable: "next"}).since == "origin/next"


def test_the_policy_s_base_comes_before_what_the_ci_names(repo: Repo) -> None:
    assert repo.branch(base="main", GITHUB_BASE_REF="next").since == "main"


def test_an_empty_variable_names_nothing(repo: Repo) -> None:
    assert repo.branch(base=None, GITHUB_BASE_REF="").since == "main"


def test_a_base_that_the_ci_names_and_git_does_not_know_is_not_replaced_by_another(repo: Repo) -> None:
    absent = repo.unknown(base=None, GITHUB_BASE_REF="next")
    assert absent == Absent("base-unknown", "git does not know origin/next, which changes are counted from")


@pytest.mark.parametrize("base", ["no-such", "--output=x", "-h", "main..work", "main:a.py", "a\0b", "@{nothing}"])
def test_a_base_that_is_none_is_unknown(repo: Repo, base: str) -> None:
    assert repo.unknown(base=base).reason == "base-unknown"
    assert sorted(path.name for path in repo.path.iterdir()) == [".git", "a.py"]


def test_a_base_may_be_a_commit_or_a_tag(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("tag", "-a", "-m", "one", "start")
    repo.write("b.py", "b = 1\n")
    repo.commit()
    assert repo.changed(base=first) == repo.changed(base="start") == {"b.py": "1"}


def test_without_any_usual_branch_the_base_is_unknown(repo: Repo) -> None:
    repo.git("branch", "--delete", "--force", "main")
    assert "any of origin/main, origin/master, main, master" in repo.unknown(base=None).text


def test_a_detached_head_is_a_branch_like_any_other(repo: Repo) -> None:
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("checkout", "--quiet", "--detach")
    assert repo.changed() == {"b.py": "1"}


def test_histories_without_a_common_commit_are_told(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "alone")
    repo.commit("alone")
    assert repo.unknown() == Absent("base-unknown", "the work and main have no commit in common")


def test_a_clone_that_is_too_shallow_says_so(repo: Repo, tmp_path: Path) -> None:
    for number in range(3):
        repo.write("a.py", FIVE + f"f = {number}\n")
        repo.commit()
    repo.git("checkout", "--quiet", "main")
    for number in range(3):
        repo.write("b.py", f"b = {number}\n")
        repo.commit()
    repo.git("checkout", "--quiet", "work")
    clone = clone_of(repo, tmp_path, "--depth=2", "--no-single-branch")
    assert clone.unknown(base="origin/main").reason == "shallow-clone"
    assert isinstance(clone.release(), Absent)
    clone.git("fetch", "--quiet", "--unshallow")
    assert clone.changed(base="origin/main") == {"a.py": "6"}


def test_a_shallow_clone_without_the_base_says_that_this_may_be_why(repo: Repo, tmp_path: Path) -> None:
    repo.write("b.py", "b = 1\n")
    repo.commit()
    clone = clone_of(repo, tmp_path, "--depth=1")
    assert clone.unknown(base="origin/main").text.endswith("; the clone is shallow, which may be why")


def test_a_shallow_clone_that_reaches_the_base_is_enough(repo: Repo, tmp_path: Path) -> None:
    repo.write("b.py", "b = 1\n")
    repo.commit()
    clone = clone_of(repo, tmp_path, "--depth=2", "--no-single-branch")
    assert clone.changed(base="origin/main") == {"b.py": "1"}


# ---- since which release


def since(diff: Diff | Absent) -> tuple[str, dict[str, str]]:
    assert isinstance(diff, Diff), diff
    return diff.since, {file.path: file.lines for file in diff.files}


def test_changes_are_counted_from_the_last_release(repo: Repo) -> None:
    repo.git("tag", "v1.0")
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("tag", "v1.1")
    repo.write("c.py", "c = 1\n")
    repo.commit()
    assert since(repo.release()) == ("v1.1", {"c.py": "1"})


def test_a_release_that_is_tagged_already_is_counted_from_the_one_before(repo: Repo) -> None:
    repo.git("tag", "v1.0")
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("tag", "-a", "-m", "it", "v1.1")
    repo.git("tag", "1.1")
    assert since(repo.release()) == ("v1.0", {"b.py": "1"})


def test_a_merge_that_is_tagged_sees_the_tags_of_both_sides(repo: Repo) -> None:
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("tag", "v1.0")
    repo.git("checkout", "--quiet", "main")
    repo.write("c.py", "c = 1\n")
    repo.commit()
    repo.git("merge", "--quiet", "--no-edit", "work")
    repo.git("tag", "v2.0")
    assert since(repo.release()) == ("v1.0", {"c.py": "1"})


def test_tags_that_are_no_releases_are_passed_over(repo: Repo) -> None:
    repo.git("tag", "1.0")
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("tag", "nightly")
    repo.write("c.py", "c = 1\n")
    repo.commit()
    assert since(repo.release())[0] == "1.0"
    assert since(repo.release(("nightly", "v*")))[0] == "nightly"


def test_without_a_release_everything_is_new(repo: Repo) -> None:
    repo.write("lib/b.py", "b = 1\n")
    (repo.path / "link.py").symlink_to("a.py")
    (repo.path / "gone.py").touch()
    repo.commit()
    (repo.path / "gone.py").unlink()
    repo.write("new.py", "n = 1\n")
    repo.write("logo.png", b"\0")
    diff = repo.release()
    assert since(diff) == ("the beginning", {"a.py": "1-5", "lib/b.py": "1", "logo.png": "", "new.py": "1"})


def test_a_shallow_clone_in_which_no_tag_is_reached_says_so(repo: Repo, tmp_path: Path) -> None:
    repo.git("tag", "v1.0")
    for number in range(3):
        repo.write("b.py", f"b = {number}\n")
        repo.commit()
    clone = clone_of(repo, tmp_path, "--depth=1")
    absent = clone.release()
    assert isinstance(absent, Absent)
    assert absent.reason == "shallow-clone"


# ---- which files there are


def test_the_source_files_that_git_lists_are_those_of_known_languages(repo: Repo) -> None:
    for name in ("README.md", "web/a.ts", "web/b.tsx", "lib/c.go", "data.json", "new.rb"):
        repo.write(name, "x\n")
    repo.git("add", "--all")
    repo.git("rm", "--quiet", "--cached", "new.rb")
    assert repo.says().tracked == ("a.py", "lib/c.go", "web/a.ts", "web/b.tsx")


# ---- who


def test_settings_of_the_user_hide_no_author(repo: Repo) -> None:
    repo.commit("more\n\nCo-authored-by: Erin <erin@example.org>\n")
    repo.git("config", "trailer.separators", "#")
    people = repo.says().people
    assert people is not None
    assert "erin@example.org" in people.addresses


# ---- where git can't say


def absent_of(data: RepositoryData) -> set[str]:
    assert data.tracked is None
    return {each.reason for each in (data.branch, data.release) if isinstance(each, Absent)}


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    assert absent_of(Repo(tmp_path).says()) == {"no-repository"}


def test_without_git_nothing_is_known(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    data = repo.says()
    assert absent_of(data) == {"no-repository"}
    assert isinstance(data.branch, Absent)
    assert data.branch.text.startswith("the program git is not there")


def test_inside_the_folder_of_git_there_is_no_work_tree(repo: Repo) -> None:
    assert absent_of(repo.says(".git")) == {"no-repository"}


def test_a_repository_without_a_commit_has_nothing_to_count_from(tmp_path: Path) -> None:
    new = Repo(tmp_path / "new")
    new.path.mkdir()
    new.git("init", "--quiet")
    new.write("a.py", "a = 1\n")
    new.git("add", "a.py")
    data = new.says()
    assert [each.reason for each in (data.branch, data.release) if isinstance(each, Absent)] == ["base-unknown"] * 2
    assert data.tracked == ("a.py",)


def test_a_damaged_repository_is_told_without_folders_of_this_machine(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:a.py")
    path = repo.path / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"damage")
    repo.write("a.py", "other\n")
    absent = repo.unknown()
    assert absent.reason == "unreadable"
    assert str(repo.path) not in absent.text


def test_the_same_question_has_the_same_answer(repo: Repo) -> None:
    for name in ("z.py", "ä.py", "b/c.py", "B.py"):
        repo.write(name, "x = 1\n")
    assert repo.says(base="main") == repo.says(base="main")
    assert list(repo.changed()) == ["B.py", "b/c.py", "z.py", "ä.py"]


def test_what_git_sets_for_a_hook_changes_nothing(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("sub/a.py", "x = 1\n")
    before = repo.says(base="main")
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.path / "nowhere"))
    assert repo.says(base="main") == before
