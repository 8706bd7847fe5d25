"""Roster files: ``compute_roster`` decides, a person reads, ``apply_roster`` writes."""

from cohorts.services.roster.applying import apply_roster
from cohorts.services.roster.computing import COLUMNS, PLAN, compute_roster
from cohorts.services.roster.planning import CHANGED, NEW, OUT, UNCHANGED

__all__ = ["CHANGED", "COLUMNS", "NEW", "OUT", "PLAN", "UNCHANGED", "apply_roster", "compute_roster"]
