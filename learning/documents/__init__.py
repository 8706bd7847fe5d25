"""Files that learning hands out, by topic."""
