"""The pictures in the documentation show the report as it looks now."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pictures", IMAGES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_are_of_the_templates_that_are_here() -> None:
    made_from = json.loads((IMAGES / "made-from.json").read_text(encoding="utf-8"))
    assert made_from == maker().digests(), "the report looks otherwise by now: python docs/images/make.py"


def test_every_picture_that_is_made_is_there() -> None:
    assert {path.name for path in IMAGES.glob("*.png")} == set(maker().PICTURES)
