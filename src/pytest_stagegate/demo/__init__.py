"""``stagegate demo``: a sample project, and the commands that show the product on it."""
