"""Manual tests as people write them, and the results that they hand over."""
