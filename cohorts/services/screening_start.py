"""Beginning a screening with the four priorities that programs of secondment usually have."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cohorts.models import ApplicationRound, Cohort, ProfileField, ScreeningRules
from cohorts.rules.applications import Operator
from cohorts.rules.profile_keys import profile_key
from cohorts.rules.screening import PriorityRule, RuleSet
from cohorts.selectors.screening import newest_rules
from cohorts.services.applications import remedies
from cohorts.services.applications.states import lock_round
from cohorts.services.screening import make_rules
from trainee_mgmt.kit.errors import Refused

# What forms of the office call them (in Chinese), what they are called here, and the points of each.
FOUR = (
    ("在产业园区工作", gettext_lazy("Works in an industrial park"), 10),
    ("在经济部门工作", gettext_lazy("Works in an economic department"), 8),
    ("有大湾区工作经历", gettext_lazy("Has worked in the Greater Bay Area"), 6),
    ("新引进高素质人才", gettext_lazy("Newly recruited, highly qualified"), 4),
)
WAITING_PLACES = 10


@transaction.atomic
def begin_with_four(round: ApplicationRound, *, by: User, waiting_places: int = WAITING_PLACES) -> ScreeningRules:
    """The first version. A yes-or-no field of the same name is used; one that is missing is made, asked of applicants."""
    round = lock_round(round.pk)
    if newest_rules(round):
        raise Refused(
            _("There are rules already. Make a new version of them."), remedy=remedies.the_rules(round.cohort_id)
        )
    keys = _keys(round.cohort)
    rules = tuple(
        PriorityRule(keys[label], Operator.ONE_OF.value, [True], points, str(words)) for label, words, points in FOUR
    )
    return make_rules(round, RuleSet(rules, waiting_places=waiting_places), by=by)


def _keys(cohort: Cohort) -> dict[str, str]:
    """The field of each of the four, by its Chinese name; made if it is missing."""
    fields = {field.label: field for field in cohort.profile_fields.all()}
    taken = {field.key for field in fields.values()}
    last = cohort.profile_fields.aggregate(last=Max("order"))["last"] or 0
    keys = {}
    for at, (label, words, _points) in enumerate(FOUR, 1):
        field = fields.get(label) or fields.get(str(words))
        if field is None or field.kind != ProfileField.Kind.YES_NO:
            name = str(words) if str(words) not in fields else f"{words} (2)"
            key = profile_key(name, taken)
            taken.add(key)
            field = ProfileField.objects.create(
                cohort=cohort, key=key, label=name, kind=ProfileField.Kind.YES_NO, order=last + at,
                asked_of_applicants=True, in_composition=True,
            )  # fmt: skip
        keys[label] = field.key
    return keys
