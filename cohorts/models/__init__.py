from cohorts.models.announcements import Announcement
from cohorts.models.applications import Application, ApplicationRound, EligibilityRule, UnitQuota
from cohorts.models.cohorts import Cohort, PastJournalRule, TrainingClass
from cohorts.models.groups import ClassOfficer, GroupMembership, StudyGroup
from cohorts.models.people import Consent, Person
from cohorts.models.profile import ProfileField
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
    "GroupMembership",
    "PastJournalRule",
    "Person",
    "ProfileField",
    "StudyGroup",
    "Trainee",
    "TrainingClass",
    "UnitQuota",
]
