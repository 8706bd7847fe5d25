"""The stored plans of this app."""

from io import BytesIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Unit
from accounts.services.unit_import import apply_units, plan_units, tree_version
from trainee_mgmt.kit.plans import SHOWN, PlanKind, register
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

COLUMNS = {
    "parent": gettext_lazy("Belongs to"),
    "name": pgettext_lazy("unit", "Name"),
    "level": gettext_lazy("Level"),
    "code": gettext_lazy("Code"),
}
WHY = {
    "no_name": gettext_lazy("The name is missing."),
    "too_long": gettext_lazy("This is too long."),
    "unknown_level": gettext_lazy(
        "This is no level. Write city, district, street, community or office, or leave it empty."
    ),
    "code_twice": gettext_lazy("The file has this code more than once."),
    "code_elsewhere": gettext_lazy("A unit elsewhere in the tree has this code."),
    "code_of_another": gettext_lazy("Another unit below this one has the code. Move or rename that one by hand."),
    "no_parent": gettext_lazy("No unit of this name exists here or in the file."),
    "several_parents": gettext_lazy("Several units have this name. Write the way to it: district / street."),
    "circle": gettext_lazy("These rows belong to each other in a circle."),
    "twice": gettext_lazy("The file names this unit twice."),
    "too_deep": gettext_lazy("The tree cannot become deeper than this."),
    "closed_parent": gettext_lazy("A unit that is out of use takes no new ones."),
}


@register
class UnitPlan(PlanKind):
    """Units of a sheet below one unit."""

    name = "accounts.units"
    title = gettext_lazy("Import of units")
    allow = "accounts.change_unit"
    subject_model = "accounts.Unit"
    template = "accounts/_unit_plan.html"

    def version(self, subject):
        return tree_version(subject)

    def compute(self, subject, given, source, progress):
        return plan_units(subject, source, given["name"], progress)

    def apply(self, subject, payload, progress):
        return apply_units(subject, payload, progress)

    def context(self, subject, payload):
        names = dict(Unit.objects.within(subject.path).values_list("pk", "name"))
        adds = payload["adds"]

        def parent(add):
            kind, key = add["parent"]
            return names.get(key, "") if kind == "old" else adds[key]["name"]

        levels = dict(Unit.Level.choices)
        words = {"name": str, "level": lambda level: str(levels[level]), "code": str}
        return {
            "adds": [
                {
                    "name": add["name"],
                    "parent": parent(add),
                    "level": levels[add["level"]],
                    "code": add["code"],
                    "row": add["at"][1],
                }
                for add in adds[:SHOWN]
            ],
            "changes": [
                {
                    "unit": names.get(change["pk"], ""),
                    "row": change["at"][1],
                    "fields": [
                        (COLUMNS[name], words[name](change["before"][name]), words[name](change["after"][name]))
                        for name in change["after"]
                    ],
                }
                for change in payload["changes"][:SHOWN]
            ],
            "problems": [
                {**problem, "column": COLUMNS[problem["column"]], "why": WHY[problem["why"]]}
                for problem in payload["problems"][:SHOWN]
            ],
            "shown": SHOWN,
            "apply_label": _("Apply: %(new)s new, %(changed)s changed")
            % {"new": len(adds), "changed": len(payload["changes"])},
            "nothing": not adds and not payload["changes"],
        }


def template_book() -> bytes:
    """The four columns with two lines that show how."""
    file = BytesIO()
    rows = [("", "西乡街道", "街道", "BA-03"), ("西乡街道", "固戍社区", "社区", "")]
    header = [str(label) for label in COLUMNS.values()]
    xlsx_lists(file, [ListSheet(_("Units"), header, rows, text_columns=(3,))])
    return file.getvalue()
