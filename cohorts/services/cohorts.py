from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ScopeKind
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.following import end_over
from cohorts.models import Cohort, PastJournalRule, ProfileField, TrainingClass
from cohorts.rules.defaults import PROFILE_FIELDS
from cohorts.rules.journaling import Every, JournalRule, changed
from cohorts.selectors.cohorts import journal_rules
from programs.models import Program
from trainee_mgmt.kit.errors import Refused

# Apps that keep dated facts of a cohort say here which lie outside its days: a sentence, or nothing.
OUTSIDE: list[Callable[[Cohort], str]] = []
# Apps that keep rules of a cohort say here what a copy takes over: (source, new cohort, with_courses) -> how many of each.
COPIED_ALONG: list[Callable[..., dict[str, int]]] = []
# Apps that ask for something before a cohort is closed say here what is still open: a sentence, or nothing.
AGAINST_CLOSING: list[Callable[[Cohort], str]] = []
FIRST, LAST, LONGEST = date(2000, 1, 1), date(2100, 12, 31), timedelta(days=5 * 366)  # each week of it is a row
COPIED_SETTINGS = (
    "journal_every",
    "journal_due_in",
    "journal_review_in",
    "journal_score",
    "journal_scale",
    "journal_prompts",
)


@dataclass(frozen=True)
class Copied:
    """What a new cohort took over from an old one. It never takes people or records."""

    cohort: Cohort
    settings: int
    profile_fields: int
    classes: int


@transaction.atomic
def create_cohort(*, program: Program, name: str, starts_on: date, ends_on: date, **settings) -> Cohort:
    """A new cohort with the usual profile fields (``cohorts.rules.defaults``)."""
    cohort = _made(program, name=name, starts_on=starts_on, ends_on=ends_on, **settings)
    ProfileField.objects.bulk_create(
        ProfileField(
            cohort=cohort,
            key=line.key,
            label=str(line.label),
            kind=line.kind,
            in_composition=line.in_composition,
            filled_by_trainee=line.filled_by_trainee,
            order=order,
        )
        for order, line in enumerate(PROFILE_FIELDS, start=1)
    )
    record("cohorts.create_cohort", cohort, after=_dates(cohort) | {"program": program.name, "name": name})
    return cohort


@transaction.atomic
def copy_cohort(
    source: Cohort,
    *,
    program: Program,
    name: str,
    starts_on: date,
    ends_on: date,
    with_classes: bool,
    with_courses: bool = False,
) -> Copied:
    """A new cohort with the settings, rules, profile fields and, if asked, the empty classes and the online courses of
    ``source``. No people, no records."""
    settings = {field: getattr(source, field) for field in COPIED_SETTINGS}
    cohort = _made(program, name=name, starts_on=starts_on, ends_on=ends_on, **settings)
    fields = _again(source.profile_fields.order_by("order", "pk"), cohort)
    ProfileField.objects.bulk_create(fields)
    classes = _again(source.classes.order_by("number", "pk"), cohort) if with_classes else []
    TrainingClass.objects.bulk_create(classes)
    copied = Copied(cohort, len(settings), len(fields), len(classes))
    along = {}
    for copy in COPIED_ALONG:
        along |= copy(source, cohort, with_courses=with_courses)
    record(
        "cohorts.copy_cohort",
        cohort,
        after=_dates(cohort)
        | {
            "program": program.name,
            "name": name,
            "from": source.name,
            "profile_fields": copied.profile_fields,
            "classes": copied.classes,
        }
        | {name: count for name, count in along.items() if count},
    )
    return copied


@transaction.atomic
def edit_cohort(cohort: Cohort, **values) -> Cohort:
    """Change name, dates or settings. The program stays: rights and figures hang from it. What happened on a day of the
    cohort stays inside its days, and journals of a period that has begun stay due as they were."""
    cohort = _locked(cohort)
    values = _rule_of_journals(cohort, values)
    before, after = changes(cohort, values)
    if not after:
        return cohort
    for field, value in after.items():
        setattr(cohort, field, value)
    _save(cohort, update_fields=list(after))
    if {"starts_on", "ends_on"} & after.keys() and (
        sentence := next(filter(None, (find(cohort) for find in OUTSIDE)), "")
    ):
        raise Refused(sentence)
    record("cohorts.edit_cohort", cohort, before=before, after=after)
    return cohort


@transaction.atomic
def close_cohort(cohort: Cohort) -> None:
    """Its people, classes and groups are changed no more; what was begun (journals, scores) can still be ended."""
    cohort = _locked(cohort)
    if cohort.is_closed:
        raise Refused(_("This cohort is closed already."))
    if said := against_closing(cohort):
        raise Refused(said)
    Cohort.objects.filter(pk=cohort.pk).update(is_closed=True)
    record("cohorts.close_cohort", cohort)


def against_closing(cohort: Cohort) -> str:
    """Why the cohort cannot be closed yet, in words; empty if nothing stands against it."""
    return " ".join(filter(None, (find(cohort) for find in AGAINST_CLOSING)))


@transaction.atomic
def reopen_cohort(cohort: Cohort) -> None:
    """Everything of the cohort may be changed again."""
    cohort = _locked(cohort)
    if not cohort.is_closed:
        raise Refused(_("This cohort is open already."))
    Cohort.objects.filter(pk=cohort.pk).update(is_closed=False)
    record("cohorts.reopen_cohort", cohort)


@transaction.atomic
def delete_cohort(cohort: Cohort) -> None:
    """Only a cohort without classes, trainees and records goes, for one that was made by mistake; with it, the roles
    granted over it."""
    cohort = _locked(cohort)
    record("cohorts.delete_cohort", cohort, before=_dates(cohort) | {"name": cohort.name})
    end_over(ScopeKind.COHORT, cohort.pk)
    try:
        with transaction.atomic():
            cohort.delete()
    except ProtectedError:
        raise Refused(_("This cohort has classes, people or records. Close it instead.")) from None


def _made(program: Program, **values) -> Cohort:
    program = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    if program.closed_on:
        raise Refused(_("%(program)s is closed; no new cohort can be made in it.") % {"program": program.name})
    cohort = Cohort(program=program, **values)
    _save(cohort)
    return cohort


def _save(cohort: Cohort, **options) -> None:
    if cohort.ends_on < cohort.starts_on:
        raise Refused(_("The last day lies before the first."))
    if not (FIRST <= cohort.starts_on <= LAST and cohort.ends_on - cohort.starts_on <= LONGEST):
        raise Refused(_("A cohort begins between 2000 and 2100 and lasts five years at most. Please check the dates."))
    try:
        with transaction.atomic():
            cohort.save(**options)
    except IntegrityError:
        raise Refused(_("This program has a cohort of this name already.")) from None


def _again(rows, cohort: Cohort) -> list:
    """The same rows, not saved yet, for another cohort."""
    copies = list(rows)
    for copy in copies:
        copy.pk, copy.cohort = None, cohort
        copy._state.adding = True
    return copies


def _rule_of_journals(cohort: Cohort, values: dict) -> dict:
    """The values with the day from which the rule of journals holds; the rules before it are written."""
    new = JournalRule(
        Every(values.get("journal_every", cohort.journal_every)), values.get("journal_due_in", cohort.journal_due_in)
    )
    if new.asks_the_same_as(cohort.journal_rule):
        return values
    starts_on = values.get("starts_on", cohort.starts_on)
    *past, last = changed(journal_rules(cohort), new, starts_on=starts_on, today=timezone.localdate())
    kept = {each.until_on for each in past}
    cohort.past_journal_rules.exclude(until_on__in=kept).delete()
    PastJournalRule.objects.bulk_create(
        (
            PastJournalRule(
                cohort=cohort, every=each.every, due_in=each.due_in, from_on=each.from_on, until_on=each.until_on
            )
            for each in past
        ),
        ignore_conflicts=True,  # those that were written before
    )
    return values | {"journal_from": last.from_on}


def _locked(cohort: Cohort) -> Cohort:
    return Cohort.objects.select_for_update(of=("self",)).select_related("program").get(pk=cohort.pk)


def _dates(cohort: Cohort) -> dict:
    return {"starts_on": cohort.starts_on, "ends_on": cohort.ends_on}
