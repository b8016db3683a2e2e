"""The workflow files that people copy: each does in a shell what the page about it says."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.contracts.test_docs import clean_environment

WORKFLOWS: Final = Path(__file__).parents[2] / "docs" / "how-to" / "workflows"
PAGE: Final = WORKFLOWS.parent / "copy-a-workflow.md"

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the files are written for a POSIX shell"),
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
]

PROJECT: Final = {
    "pyproject.toml": """
        [project]
        name = "shop"
        version = "1.4.0"
        [tool.pytest.ini_options]
        testpaths = ["tests"]
        [[tool.stagegate.expect]]
        stage = "test"
        shards = ["sqlite", "postgres"]
    """,
    "tests/test_shop.py": """
import os
def test_the_shop_is_open():
    assert os.environ["SHOP_DB"] != os.environ["SHOP_BROKEN"]
""",
}

# What a job would install or send is only written down. A command that ran on the same input is not run again: what it
# said, left behind and ended with is given once more.
_ONCE: Final = """
        if [ ! -f "$kept.status" ]; then
            mkdir -p "$kept"
            "$SCRIPTS/${0##*/}" "$@" > "$kept.out" 2>&1
            echo $? > "$kept.status"
            cp -r $written "$kept" 2> /dev/null
        fi
        cat "$kept.out"
        mkdir -p "$out"
        cp -r "$kept/." "$out"
        exit "$(cat "$kept.status")"
    """
PROGRAMS: Final = {
    "python": """
        if [ "$1 $2" = "-m pip" ]; then echo "pip $*" >> "$CALLS"; exit 0; fi
        exec "$SCRIPTS/python" "$@"
    """,
    "pytest": f"""
        out=.stagegate
        for word; do case $word in --stage-gate-out=*) out=${{word#*=}};; esac; done
        written=$out/.
        test "$SHOP_DB" = "$SHOP_BROKEN"
        kept=$RUNS/$(echo "$1 $2 $SHOP_DB $?" | tr -c 'A-Za-z0-9\n' -)
        {_ONCE}
    """,
    "stagegate": f"""
        out=. written=".stagegate dossier *.zip *.sha256"
        kept=$RUNS/$(echo "$* $SHOP_BROKEN $GITHUB_ACTIONS $GITLAB_CI" $(ls records 2>&1) | tr -c 'A-Za-z0-9\n' -)
        {_ONCE}
    """,
    "gh": """
        echo "gh $*" >> "$CALLS"
        case "$*" in
            "api user"*) echo builder;;
            "api --paginate"*) printf '%s\\n' "$EARLIER";;
        esac
    """,
    "curl": """
        echo "curl $*" >> "$CALLS"
        while [ $# -gt 0 ]; do
            if [ "$1" = --output ]; then printf '%s\\n' "$EARLIER" > "$2"; fi
            shift
        done
    """,
}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


@dataclass
class Machine:
    """Runs the jobs of a CI system, each in a fresh clone, with its variables."""

    folder: Path
    shell: tuple[str, ...]
    environ: dict[str, str]
    said: str = ""
    jobs: int = 0
    here: Path = field(default_factory=Path)
    artifacts: dict[str, Path] = field(default_factory=dict)

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

    def checkout(self) -> None:
        self.jobs += 1
        self.here = self.folder / f"job{self.jobs}"
        git("clone", "-q", os.environ["SHOP_REPOSITORY"], str(self.here))

    def run(self, script: str, **variables: str) -> int:
        done = subprocess.run(
            [*self.shell, script],
            cwd=self.here,
            env=clean_environment() | self.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.said += done.stdout.decode()
        return done.returncode

    def keep(self, name: str, paths: list[str]) -> None:
        """Keep files of a job; a folder that is the only one gives its content."""
        target = self.artifacts[name] = self.folder / "kept" / name
        for path in paths:
            place = target if len(paths) == 1 else target / path
            if (self.here / path).is_dir():
                shutil.copytree(self.here / path, place, dirs_exist_ok=True)

    def fetch(self, name: str, path: str) -> None:
        shutil.copytree(self.artifacts[name], self.here / path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The project's repository, the programs that stand in for others, and the runs of pytest that were made."""
    base = tmp_path_factory.mktemp("workflows")
    for name, text in PROJECT.items():
        write(base / "shop" / name, re.sub("^ {8}", "", text, flags=re.MULTILINE))
    me = ("-c", "user.name=Dana", "-c", "user.email=dana@example.com")
    git("-C", str(base / "shop"), "init", "-q")
    git("-C", str(base / "shop"), "add", "-A")
    git("-C", str(base / "shop"), *me, "commit", "-q", "-m", "feat: the shop opens")
    for name, text in PROGRAMS.items():
        program = write(base / "bin" / name, f"#!/bin/sh\n{text}")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (base / "runs").mkdir()
    path = os.pathsep.join((str(base / "bin"), sysconfig.get_path("scripts"), os.environ["PATH"]))
    return {
        "PATH": path,
        "RUNS": str(base / "runs"),
        "SCRIPTS": sysconfig.get_path("scripts"),
        "repository": str(base / "shop"),
    }


def machine(
    shared: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, shell: str, broken: str, earlier: str
) -> Machine:
    monkeypatch.setenv("SHOP_REPOSITORY", shared["repository"])
    environ = {name: value for name, value in shared.items() if name.isupper()}
    environ |= {"CALLS": str(folder / "calls"), "SHOP_BROKEN": broken, "SHOP_DB": "none", "EARLIER": earlier}
    environ |= {"PYTEST_ADDOPTS": "-p pytest_stagegate.plugin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": "true"}
    return Machine(folder, tuple(shell.split()), environ)


# ---- GitHub Actions

ACTIONS: Final = {
    "actions/checkout@v6": {"fetch-depth"},
    "actions/setup-python@v6": {"python-version"},
    "actions/upload-artifact@v7": {"name", "path", "include-hidden-files", "overwrite"},
    "actions/download-artifact@v8": {"name", "pattern", "path"},
}


@dataclass
class GitHub:
    """Runs jobs of a workflow as GitHub's runner does, as far as a shell can."""

    on: Machine
    context: dict[str, str]
    jobs: dict[str, Any]
    variables: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: self.context[found[1]], text)

    def holds(self, condition: str, *, failed: bool) -> bool:
        """Return whether a condition of a step or job holds."""
        return ("always()" in condition or not failed) and all(map(self._part, condition.split(" && ")))

    def _part(self, text: str) -> bool:
        if text in ("", "always()"):
            return True
        starts = re.fullmatch(r"startsWith\(([\w.]+), '(.*)'\)", text)
        if starts:
            return self.context[starts[1]].startswith(starts[2])
        one, other = text.split(" == ")
        return self.context[one] == self.context[other]

    def job(self, name: str, *, failed: bool = False) -> dict[str, int]:
        """Return the exit status of each step that ran, by the name or the first words of the step."""
        job = self.jobs[name]
        statuses: dict[str, int] = {}
        if not self.holds(job.get("if", ""), failed=failed):
            return statuses
        for step in job["steps"]:
            broken = any(statuses.values())
            if not self.holds(step.get("if", ""), failed=broken):
                continue
            if "uses" in step:
                self.action(step["uses"], step.get("with", {}))
                continue
            env = {**job.get("env", {}), **step.get("env", {})}
            title = step.get("id") or step.get("name") or step["run"].split()[0]
            statuses[title] = self.on.run(
                self.filled(step["run"]), **{key: self.filled(value) for key, value in env.items()}, **self.variables
            )
        return statuses

    def action(self, uses: str, inputs: dict[str, Any]) -> None:
        assert set(inputs) <= ACTIONS[uses]
        if uses.startswith("actions/checkout"):
            self.on.checkout()
        elif uses.startswith("actions/upload"):
            self.on.keep(self.filled(inputs["name"]), inputs["path"].split())
        elif "pattern" in inputs:
            for name in fnmatch.filter(list(self.on.artifacts), inputs["pattern"]):
                self.on.fetch(name, f"{inputs['path']}/{name}")
        elif uses.startswith("actions/download"):
            self.on.fetch(inputs["name"], ".")


def github(on: Machine, *, number: str, fork: bool = False) -> GitHub:
    on.folder.mkdir(exist_ok=True)
    ref = "refs/pull/7/merge" if number else "refs/tags/v1.4.0"
    on.environ |= {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REF": ref,
        "GITHUB_REF_NAME": ref.split("/", 2)[2],
        "GITHUB_STEP_SUMMARY": str(on.folder / "summary"),
        "GITHUB_OUTPUT": str(on.folder / "outputs"),
    }
    context = {
        "github.event.pull_request.head.repo.full_name": ("fork/shop" if fork else "acme/shop") if number else "",
        "github.event.pull_request.number": number,
        "github.ref": ref,
        "github.repository": "acme/shop",
        "github.token": "a-token",
    }
    return GitHub(on, context, yaml.safe_load((WORKFLOWS / "github-actions.yml").read_text("utf-8"))["jobs"])


def shards(on: GitHub, *names: str) -> list[int]:
    statuses = []
    assert on.jobs["shard"]["strategy"] == {"fail-fast": False, "matrix": {"shard": ["sqlite", "postgres"]}}
    for name in names:
        on.context["matrix.shard"] = name
        statuses.append(on.job("shard")["pytest"])
    return statuses


def test_github_releases_what_is_good(shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on = github(machine(shared, tmp_path, monkeypatch, "bash -e -c", "", ""), number="")
    assert shards(on, "sqlite", "postgres") == [0, 0]
    assert on.job("gate") == {"python": 0, "gate": 0}
    assert (tmp_path / "outputs").read_text("utf-8").startswith("decision=GO\n")
    assert on.job("release") == {"python": 0, "stagegate": 0}
    assert on.on.calls[-1] == (
        "gh release create v1.4.0 ./shop-1.4.0.dossier.zip ./shop-1.4.0.dossier.zip.sha256"
        " --verify-tag --title v1.4.0 --notes-file dossier/notes.md"
    )
    assert (on.on.here / "dossier" / "notes.md").is_file()


def test_github_says_and_keeps_what_is_bad(
    shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = github(machine(shared, tmp_path, monkeypatch, "bash -e -c", "postgres", "4711"), number="7")
    assert shards(on, "sqlite", "postgres") == [0, 1]
    comment = on.jobs["gate"]["steps"][-1]["name"]
    assert on.job("gate", failed=True) == {"python": 0, "gate": 20, comment: 0}
    assert (tmp_path / "outputs").read_text("utf-8").startswith("decision=NO_GO\n")
    assert (tmp_path / "summary").read_text("utf-8").startswith("# ✘ NO GO: shop, version 1.4.0\n")
    assert "::error title=stage gate%3A results::NO GO: failed 1 test" in on.on.said
    kept = on.on.artifacts["stage-gate"]
    assert {path.name for path in (kept / ".stagegate").iterdir()} >= {"decision.json", "report.html", "gates.xml"}
    assert len(list((kept / "records").rglob("evidence.jsonl"))) == 2
    assert on.on.calls[-1] == (
        "gh api --method PATCH repos/acme/shop/issues/comments/4711 -F body=@.stagegate/report.comment.md"
    )
    assert on.job("release", failed=True) == {}


def test_github_holds_where_a_record_is_missing_and_leaves_a_fork_alone(
    shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = github(machine(shared, tmp_path, monkeypatch, "bash -e -c", "", ""), number="7", fork=True)
    shards(on, "sqlite")
    assert on.job("gate", failed=True) == {"python": 0, "gate": 21}
    assert "from shard postgres" in " ".join(on.on.said.split())


# ---- GitLab CI


@dataclass
class GitLab:
    """Runs jobs of a pipeline; what one keeps the next ones have."""

    on: Machine
    jobs: dict[str, Any]

    def job(self, name: str, **variables: str) -> int:
        job = self.jobs[name]
        self.on.checkout()
        for kept in self.on.artifacts:
            self.on.fetch(kept, ".")
        status = self.on.run("\n".join(job["script"]), **variables)
        artifacts = job.get("artifacts", {"when": "on_success", "paths": []})
        if artifacts["when"] == "always" or status == 0:
            self.on.keep(f"{name}{variables}", [*artifacts["paths"], "."[:0]])
        for path in artifacts.get("reports", {}).values():
            assert (self.on.here / path).is_file()
        return status


def gitlab(on: Machine) -> GitLab:
    on.environ |= {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "12",
        "CI_COMMIT_TAG": "v1.4.0",
        "CI_JOB_TOKEN": "job-token",
        "CI_MERGE_REQUEST_IID": "7",
        "STAGEGATE_TOKEN": "project-token",
    }
    found = yaml.safe_load((WORKFLOWS / "gitlab-ci.yml").read_text("utf-8"))
    assert found["shard"]["parallel"]["matrix"] == [{"SHOP_DB": ["sqlite", "postgres"]}]
    return GitLab(on, found)


def test_gitlab_releases_what_is_good(shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on = gitlab(machine(shared, tmp_path, monkeypatch, "bash -eo pipefail -c", "", "{}"))
    assert [on.job("shard", SHOP_DB=name) for name in ("sqlite", "postgres")] == [0, 0]
    assert on.job("gate") == 0
    assert on.job("release") == 0
    packages = "https://gitlab.example/api/v4/projects/12/packages/generic/stage-gate/v1.4.0"
    sent = [call for call in on.on.calls if "--upload-file" in call]
    assert [call.split()[-1] for call in sent] == [
        f"{packages}/shop-1.4.0.dossier.zip",
        f"{packages}/shop-1.4.0.dossier.zip.sha256",
    ]
    release = json.loads((on.on.here / "release.json").read_text("utf-8"))
    assert [link["url"] for link in release["assets"]["links"]] == [call.split()[-1] for call in sent]
    assert release["tag_name"] == "v1.4.0"
    assert "the shop opens" in release["description"]


def test_gitlab_says_and_keeps_what_is_bad(
    shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = {"id": 4, "body": "<!-- stagegate shop test none-named -->\n# NO GO"}
    on = gitlab(machine(shared, tmp_path, monkeypatch, "bash -eo pipefail -c", "postgres", json.dumps([note])))
    assert [on.job("shard", SHOP_DB=name) for name in ("sqlite", "postgres")] == [0, 1]
    assert on.jobs["gate"]["when"] == "always"
    assert on.job("gate") == 20
    assert on.job("comment") == on.job("comment", EARLIER="[]") == 0
    place = "https://gitlab.example/api/v4/projects/12/merge_requests/7/notes"
    sent = [call.partition("--request ")[2] for call in on.on.calls if "--request" in call]
    body = "--data-urlencode body@.stagegate/report.comment.md"
    assert sent == [f"PUT {body} {place}/4 --output note.json", f"POST {body} {place} --output note.json"]


# ---- Jenkins


def steps_of(stage: str) -> list[str]:
    """Return the shell steps of a part of a Jenkinsfile, as Groovy reads their quotes."""
    found = re.findall(r"\bsh (?:'''(.*?)'''|'([^']*)')", stage, re.DOTALL)
    return [(long or short).replace("\\\n", "").replace("\\\\", "\\") for long, short in found]


@pytest.mark.parametrize("broken", ["", "postgres"])
def test_jenkins_releases_what_is_good_and_keeps_what_is_bad(
    shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    text = (WORKFLOWS / "Jenkinsfile").read_text("utf-8")
    assert text.count("{") - text.count("{owner}/{repo}") * 2 == text.count("}") - text.count("{owner}/{repo}") * 2
    _, tests, gate, release, comment = re.split(r"stage\('(?:Tests|Gate|Release)'\)|\n    post \{", text)
    on = machine(shared, tmp_path, monkeypatch, "sh -xe -c", broken, "")
    on.environ |= {"JENKINS_URL": "https://jenkins.example/", "TAG_NAME": "v1.4.0", "CHANGE_ID": "7"}
    for shard in re.findall(r"'(\w+)'", re.search("values (.*)", tests)[1]):  # type: ignore[index]
        on.checkout()
        assert [on.run(step, SHOP_DB=shard) for step in steps_of(tests)] == [0, 0, int(shard == broken)]
        on.keep(f"record-{shard}", ["records", "."[:0]])
    on.checkout()
    cleared, installed, decided = steps_of(gate)
    assert on.run(cleared) == on.run(installed) == 0
    for name in re.findall("unstash '(.*?)'", gate):
        on.fetch(name, ".")
    assert on.run(decided) == (20 if broken else 0)
    assert (on.here / ".stagegate" / "gates.xml").is_file()
    assert "archiveArtifacts artifacts: '.stagegate/**, records/**'" in gate.partition("always {")[2]
    if broken:
        assert [on.run(step) for step in steps_of(comment)] == [0]
        assert 'select(.user.login == "builder" and (.body | startswith("<!-- stagegate shop ' in on.calls[-2]
        assert on.calls[-1] == "gh pr comment 7 --body-file .stagegate/report.comment.md"
    else:
        assert [on.run(step) for step in steps_of(release)] == [0, 0, 0]
        assert on.calls[-1].startswith("gh release create v1.4.0 ./shop-1.4.0.dossier.zip ./shop-1.4.0.dossier.zip.s")


# ---- a shell


@pytest.mark.parametrize(("broken", "status"), [("", 0), ("postgres", 20)])
def test_the_script_ends_as_the_decision_does_and_packs_all_of_it(
    shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, status: int
) -> None:
    on = machine(shared, tmp_path, monkeypatch, "sh", broken, "")
    on.checkout()
    assert on.run(str(WORKFLOWS / "gate.sh")) == status
    packed = subprocess.run(["tar", "-tzf", str(on.here / "stage-gate.tar.gz")], capture_output=True, check=True)
    assert {".stagegate/decision.json", ".stagegate/report.txt", "records/postgres/evidence.jsonl"} <= set(
        packed.stdout.decode().split()
    )


def test_nothing_is_released_by_the_script_when_the_decision_is_no_go(
    shared: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = machine(shared, tmp_path, monkeypatch, "sh", "none", "")
    on.shell = ("sh", str(WORKFLOWS / "release.sh"))
    on.checkout()
    assert on.run("v1.4.0") != 0
    assert on.calls == []


def test_the_page_shows_every_file() -> None:
    shown = set(
        re.findall(
            r"\{literalinclude\} workflows/(\S+)", "".join(path.read_text("utf-8") for path in PAGE.parent.glob("*.md"))
        )
    )
    assert shown == {path.name for path in WORKFLOWS.iterdir()}


def test_every_page_names_the_same_versions_of_actions() -> None:
    named = {
        action
        for path in PAGE.parents[1].rglob("*.md")
        for action in re.findall(r"uses: (actions/\S+)", path.read_text("utf-8"))
    }
    known = {action.partition("@")[0] for action in ACTIONS}
    assert {action for action in named if action.partition("@")[0] in known} <= set(ACTIONS)
