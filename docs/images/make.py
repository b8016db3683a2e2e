"""Make the pictures of the documentation from a real run.

``python docs/images/make.py`` needs the program chromium and the package playwright. ``made-from.json`` says what a
picture shows; a test holds it against the templates, so that no picture is of a page that looks otherwise by now.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent
TEMPLATES = IMAGES.parents[1] / "src" / "pytest_stagegate" / "documents" / "templates"
SHOWN = ("page.css.j2", "report.html.j2", "ring.svg.j2")
MADE_FROM = IMAGES / "made-from.json"
STOPPED = 20
PICTURES = {"report.png": (1280, 960), "report-phone.png": (360, 760)}


def digests() -> dict[str, str]:
    """Return the digest of each template that a picture shows."""
    return {name: hashlib.sha256((TEMPLATES / name).read_bytes()).hexdigest() for name in SHOWN}


def main() -> None:
    """Walk one version to the stage where a fault stops it, and take pictures of the report of that stage."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        stagegate = str(Path(sys.executable).with_name("stagegate"))
        demo = [stagegate, "demo", "--full", "--fault=release", f"{folder}/demo"]
        done = subprocess.run(demo, capture_output=True, text=True, check=False)
        if done.returncode != STOPPED:
            raise SystemExit(f"the demo ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}")
        report = Path(folder, "demo", ".stagegate", "release", "report.html")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, (width, height) in PICTURES.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(report.as_uri())
                page.screenshot(path=IMAGES / name)
    MADE_FROM.write_text(json.dumps(digests(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
