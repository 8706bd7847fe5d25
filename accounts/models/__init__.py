from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.grants import Grant, Role, ScopeKind
from accounts.models.requests import Complaint, ExportRecord, SecretLook
from accounts.models.units import Unit
from accounts.models.users import User
from accounts.models.work import Job, Plan

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "Complaint",
    "ExportRecord",
    "Grant",
    "Job",
    "Plan",
    "Role",
    "ScopeKind",
    "SecretLook",
    "Unit",
    "User",
]
