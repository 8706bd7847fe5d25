import hashlib
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, ScopeKind
from cohorts.access import COHORT
from cohorts.models import Trainee
from cohorts.selectors.trainees import place_of
from cohorts.tables.trainees import Roster, TraineeTable, load_roster, status_html
from cohorts.views.days import day_of
from cohorts.views.links import link
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import StaticPage
from trainee_mgmt.kit.tables import BulkAction


def roster_for(request, cohort, day, asked) -> Roster:
    """What lists of trainees need to know of the cohort and of the reader."""
    user = request.user
    scopes = [
        (each.role, each.scope_kind, each.unit.path if each.unit else each.scope_id) for each in user.grants_in_force
    ]
    roster = load_roster(
        cohort,
        day=day,
        as_of=asked,
        shows_phone=access.holds(user, "cohorts.see_phone_mask"),
        finds_numbers=access.holds(user, "cohorts.see_secrets"),
        reach=hashlib.sha256(repr(scopes).encode()).hexdigest(),
    )
    own = own_classes(user)
    return replace(roster, classes=[each for each in roster.classes if each[0] in own]) if own else roster


def own_classes(user) -> set[int]:
    """The classes of whoever runs classes and nothing wider; the others are neither counted nor offered."""
    runs = [each for each in user.grants_in_force if each.role != Role.TRAINEE]
    return (
        {each.scope_id for each in runs} if all(each.scope_kind == ScopeKind.TRAINING_CLASS for each in runs) else set()
    )


class TraineeList(TablePage):
    allow = "cohorts.view_trainee"
    inside = COHORT
    model = Trainee
    table_class = TraineeTable
    title = gettext_lazy("Trainees")
    template_name = "cohorts/trainee_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        day, asked = day_of(self.request, self.cohort)
        roster = roster_for(self.request, self.cohort, day, asked)
        return {"context": roster, "bulk": self.get_bulk(), "known_by": self.known_by(roster)}

    def known_by(self, roster: Roster) -> tuple:
        return (self.request.user.query_key, self.cohort.pk, roster.day, roster.columns_key)

    def get_bulk(self) -> list[BulkAction]:
        """What may be done with chosen rows."""
        if not access.holds(self.request.user, "cohorts.change_trainee") or self.cohort.is_closed:
            return []
        at = {"cohort": self.cohort.pk}
        return [
            BulkAction(reverse("cohorts:trainees_move", kwargs=at), _("Move to a class"), "swap"),
            BulkAction(reverse("cohorts:trainees_group", kwargs=at), _("Put into a group"), "circle-people"),
            BulkAction(reverse("cohorts:trainees_withdraw", kwargs=at), _("Withdraw"), "minus"),
            BulkAction(reverse("cohorts:trainees_accounts", kwargs=at), _("Open accounts"), "key"),
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["roster"] = context["table"].context
        context["links"] = {"import": link(self.request, "cohorts:roster_import", cohort=self.cohort.pk)}
        return context


class AboutTrainee:
    """For pages about one reachable trainee: loads it as ``trainee`` and its cohort as ``cohort``."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related, without = ("cohort__program", "person"), ("person__phone", "person__id_number")
        self.trainee = self.find(Trainee, kwargs["pk"], related=related, without=without)
        self.cohort = self.trainee.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(trainee=self.trainee, cohort=self.cohort, **kwargs)


class TraineeDetail(AboutTrainee, StaticPage):
    allow = "cohorts.view_trainee"
    template_name = "cohorts/trainee_detail.html"

    def get_context_data(self, **kwargs):
        place = place_of(self.trainee)
        day, _asked = day_of(self.request, self.cohort)
        return super().get_context_data(
            place=place,
            membership=place.class_on(day),
            status=status_html(self.trainee.status),
            shows_phone=access.holds(self.request.user, "cohorts.see_phone_mask"),
            shows_identity=access.holds(self.request.user, "cohorts.see_secrets"),
            **kwargs,
        )
