"""Figures of people: how many there are, what is known of them, and who they are (composition).

Sex, age, class and every profile field that counts in the composition: a field that an office adds has its figures
at once. Each part names its numerator, and the parts and what is not given re-add to everybody.
"""

from collections.abc import Iterator

from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort, Consent, Person, ProfileField, Trainee, TrainingClass
from cohorts.rules.profile import in_words
from trainee_mgmt.kit.figures import Base, Distribution, Scope, Split, distribution, family, figure

CLASS = Split("class", gettext_lazy("class"), "membership__training_class", TrainingClass)
COHORT = Split("cohort", gettext_lazy("cohort"), "cohort", Cohort)
NOT_GIVEN = gettext_lazy("not given")
# Full years on the first day of the cohort.
AGE = Func(
    Value("year"),
    Func(F("cohort__starts_on"), F("person__born_on"), function="AGE"),
    function="DATE_PART",
    output_field=IntegerField(),
)


def enrolled(scope: Scope) -> QuerySet[Trainee]:
    """Everybody who was ever taken into the cohorts."""
    return Trainee.objects.filter(cohort__in=scope.cohorts).with_class(scope.day)


def people(scope: Scope) -> QuerySet[Trainee]:
    """Who is or was in training to the end: everybody but those who withdrew."""
    return enrolled(scope).exclude(status=Trainee.Status.WITHDRAWN).alias(age=AGE)


ENROLLED = Base(
    "cohorts.enrolled",
    unit=pgettext_lazy("unit", "people"),
    rows_of=enrolled,
    permission="cohorts.view_trainee",
    table="cohorts.tables.figures.TraineeRows",
    splits=(CLASS, COHORT),
)
PEOPLE = Base(
    "cohorts.people",
    unit=pgettext_lazy("unit", "people"),
    rows_of=people,
    permission="cohorts.view_trainee",
    table="cohorts.tables.figures.TraineeRows",
    splits=(CLASS, COHORT),
)

TRAINEES = figure(
    "cohorts.trainees",
    label=gettext_lazy("Trainees"),
    definition=gettext_lazy(
        "Everybody in training or through to the end, of all who were ever taken in; the others withdrew."
    ),
    base=ENROLLED,
    hit=~Q(status=Trainee.Status.WITHDRAWN),
    rest_label=gettext_lazy("withdrawn"),
)
WITH_CLASS = figure(
    "cohorts.with_class",
    label=gettext_lazy("In a class"),
    definition=gettext_lazy("Trainees who belong to a class on the day shown."),
    base=PEOPLE,
    known=Q(membership__isnull=False),
    missing_label=gettext_lazy("without a class"),
)
PHONE = figure(
    "cohorts.phone",
    label=gettext_lazy("Phone known"),
    definition=gettext_lazy("Trainees whose phone number is recorded."),
    base=PEOPLE,
    known=Q(person__phone_index__isnull=False),
    missing_label=gettext_lazy("no phone"),
)
ID_NUMBER = figure(
    "cohorts.id_number",
    label=gettext_lazy("ID number known"),
    definition=gettext_lazy("Trainees whose ID number is recorded; the number itself is not shown."),
    base=PEOPLE,
    known=Q(person__id_index__isnull=False),
    missing_label=gettext_lazy("no ID number"),
)
ACCOUNT = figure(
    "cohorts.account",
    label=gettext_lazy("Can sign in"),
    definition=gettext_lazy("Trainees for whom an account was opened."),
    base=PEOPLE,
    known=Q(person__user__isnull=False),
    missing_label=gettext_lazy("no account"),
)

# Composition ------------------------------------------------------------------------------------------------------------

BANDS = {
    "-25": (None, 25),
    "26-30": (26, 30),
    "31-35": (31, 35),
    "36-40": (36, 40),
    "41-45": (41, 45),
    "46-50": (46, 50),
    "51-": (51, None),
}


def _in_band(first: int | None, last: int | None) -> Q:
    """Years of age on the first day of the cohort, from first to last."""
    younger = Q(age__lte=last) if last is not None else Q(age__isnull=False)
    return younger & Q(age__gte=first) if first is not None else younger


def band_words(band: str) -> str:
    first, _dash, last = band.partition("-")
    if not first:
        return _("%(last)s or younger") % {"last": last}
    if not last:
        return _("%(first)s or older") % {"first": first}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


distribution(
    "cohorts.age",
    label=gettext_lazy("Age"),
    definition=gettext_lazy("Trainees by their age in full years on the first day of the cohort."),
    base=PEOPLE,
    key=Case(*(When(_in_band(first, last), then=Value(name)) for name, (first, last) in BANDS.items())),
    words=band_words,
    order=tuple(BANDS),
    missing_label=NOT_GIVEN,
)
figure(
    "cohorts.aged_26_to_40",
    label=gettext_lazy("Aged 26 to 40"),
    definition=gettext_lazy("Trainees of 26 to 40 full years on the first day of the cohort, of those whose age is known."),
    base=PEOPLE,
    hit=Q(age__gte=26, age__lte=40),
    known=Q(age__isnull=False),
    missing_label=NOT_GIVEN,
)  # fmt: skip
distribution(
    "cohorts.sex",
    label=gettext_lazy("Sex"),
    definition=gettext_lazy("Trainees by sex, as it was recorded."),
    base=PEOPLE,
    key=NullIf("person__sex", Value("")),
    words=lambda sex: str(Person.Sex(sex).label),
    order=tuple(Person.Sex.values),
    missing_label=NOT_GIVEN,
)


@family
def profile_figures(scope: Scope) -> Iterator[Distribution]:
    """One distribution for each profile field of the cohorts that counts in the composition; one query."""
    fields = ProfileField.objects.filter(cohort__in=scope.cohorts, in_composition=True).order_by("order", "pk")
    seen = set()
    for each in fields:
        if each.key not in seen:
            seen.add(each.key)
            yield profile_distribution(each)


def profile_distribution(of: ProfileField) -> Distribution:
    definition = gettext_lazy("Trainees by the answer to “%(label)s”.")
    if of.needs_consent:
        definition = gettext_lazy(
            "Trainees by the answer to “%(label)s”; who did not consent to its use counts as not given."
        )
    return Distribution(
        f"cohorts.profile.{of.key}",
        label=of.label,
        definition=str(definition) % {"label": of.label},
        base=PEOPLE,
        key=profile_answer(of),
        words=(lambda answer: in_words(of.kind, answer)),
        order=_answers_of(of),
        missing_label=NOT_GIVEN,
        closed=_("“%(label)s” is a masked field, so its rows are not opened.") % {"label": of.label}
        if of.is_personal
        else "",
    )


def profile_answer(of: ProfileField):
    """The value of a field as text, null where there is none; of one that needs consent, only where it was given."""
    value = NullIf(KT(f"profile__{of.key}"), Value("", output_field=TextField()))
    if not of.needs_consent:
        return value
    given = Consent.objects.filter(
        person=OuterRef("person"), purpose=Consent.Purpose.PROFILE, withdrawn_at__isnull=True
    )
    return Case(When(Exists(given), then=value))


def _answers_of(of: ProfileField) -> tuple[str, ...]:
    if of.kind == ProfileField.Kind.YES_NO:
        return ("true", "false")
    return tuple(of.choices) if of.kind == ProfileField.Kind.CHOICE else ()
