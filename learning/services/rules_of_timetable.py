"""The rule by which the timetable of a cohort is made, in versions."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Cohort
from learning.models import Session, TimetableRule
from learning.selectors.releases import Readers
from learning.selectors.timetable import rule_of
from learning.services.conflicts import touch
from learning.services.releases import keep_version
from learning.services.sessions import lock_timetable
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def change_rule(cohort: Cohort, **values) -> TimetableRule:
    """A new version of the rule; the same values make none. Sessions that exist stay: what they break stands among the
    conflicts."""
    cohort = lock_timetable(cohort)
    old = rule_of(cohort)
    before, after = changes(old, values)
    if not after:
        return old
    if after.get("at_once") and Session.everything.filter(cohort=cohort, is_draft=True).exists():
        raise Refused(_("Drafts are waiting. Release them or give them up first; then changes can be seen at once."))
    TimetableRule.objects.filter(cohort=cohort, in_force=True).update(in_force=False)
    facts = {field.name: getattr(old, field.name) for field in TimetableRule._meta.fields if field.name not in NEW}
    rule = TimetableRule.objects.create(
        **facts | values,
        version=old.version + 1,
        made_by_id=actor.current().user_id,
        made_at=timezone.now(),
    )
    if "at_once" in after and not rule.at_once:
        keep_version(cohort, [], Readers({}, {}))  # what people see until the first release
    touch(cohort)
    record("learning.change_timetable_rule", rule, before=before, after=after | {"version": rule.version})
    return rule


NEW = ("id", "version", "in_force", "made_by", "made_at")
