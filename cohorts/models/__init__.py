from cohorts.models.announcements import Announcement
from cohorts.models.applications import Application, ApplicationRound, EligibilityRule, UnitQuota
from cohorts.models.calls import Exemption, Override
from cohorts.models.cohorts import Cohort, PastJournalRule, TrainingClass
from cohorts.models.groups import ClassOfficer, GroupMembership, StudyGroup
from cohorts.models.people import Consent, Person
from cohorts.models.profile import ProfileField
from cohorts.models.screening import Screening, ScreeningDecision, ScreeningRow, ScreeningRules
from cohorts.models.trainees import ClassMembership, Trainee

__all__ = [
    "Announcement",
    "Application",
    "ApplicationRound",
    "ClassMembership",
    "ClassOfficer",
    "Cohort",
    "Consent",
    "EligibilityRule",
    "Exemption",
    "GroupMembership",
    "Override",
    "PastJournalRule",
    "Person",
    "ProfileField",
    "Screening",
    "ScreeningDecision",
    "ScreeningRow",
    "ScreeningRules",
    "StudyGroup",
    "Trainee",
    "TrainingClass",
    "UnitQuota",
]
