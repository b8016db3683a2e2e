"""Check a built wheel and sdist: what is in them, and that the wheel works in a fresh environment.

usage: check_distributions.py DIST_DIR   (holds one wheel and one sdist)

Prints what was checked and exits 0, or prints every fault found and exits 1.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "pytest_stagegate"
NEEDED = {"py.typed", "plugin.py", "cli/__init__.py", "policy/packs/library.toml"}
NEEDED_SUFFIXES = {".j2", ".schema.json"}
SDIST_ENTRIES = {
    *("src", "gates", "tests", "docs", "bench", "changelog"),
    *("CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml", "tox.ini"),
}


def package_files() -> set[str]:
    """Every file below src/, data files and dotfiles too, as a path relative to src/."""
    source = ROOT / "src"
    return {
        path.relative_to(source).as_posix()
        for path in (source / PACKAGE).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def only_file(directory: Path, pattern: str) -> Path:
    found = sorted(directory.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{directory}: expected one {pattern}, found {len(found)}")
    return found[0]


def wheel_faults(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    information = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    packed = {name for name in names if name.split("/")[0] != information}
    expected = package_files()
    faults = [f"wheel: {name} is missing" for name in sorted(expected - packed)]
    faults += [f"wheel: {name} does not belong there" for name in sorted(packed - expected)]
    faults += [f"wheel: no {name} in {PACKAGE}/" for name in sorted(NEEDED) if f"{PACKAGE}/{name}" not in packed]
    faults += [
        f"wheel: no *{suffix} file" for suffix in sorted(NEEDED_SUFFIXES) if not any(n.endswith(suffix) for n in packed)
    ]
    if not any(name.startswith(f"{PACKAGE}/demo/project/") for name in packed):
        faults.append("wheel: no demo/project/")
    return faults


def sdist_faults(sdist: Path) -> list[str]:
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    missing = SDIST_ENTRIES - {name.split("/")[0] for name in names}
    faults = [f"sdist: {entry} is missing" for entry in sorted(missing)]
    return faults + [f"sdist: src/{name} is missing" for name in sorted(package_files()) if f"src/{name}" not in names]


def fault_of(command: list[str], cwd: Path, *, says: str = "") -> list[str]:
    """Run a command; a status other than 0, or an output without `says`, is a fault."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0 and says in done.stdout:
        return []
    shown = " ".join([Path(command[0]).name, *command[1:]])
    return [f"`{shown}` ended with {done.returncode}, expected 0 and {says!r}:\n{done.stdout}"]


def run_faults(wheel: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        programs = folder / "venv" / "bin"
        project = folder / "project"
        project.mkdir()
        (project / "test_one.py").write_text("def test_one():\n    assert 1 + 1 == 2\n", encoding="utf-8")
        pip, stagegate, python = (str(programs / program) for program in ("pip", "stagegate", "python"))
        faults = fault_of([pip, "install", "--quiet", str(wheel)], folder)
        if not faults:
            faults += fault_of([stagegate, "--version"], project, says=wheel.name.split("-")[1])
            faults += fault_of([python, "-m", "pytest", "--stage-gate"], project, says="1 passed")
        return faults


def main(directory: Path) -> int:
    wheel, sdist = only_file(directory, "*.whl"), only_file(directory, "*.tar.gz")
    faults = wheel_faults(wheel) + sdist_faults(sdist) + run_faults(wheel)
    print(*faults or [f"{wheel.name} and {sdist.name}: contents and first run are as expected"], sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
