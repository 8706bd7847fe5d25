from accounts.services.audit import record, record_denied
from accounts.services.complaints import answer_complaint, send_complaint
from accounts.services.exports import look_at_secret, record_export
from accounts.services.grants import delegate_grant, end_grant, give_grant, refuse_beyond
from accounts.services.jobs import JobProgress, live_progress, queue_job, run_job, sweep_jobs
from accounts.services.own import LANGUAGE_COOKIE, OWN_DATA, OWN_PAGES, change_appearance, take_own_data
from accounts.services.passwords import set_own_password
from accounts.services.plans import (
    apply_plan,
    compute_plan,
    discard_plan,
    make_plan,
    plan_given,
    plan_payload,
    recompute_plan,
    start_apply,
)
from accounts.services.setup import is_setup_token, new_setup_token, set_up, system_is_empty
from accounts.services.units import change_unit, close_unit, create_unit, delete_unit, move_unit, reopen_unit
from accounts.services.users import (
    NewAccount,
    accounts_by_phone,
    change_account,
    first_passwords,
    open_account,
    open_accounts,
    reactivate,
    reset_password,
    suspend,
    switch_off_second_step,
)
from accounts.services.view_as import VIEW_AS, end_view_as, start_view_as

__all__ = [
    "LANGUAGE_COOKIE",
    "OWN_DATA",
    "OWN_PAGES",
    "VIEW_AS",
    "JobProgress",
    "NewAccount",
    "accounts_by_phone",
    "answer_complaint",
    "apply_plan",
    "change_account",
    "change_appearance",
    "change_unit",
    "close_unit",
    "compute_plan",
    "create_unit",
    "delegate_grant",
    "delete_unit",
    "discard_plan",
    "end_grant",
    "end_view_as",
    "first_passwords",
    "give_grant",
    "is_setup_token",
    "live_progress",
    "look_at_secret",
    "make_plan",
    "move_unit",
    "new_setup_token",
    "open_account",
    "open_accounts",
    "plan_given",
    "plan_payload",
    "queue_job",
    "reactivate",
    "recompute_plan",
    "record",
    "record_denied",
    "record_export",
    "refuse_beyond",
    "reopen_unit",
    "reset_password",
    "run_job",
    "send_complaint",
    "set_own_password",
    "set_up",
    "start_apply",
    "start_view_as",
    "suspend",
    "sweep_jobs",
    "switch_off_second_step",
    "system_is_empty",
    "take_own_data",
]
