"""Slips with first passwords: a spreadsheet, and a paper with one slip for each person and lines to cut along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort, Trainee
from trainee_mgmt.kit.papers import Paper
from trainee_mgmt.kit.sheets import xlsx_rows

CUT = "✂ " + "- " * 46


@dataclass(frozen=True)
class Slip:
    training_class: str
    number: str
    name: str
    login: str
    password: str


def slips_of(cohort: Cohort, day: date, passwords: Sequence[tuple[User, str]]) -> list[Slip]:
    """In the order of classes and numbers; officers who are no trainees come last. The login is told by its mask."""
    users = [user.pk for user, _password in passwords]
    rows = Trainee.objects.filter(cohort=cohort, person__user__in=users).with_class(day)
    places = {
        user: (order, name or "", number)
        for user, order, name, number in rows.values_list(
            "person__user",
            "membership__training_class__number",
            "membership__training_class__name",
            "number",
        )
    }
    ordered = sorted(
        passwords, key=lambda pair: (pair[0].pk not in places, *_place(places, pair[0].pk), pair[0].name_key)
    )
    return [
        Slip(
            *places.get(user.pk, (0, "", ""))[1:],
            name=user.name,
            login=user.phone_mask or user.username,
            password=password,
        )
        for user, password in ordered
    ]


def _place(places: dict, user: int) -> tuple[int, str]:
    order, _name, number = places.get(user, (0, "", ""))
    return order or 0, number


def slip_header() -> list[str]:
    return [_("Class"), _("Number"), _("Name"), _("Signs in with"), _("First password")]


def slip_sheet(slips: Sequence[Slip]) -> bytes:
    out = BytesIO()
    rows = ([slip.training_class, slip.number, slip.name, slip.login, slip.password] for slip in slips)
    xlsx_rows(out, slip_header(), rows, sheet_name=_("First passwords"))
    return out.getvalue()


def slip_paper(title: str, slips: Sequence[Slip], address: str) -> bytes:
    paper = Paper(f"{title} {_('First passwords')}")
    for slip in slips:
        paper.line(f"{title}  {slip.training_class}  {slip.number}  {slip.name}")
        paper.line(_("Address: %(address)s   Sign in with: %(login)s") % {"address": address, "login": slip.login})
        paper.line(_("First password: %(password)s") % {"password": slip.password})
        paper.line(
            _("You choose a password of your own when you first sign in. Keep this slip to yourself."), small=True
        )
        paper.line(CUT, small=True)
    return paper.finish()
