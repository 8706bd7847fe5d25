"""Needs of who is trained: applications, nominations, screenings, and what a roster lacks."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.access import in_units_of_my_own
from cohorts.models import Cohort, UnitQuota
from cohorts.selectors.applications import desks, open_quotas
from cohorts.selectors.screening import undecided
from reports.rules import When, when
from reports.selectors.figures import Headlines
from reports.selectors.needs.asked import Asked, Need
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.formats import number


def applications(asked: Asked) -> Iterator[Need]:
    mine = asked.mine(Cohort, "cohorts.manage_applications", "pk")
    if mine is None:
        return
    for each in desks(mine):
        listed = asked.link("cohorts:application_list", cohort=each.cohort)
        if each.submitted:
            what = ngettext("%(n)s application to be read", "%(n)s applications to be read", each.submitted)
            yield Need(
                When.TODAY,
                "journal",
                what % {"n": each.submitted},
                asked.about(each.cohort, _("accept them or send them back")),
                _("Look through"),
                f"{listed}?view=submitted",
            )
        if each.proposed:
            what = ngettext("%(n)s free seat to be given", "%(n)s free seats to be given", each.proposed)
            yield Need(
                When.TODAY,
                "people",
                what % {"n": each.proposed},
                asked.about(each.cohort, _("the next on the waiting list is proposed")),
                _("Decide"),
                listed,
            )


def nominations(asked: Asked) -> Iterator[Need]:
    if not asked.may("cohorts.nominate_people"):
        return
    mine = UnitQuota.objects.filter(in_units_of_my_own(asked.user))
    for each in open_quotas(mine, asked.now):
        closes = timezone.localdate(each.closes_at)
        what = ngettext("%(n)s free slot for nominations", "%(n)s free slots for nominations", each.free)
        yield Need(
            when(closes, asked.today),
            "flag",
            what % {"n": each.free},
            _("%(unit)s, %(cohort)s, until %(day)s")
            % {"unit": each.unit, "cohort": each.cohort, "day": day_words(closes, asked.today)},
            _("Nominate"),
            asked.link("cohorts:nomination_detail", pk=each.pk),
        )


def screenings(asked: Asked) -> Iterator[Need]:
    mine = asked.mine(Cohort, "cohorts.decide_screening", "pk")
    if mine is None:
        return
    for cohort_id, count in undecided(mine.values("pk"), asked.now).items():
        what = ngettext("%(n)s application waits for a decision", "%(n)s applications wait for a decision", count)
        why = asked.about(cohort_id, _("no more come in"))
        yield Need(
            When.WEEK,
            "sort",
            what % {"n": count},
            why,
            _("Screen"),
            asked.link("cohorts:screening_list", cohort=cohort_id),
        )


def rosters(asked: Asked) -> Iterator[Need]:
    if asked.may("cohorts.change_trainee"):
        for cohort_id, seen in asked.headlines.items():
            yield from _roster_needs(asked, cohort_id, seen)


def _roster_needs(asked: Asked, cohort_id: int, seen: Headlines) -> Iterator[Need]:
    begins = when(asked.cohorts[cohort_id].starts_on, asked.today)
    urgency = When.TODAY if begins is When.OVERDUE else begins  # what a running cohort lacks is due every day
    phone, id_number, account = (seen.values[f"cohorts.{name}"] for name in ("phone", "id_number", "account"))
    why = asked.about(cohort_id, _("of %(people)s trainees") % {"people": number(phone.of)})
    if seen.unplaced:
        what = ngettext("%(n)s trainee has no class", "%(n)s trainees have no class", seen.unplaced)
        people = asked.link("cohorts:trainee_list", "?view=active&training_class=none", cohort=cohort_id)
        split = asked.link("cohorts:split_create", cohort=cohort_id)
        what = what % {"n": number(seen.unplaced)}
        yield Need(urgency, "classroom", what, why, _("Put them into classes"), split or people, people)
    for value, icon, words, name in (
        (phone, "phone", _lacks_phone, "cohorts.phone"),
        (id_number, "fields", _lacks_id_number, "cohorts.id_number"),
    ):
        if value.missing:
            rows = asked.link("reports:figure_rows", "?part=missing", cohort=cohort_id, name=name)
            yield Need(When.WEEK, icon, words(value.missing), why, _("Complete"), rows)
    if account.missing:
        what = ngettext("%(n)s trainee cannot sign in yet", "%(n)s trainees cannot sign in yet", account.missing)
        rows = asked.link("reports:figure_rows", "?part=missing", cohort=cohort_id, name="cohorts.account")
        what = what % {"n": number(account.missing)}
        opened = asked.link("cohorts:account_open", cohort=cohort_id)
        yield Need(When.WEEK, "key", what, why, _("Open accounts"), opened, rows)


def _lacks_phone(count: int) -> str:
    return ngettext("%(n)s trainee without a phone number", "%(n)s trainees without a phone number", count) % {
        "n": number(count)
    }


def _lacks_id_number(count: int) -> str:
    return ngettext("%(n)s trainee without an ID number", "%(n)s trainees without an ID number", count) % {
        "n": number(count)
    }
