"""A small shop with real defects."""
