"""The live run: pytest's hooks translated into evidence, and the decision taken at its end."""
