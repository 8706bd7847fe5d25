"""Who may do what with journals and their pictures, what is made of them, and passages that they share."""

from django.db.models import Q

from accounts.models import Role
from cohorts.access import my_traineeships
from cohorts.models import Trainee
from learning.access.scope import my_own_rows, of_me, of_trainees_of_my_classes
from learning.models import Journal
from trainee_mgmt.kit.access import grant


def handed_in_by_my_classes(user, role) -> Q:
    """
    journals of trainees in the scope of the role, drafts left out; as a class officer none of a cohort that I attend myself
    """
    handed_in = of_trainees_of_my_classes(user, role) & ~Q(state="draft")
    if role != Role.OFFICER:
        return handed_in
    return handed_in & ~Q(trainee__cohort__in=Trainee.objects.filter(person__user=user).values("cohort"))


def pictures_of_my_classes(user, role) -> Q:
    """pictures of journals that trainees in the scope of the role handed in"""
    return Q(journal__in=Journal.objects.filter(handed_in_by_my_classes(user, role)))


def answered_by_me(user, role) -> Q:
    """
    journals of trainees in the scope of the role, drafts and my own left out; as a class officer none of a cohort that I attend myself
    """
    return handed_in_by_my_classes(user, role) & ~Q(trainee__in=of_me(user))


def my_own_pictures(user, role) -> Q:
    """pictures of my own journals"""
    return Q(journal__in=Journal.objects.filter(my_own_rows(user, role)))


grant("learning.write_journal", on="cohorts.Trainee", trainee=my_traineeships)

grant(
    "learning.view_picture",
    on="learning.JournalPicture",
    admin=pictures_of_my_classes,
    organizer=pictures_of_my_classes,
    officer=pictures_of_my_classes,
    trainee=my_own_pictures,
)

grant(
    "learning.view_journal",
    on="learning.Journal",
    admin=handed_in_by_my_classes,
    organizer=handed_in_by_my_classes,
    officer=handed_in_by_my_classes,
)

grant(
    "learning.review_journal",
    on="learning.Journal",
    admin=answered_by_me,
    organizer=answered_by_me,
    officer=answered_by_me,
)

# Head teachers read and answer journals, and give no scores. Officers who are trainees of the class see who owes one.
grant(
    "learning.score_journal",
    on="learning.Journal",
    admin=answered_by_me,
    organizer=answered_by_me,
)


def findings_of_my_classes(user, role) -> Q:
    """findings from journals that trainees in the scope of the role handed in"""
    return Q(journal__in=Journal.objects.filter(handed_in_by_my_classes(user, role)).values("pk"))


def findings_from_my_journals(user, role) -> Q:
    """findings from my own journals"""
    return Q(journal__in=Journal.objects.filter(my_own_rows(user, role)).values("pk"))


def findings_that_i_made(user, role) -> Q:
    """findings that I made from my own journals"""
    return findings_from_my_journals(user, role) & Q(made_by=user)


def my_own_handed_in(user, role) -> Q:
    """my own journals, drafts left out"""
    return my_own_rows(user, role) & ~Q(state="draft")


_READERS = ("admin", "organizer", "officer")

grant(
    "learning.cite_journal",
    on="learning.Journal",
    trainee=my_own_handed_in,
    **dict.fromkeys(_READERS, handed_in_by_my_classes),
)

grant("learning.list_finding", on="learning.Finding", **dict.fromkeys(_READERS, findings_of_my_classes))

grant(
    "learning.view_finding",
    on="learning.Finding",
    trainee=findings_from_my_journals,
    **dict.fromkeys(_READERS, findings_of_my_classes),
)

grant(
    "learning.change_finding",
    on="learning.Finding",
    trainee=findings_that_i_made,
    **dict.fromkeys(_READERS, findings_of_my_classes),
)

grant("learning.see_own_findings", on="learning.Finding", trainee=findings_from_my_journals)


def signals_of_my_classes(user, role) -> Q:
    """shared passages in journals that trainees in the scope of the role handed in"""
    return Q(journal__in=Journal.objects.filter(handed_in_by_my_classes(user, role)).values("pk"))


def signals_that_i_answer(user, role) -> Q:
    """shared passages in journals that trainees in the scope of the role handed in, my own left out"""
    return Q(journal__in=Journal.objects.filter(answered_by_me(user, role)).values("pk"))


grant("learning.view_copysignal", on="learning.CopySignal", **dict.fromkeys(_READERS, signals_of_my_classes))

grant("learning.settle_copysignal", on="learning.CopySignal", **dict.fromkeys(_READERS, signals_that_i_answer))
