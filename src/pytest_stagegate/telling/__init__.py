"""From commits and other sources to the entries of release notes; no file is read and nobody is asked."""
