"""What placements tell people: one kind of notice for each thing, with its sentence and whether it still holds."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.models import Placement
from placements.services import publication
from placements.services.telling import CHANGED, OPINION, still_to_say
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.notices import Kind, Line, Urgency, register


def _placed(notice) -> Line:
    given = notice.params
    text = _("Your place: %(post)s, from %(day)s.") % {
        "post": given["post"],
        "day": day(date.fromisoformat(given["from"])),
    }
    return Line(text, reverse("placements:my_placement"))


def _still_placed(notices: list) -> list:
    standing = Placement.objects.standing().filter(pk__in=[notice.about_id for notice in notices])
    keys = set(standing.values_list("pk", flat=True))
    return [notice for notice in notices if notice.about_id in keys]


def _class_placed(notice) -> Line:
    text = _("%(cohort)s: the places at the host enterprises are published.") % {"cohort": notice.params["name"]}
    return Line(text, reverse("placements:placement_list", kwargs={"cohort": notice.params["cohort"]}))


register(Kind(publication.PLACED, gettext_lazy("Place at a host enterprise"), _placed, _still_placed))
register(Kind(publication.CLASS_PLACED, gettext_lazy("Places of the class"), _class_placed))


def _changed(notice) -> Line:
    given = notice.params
    words = {
        "host": given["host"],
        "post": given["post"],
        "first": day(date.fromisoformat(given["first"])),
        "last": day(date.fromisoformat(given["last"])),
    }
    text = _("Your stay was changed: %(host)s, %(post)s, %(first)s to %(last)s.")
    return Line(text % words, reverse("placements:my_placement"))


def _opinion(notice) -> Line:
    text = _("Your stay at %(host)s ends on %(day)s. Tell us how it was, without your name; it takes a minute.")
    words = {"host": notice.params["host"], "day": day(date.fromisoformat(notice.params["last"]))}
    return Line(text % words, reverse("placements:my_placement"))


register(Kind(CHANGED, gettext_lazy("Stay at a host changed"), _changed))
register(
    Kind(OPINION, gettext_lazy("Opinion about the host"), _opinion, still_to_say, Urgency.DIGEST, is_optional=True)
)
