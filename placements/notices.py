"""What placements tell people: one kind of notice for each thing, with its sentence and whether it still holds."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.models import Placement
from placements.services import publication
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.notices import Kind, Line, register


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
