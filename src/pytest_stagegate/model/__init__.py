"""Frozen values: numbers, evidence, checks, verdicts, decisions. No input or output happens here."""
