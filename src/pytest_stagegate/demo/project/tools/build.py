"""Build the wheel, and build it once more: the same sources have to give the same bytes.

A real project runs `python -m build`. That needs packages that a sample can't count on, so this script writes the
wheel by itself.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = PROJECT["name"].replace("-", "_")
WHEEL = f"{NAME}-{PROJECT['version']}-py3-none-any.whl"


def metadata() -> dict[str, bytes]:
    """Return the files of the wheel that say what it is."""
    folder = f"{NAME}-{PROJECT['version']}.dist-info"
    needs = "".join(f"Requires-Dist: {each}\n" for each in PROJECT["dependencies"])
    about = f"Metadata-Version: 2.3\nName: {PROJECT['name']}\nVersion: {PROJECT['version']}\n{needs}"
    kind = "Wheel-Version: 1.0\nGenerator: tools/build.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return {f"{folder}/METADATA": about.encode(), f"{folder}/WHEEL": kind.encode()}


def build(folder: Path) -> Path:
    """Write the wheel; the same sources give the same bytes."""
    sources = sorted((ROOT / "src").rglob("*.py"))
    files = {path.relative_to(ROOT / "src").as_posix(): path.read_bytes() for path in sources} | metadata()
    record = f"{NAME}-{PROJECT['version']}.dist-info/RECORD"
    lines = [f"{name},sha256={_urlsafe(content)},{len(content)}" for name, content in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            wheel.writestr(zipfile.ZipInfo(name, (2026, 10, 1, 0, 0, 0)), content)
    return folder / WHEEL


def _urlsafe(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def main() -> None:
    """Build both."""
    for folder in ("dist", "dist/again"):
        print(f"wrote {build(ROOT / folder).relative_to(ROOT).as_posix()}")


if __name__ == "__main__":
    main()
