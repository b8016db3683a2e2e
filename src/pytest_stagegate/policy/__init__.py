"""The policy: which gates apply at which stage and environment, with which limits, and how strictly."""
