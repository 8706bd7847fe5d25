"""Columns and filters of the lists of this app; one module a topic."""
