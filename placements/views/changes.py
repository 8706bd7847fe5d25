"""Changing a stay: one form for each kind, the plan of everything that moves, and the way back."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services import make_plan
from placements.forms.changes import EndForm, ExtendForm, TransferForm, UndoForm
from placements.models import Placement, PlacementChange
from placements.services.changes import RELATED, last_change, prepare
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import FormPage

Kind = PlacementChange.Kind


class _Change(FormPage, abstract=True):
    """The form is checked against the stay at once; the plan is then computed, read and applied like every other."""

    allow = "placements.change_placement"
    model = Placement
    kind = ""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.placement = self.find(Placement, kwargs["pk"], related=RELATED)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"placement": self.placement}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cohort=self.placement.trainee.cohort,
            cancel_url=self.placement.get_absolute_url(),
            form_note=_("Nothing is changed yet: you see every duty that moves first."),
            **kwargs,
        )

    def save(self, form):
        given = {"kind": str(self.kind), **form.given(), **self.get_more()}
        prepare(self.placement, given)  # what is refused stands above the form
        title = f"{Kind(self.kind).label} · {self.placement.trainee.person.name}"
        return make_plan("placements.change", self.placement, given=given, title=title)

    def get_more(self) -> dict:
        return {}

    def get_success_url(self):
        return self.object.get_absolute_url()


class PlacementExtend(_Change):
    kind = Kind.EXTEND
    form_class = ExtendForm
    title = gettext_lazy("Extend the stay")


class PlacementTransfer(_Change):
    kind = Kind.TRANSFER
    form_class = TransferForm
    title = gettext_lazy("Move to another post")


class PlacementEnd(_Change):
    kind = Kind.END
    form_class = EndForm
    title = gettext_lazy("End the stay early")


class PlacementUndo(_Change):
    kind = Kind.UNDO
    form_class = UndoForm
    title = gettext_lazy("Take the last change back")

    def get_more(self):
        row = last_change(self.placement)
        if row is None:
            raise Refused(_("There is no change that could be taken back."))
        return {"undoes": row.pk}
