"""Evidence: writing the record of a run, and reading files back into values. No judgement happens here."""
