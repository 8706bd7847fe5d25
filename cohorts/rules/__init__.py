"""Decisions of the cohorts app on plain values: no queries, no clock, no request, no models."""
