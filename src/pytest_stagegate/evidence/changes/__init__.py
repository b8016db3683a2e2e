"""What changed between two releases, read from the history and from files."""
