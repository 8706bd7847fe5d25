"""Two tables of hours to begin with, as offices publish them; each is data like any other table."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.rules.hours import FormRule, Measure, YearRule

CITY, ONLINE = "city", "online"
PRESETS = {
    "": gettext_lazy("an empty table"),
    CITY: gettext_lazy("the table of a city: 56 required hours, 84 in all"),
    ONLINE: gettext_lazy("online study by minutes, at most 50 hours a year"),
}


def preset(name: str) -> tuple[YearRule, list[FormRule]]:
    """The year and the forms of a preset, named in the reader's language."""
    return {"": _empty, CITY: city, ONLINE: online}[name]()


def _empty() -> tuple[YearRule, list[FormRule]]:
    return YearRule(), []


def city() -> tuple[YearRule, list[FormRule]]:
    """Full-time day 6 hours, half day 3; elsewhere at most 48; abroad 24 or 48; teaching counts five times; papers 12 / 24 / 48."""
    half = ((Decimal(0), Decimal(3)), (Decimal(270), Decimal(6)))
    return YearRule(required=Decimal(56), total=Decimal(84), carries_over=True), [
        FormRule(_("Full-time training, by sessions"), Measure.MINUTE, steps=half, day_cap=Decimal(6),
                 together=_("Full-time training"), is_required=True, counts="session"),
        FormRule(_("Full-time training, whole days"), Measure.DAY, Decimal(6), day_cap=Decimal(6),
                 together=_("Full-time training"), is_required=True),
        FormRule(_("Full-time training, half days"), Measure.HALF_DAY, Decimal(3), day_cap=Decimal(6),
                 together=_("Full-time training"), is_required=True),
        FormRule(_("Training elsewhere"), Measure.DAY, Decimal(6), year_cap=Decimal(48), is_required=True),
        FormRule(_("Training abroad, short"), Measure.TIME, Decimal(24)),
        FormRule(_("Training abroad, long"), Measure.TIME, Decimal(48)),
        FormRule(_("Self-chosen class"), Measure.TIME, Decimal(24), is_required=True),
        FormRule(_("Teaching"), Measure.HOUR, Decimal(1), multiplier=Decimal(5)),
        FormRule(_("Paper in a paper of the district"), Measure.PIECE, Decimal(12)),
        FormRule(_("Paper in a paper of the city"), Measure.PIECE, Decimal(24)),
        FormRule(_("Paper in a paper of the province or above"), Measure.PIECE, Decimal(48)),
        FormRule(_("Study of the centre group"), Measure.TIME, Decimal(3)),
    ]  # fmt: skip


def online() -> tuple[YearRule, list[FormRule]]:
    """30 minutes or more 1 hour, 15 to 30 half, less a quarter; a passed test half an hour; at most 50 a year."""
    steps = ((Decimal(0), Decimal("0.25")), (Decimal(15), Decimal("0.5")), (Decimal(30), Decimal(1)))
    shared = {"year_cap": Decimal(50), "together": _("Online study")}
    return YearRule(total=Decimal(50)), [
        FormRule(_("Online course"), Measure.MINUTE, steps=steps, counts="course", **shared),
        FormRule(_("Passed test"), Measure.TIME, Decimal("0.5"), **shared),
    ]
