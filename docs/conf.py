"""How Sphinx builds the documentation: `tox -e docs`."""

project = "pytest-stagegate"
author = "The pytest-stagegate developers"
copyright = "2026, The pytest-stagegate developers"

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
suppress_warnings = ["toc.empty_glob"]  # a section of the index may still be without a page
myst_heading_anchors = 3

html_theme = "furo"
