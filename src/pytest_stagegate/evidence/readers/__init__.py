"""Readers of other tools' files, one module a format; each answers with `Contents`."""
