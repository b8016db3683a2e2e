"""A project in a folder of its own, and the gate run on it."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

# A run inside this process takes away what it imported, and half a package imported anew is two packages.
import pytest_stagegate.evidence.coverage_report
import pytest_stagegate.live.session  # noqa: F401
from pytest_stagegate.cli import main

MIXED = """
    import pytest
    def test_passes(): pass
    def test_passes_too(): pass
    @pytest.mark.skip(reason="not here")
    def test_skipped(): pass
    @pytest.mark.xfail(reason="known")
    def test_xfails(): assert False
    @pytest.mark.xfail(reason="was known")
    def test_xpasses(): pass
"""


# Other plugins that may be installed, and the option that asks for each: what a run does not ask for it does not load.
OTHERS = {
    "cacheprovider": "--lf",
    "hypothesispytest": "--hypothesis",
    "pytest_cov": "--cov",
    "randomly": "--randomly",
    "rerunfailures": "--reruns",
    "xdist": "-n",
    "xdist.looponfail": "-n",
}


def left_out(args: tuple[str, ...]) -> list[str]:
    """The words that keep pytest from loading plugins that these arguments don't need."""
    unused = [name for name, option in OTHERS.items() if not any(arg.startswith(option) for arg in args)]
    return [word for name in unused for word in ("-p", f"no:{name}")]


@dataclass
class Gated:
    """What one run with --stage-gate left behind."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def decision(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "decision.json").read_bytes())
        return content

    @property
    def word(self) -> str:
        return str(self.decision["decision"])

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not 0, but for those that follow from others."""
        return {key: value for key, value in self.decision["tests"].items() if value and key != "untagged"}

    @property
    def incomplete(self) -> list[str]:
        return [note["reason"] for note in self.decision["incomplete"]]

    @property
    def provisional(self) -> list[str]:
        return [note["reason"] for note in self.decision["provisional"]]

    @property
    def last_line(self) -> str:
        return [line for line in self.out.splitlines() if line.strip()][-1]

    def gate(self, name: str) -> dict[str, Any]:
        return next(gate for gate in self.decision["gates"] if gate["gate"] == name)

    def check(self, gate: str, name: str) -> dict[str, Any]:
        return next(check for check in self.gate(gate)["checks"] if check["name"] == name)


class Project:
    """A project under test in its own folder; its commit is stated, so that decisions on it are not provisional."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.strip("\n").splitlines()
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        path.write_text("\n".join(line[indent:] for line in lines) + "\n", encoding="utf-8")

    def wheel(self, name: str, **modules: str) -> Path:
        """Write a wheel of the name and version that its file name says; ``price="A = 1"`` is a module of it."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        project, version = path.name.split("-")[:2]
        with zipfile.ZipFile(path, "w") as archive:
            metadata = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
            archive.writestr(zipfile.ZipInfo(f"{project}-{version}.dist-info/METADATA"), metadata)
            for module, text in modules.items():
                archive.writestr(zipfile.ZipInfo(f"{project}/{module}.py"), text)
        return path

    def run(self, *args: str, process: bool = False, gate: bool = True) -> Gated:
        """Run pytest with --stage-gate, in this process unless the test needs one of its own."""
        words = [*left_out(args), *(["--stage-gate"] if gate else []), *args]
        run = self.pytester.runpytest_subprocess if process else self.pytester.runpytest_inprocess
        result = run(*words)
        return Gated(int(result.ret), str(result.stdout), str(result.stderr), self.path / ".stagegate")

    def shard(self, name: str, *args: str, process: bool = False) -> Gated:
        """Record a shard; its record is kept in ``records/NAME``."""
        run = self.run(f"--stage-gate-shard={name}", *args, gate=False, process=process)
        kept = self.path / "records" / name
        kept.mkdir(parents=True, exist_ok=True)
        (run.folder / "evidence.jsonl").replace(kept / "evidence.jsonl")
        return run

    def check(self, *args: str) -> Gated:
        """Decide offline, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(["check", *args])
        assert isinstance(ended.value.code, int)
        return Gated(ended.value.code, out.getvalue(), err.getvalue(), self.path / ".stagegate")

    def commit_everything(self) -> None:
        """Make the project a repository with one commit."""
        person = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        for words in (["init", "--quiet"], ["add", "--all"], [*person, "commit", "--quiet", "--message=all"]):
            subprocess.run(["git", *words], cwd=self.path, check=True, capture_output=True)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project."""
    # A coverage that measures these tests is no part of the run under test.
    monkeypatch.setattr(coverage.Coverage, "current", classmethod(lambda cls: None))
    monkeypatch.setenv("STAGEGATE_COMMIT", "0123456789abcdef")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("COLUMNS", "120")
    for variable in (
        "PYTEST_XDIST_WORKER",
        "CI",
        "GITHUB_ACTIONS",
        "GITHUB_SHA",
        "GITLAB_CI",
        "PYTEST_ADDOPTS",
        "COVERAGE_PROCESS_START",
    ):
        monkeypatch.delenv(variable, raising=False)
    return Project(pytester)


@pytest.fixture(params=["serial", "n2"])
def workers(request: pytest.FixtureRequest) -> list[str]:
    """The same run in one process and over two workers."""
    if request.param == "serial":
        return []
    pytest.importorskip("xdist")
    return ["-n2"]
