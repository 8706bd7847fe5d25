from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.forms.groups import GroupCreateForm, GroupEditForm
from cohorts.models import GroupMembership, StudyGroup
from cohorts.models.trainees import unseen
from cohorts.services import groups as services
from cohorts.tables.groups import GroupTable
from cohorts.views.days import day_of
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, StaticPage


class GroupList(TablePage):
    allow = "cohorts.view_group"
    inside = COHORT
    model = StudyGroup
    table_class = GroupTable
    title = gettext_lazy("Study groups")
    template_name = "cohorts/group_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        day, _asked = day_of(self.request, self.cohort)
        return {"context": day}


class GroupDetail(StaticPage):
    """Who is and was in the group."""

    allow = "cohorts.view_group"
    template_name = "cohorts/group_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        groups = self.reachable(StudyGroup).select_related("cohort__program", "training_class")
        self.group = get_object_or_404(groups, pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        day, _asked = day_of(self.request, self.group.cohort)
        members = self.group.memberships.select_related("trainee__person").order_by("-is_leader", "trainee__number")
        members = list(members.defer(*unseen("trainee")))
        return super().get_context_data(
            group=self.group,
            cohort=self.group.cohort,
            present=[each for each in members if each.ends_on is None or each.ends_on > day],
            former=[each for each in members if each.ends_on is not None and each.ends_on <= day],
            **kwargs,
        )


class GroupCreate(FormPage):
    allow = "cohorts.change_group"
    inside = MANAGED_COHORT
    form_class = GroupCreateForm
    title = gettext_lazy("New group")
    template_name = "cohorts/group_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def save(self, form):
        return services.create_group(self.cohort, **form.cleaned_data)

    def get_success_message(self):
        return _("The group was made. Put people into it from the list of trainees.")

    def get_success_url(self):
        return reverse("cohorts:group_detail", kwargs={"pk": self.object.pk})


class GroupUpdate(EditPage):
    allow = "cohorts.change_group"
    model = StudyGroup
    form_class = GroupEditForm
    title = gettext_lazy("Edit the group")
    success_message = gettext_lazy("The group was saved.")
    template_name = "cohorts/group_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("cohort__program")

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, **kwargs)

    def save(self, form):
        return services.edit_group(self.object, **form.cleaned_data)

    def get_success_url(self):
        return reverse("cohorts:group_detail", kwargs={"pk": self.object.pk})


class GroupDelete(DeletePage):
    allow = "cohorts.change_group"
    model = StudyGroup
    success_message = gettext_lazy("The group was deleted.")

    def delete(self, group):
        services.delete_group(group)

    def get_list_url(self, group):
        return reverse("cohorts:group_list", kwargs={"cohort": group.cohort_id})


class MembershipAction(ActionPage, abstract=True):
    """An act on one membership of a group."""

    allow = "cohorts.change_group_member"
    model = GroupMembership

    def get_rows(self):
        return super().get_rows().select_related("group__cohort", "trainee__person")

    def get_success_url(self, membership):
        return reverse("cohorts:group_detail", kwargs={"pk": membership.group_id})


class MembershipEnd(MembershipAction):
    def act(self, membership):
        day, _asked = day_of(self.request, membership.group.cohort)
        services.leave_group(membership, on=day)
        return _("%(name)s left the group.") % {"name": membership.trainee.person.name}


class MembershipLead(MembershipAction):
    def act(self, membership):
        services.set_leader(membership, leads=True)
        return _("%(name)s leads the group.") % {"name": membership.trainee.person.name}


class MembershipUnlead(MembershipAction):
    def act(self, membership):
        services.set_leader(membership, leads=False)
        return _("%(name)s leads the group no more.") % {"name": membership.trainee.person.name}
