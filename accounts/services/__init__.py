from accounts.services.audit import record, record_denied
from accounts.services.exports import look_at_secret, record_export
from accounts.services.jobs import JobProgress, queue_job, run_job, sweep_jobs
from accounts.services.own import LANGUAGE_COOKIE, OWN_DATA, change_appearance, take_own_data
from accounts.services.passwords import set_own_password
from accounts.services.plans import apply_plan, compute_plan, discard_plan, make_plan, plan_given, plan_payload
from accounts.services.setup import system_is_empty

__all__ = [
    "LANGUAGE_COOKIE",
    "OWN_DATA",
    "JobProgress",
    "apply_plan",
    "change_appearance",
    "compute_plan",
    "discard_plan",
    "look_at_secret",
    "make_plan",
    "plan_given",
    "plan_payload",
    "queue_job",
    "record",
    "record_denied",
    "record_export",
    "run_job",
    "set_own_password",
    "sweep_jobs",
    "system_is_empty",
    "take_own_data",
]
