"""Keeping decisions in the output folder, so that a later one can be compared with them.

They are for people, and no evidence: nothing that is decided or verified reads them.
"""
