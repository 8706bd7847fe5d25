from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.grants import Grant, Role, ScopeKind
from accounts.models.letters import LinkLetter
from accounts.models.notices import (
    INBOX,
    Address,
    CalendarDay,
    Channel,
    Delivery,
    Message,
    Notice,
    NoticeSettings,
)
from accounts.models.requests import Complaint, ExportRecord, SecretLook
from accounts.models.units import Unit
from accounts.models.users import User
from accounts.models.work import Job, Plan

__all__ = [
    "INBOX",
    "Address",
    "AuditEntry",
    "AuditSeal",
    "CalendarDay",
    "Channel",
    "Complaint",
    "Delivery",
    "ExportRecord",
    "Grant",
    "Job",
    "LinkLetter",
    "Message",
    "Notice",
    "NoticeSettings",
    "Plan",
    "Role",
    "ScopeKind",
    "SecretLook",
    "Unit",
    "User",
]
