from cohorts.services.roster import apply_roster, compute_roster

__all__ = ["apply_roster", "compute_roster"]
