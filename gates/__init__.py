"""This project's own gates: to its releases what ``tests/`` is to its code."""
