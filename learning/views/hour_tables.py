"""Tables of credit hours: read in words, changed as a draft, put to use, followed by a version."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from learning.forms.hours import HourRuleForm, HourTableForm, VersionForm, YearRuleForm
from learning.models import HourRule, HourTable
from learning.rules.hours import check_table, in_words, year_in_words
from learning.services import hour_tables as services
from learning.tables.hours import HourTables, table_state
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, StaticPage


class HourTableList(TablePage):
    allow = "learning.view_hour_table"
    model = HourTable
    table_class = HourTables
    template_name = "learning/hour_table_list.html"
    title = gettext_lazy("Rules of credit hours")


class HourTableDetail(StaticPage):
    allow = "learning.view_hour_table"
    model = HourTable
    template_name = "learning/hour_table_detail.html"

    def get_context_data(self, **kwargs):
        rows = self.reachable(HourTable).select_related("unit", "released_by")
        table = get_object_or_404(rows, pk=self.kwargs["pk"])
        rules = list(table.rules.order_by("order", "pk"))
        later = HourTable.objects.filter(unit=table.unit, released_at__isnull=False, version__gt=table.version)
        return super().get_context_data(
            hour_table=table,
            rules=[(rule, in_words(rule.rule)) for rule in rules],
            words=year_in_words(table.year_rule),
            problems=[] if table.released_at else check_table([rule.rule for rule in rules], table.year_rule),
            state=table_state(table.released_at, later.exists()),
            can_change=access.may(self.request.user, "learning.change_hour_table", table),
            **kwargs,
        )


class HourTableCreate(FormPage):
    allow = "learning.create_hour_table"
    form_class = HourTableForm
    title = gettext_lazy("New table of hours")
    template_name = "learning/hour_table_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"units": self.reachable(Unit).filter(closed_on=None).order_by("path")}

    def get_initial(self):
        return {"starts_on": timezone.localdate().replace(month=1, day=1)}

    def save(self, form):
        return services.make_table(**form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class HourTableUpdate(EditPage):
    allow = "learning.change_hour_table"
    model = HourTable
    form_class = YearRuleForm
    title = gettext_lazy("What a year asks for")
    template_name = "learning/hour_table_form.html"

    def save(self, form):
        return services.change_table(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class _OneTable(FormPage, abstract=True):
    allow = "learning.change_hour_table"
    model = HourTable
    template_name = "learning/hour_table_form.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.table = get_object_or_404(self.reachable(HourTable).select_related("unit"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(object=self.table, **kwargs)

    def get_success_url(self):
        return self.table.get_absolute_url()


class HourTableVersion(_OneTable):
    form_class = VersionForm
    title = gettext_lazy("New version")

    def get_initial(self):
        return {"starts_on": timezone.localdate()}

    def save(self, form):
        self.table = services.new_version(self.table, starts_on=form.cleaned_data["starts_on"])


class HourRuleCreate(_OneTable):
    form_class = HourRuleForm
    title = gettext_lazy("Add a form of study")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": HourRule()}

    def save(self, form):
        return services.save_rule(self.table, **form.cleaned_data)


class HourRuleUpdate(EditPage):
    allow = "learning.change_hour_rule"
    model = HourRule
    form_class = HourRuleForm
    title = gettext_lazy("Change a form of study")
    template_name = "learning/hour_table_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("table")

    def save(self, form):
        return services.save_rule(self.object.table, self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.table.get_absolute_url()


class HourRuleRemove(ActionPage):
    allow = "learning.change_hour_rule"
    model = HourRule

    def get_rows(self):
        return super().get_rows().select_related("table")

    def act(self, rule):
        services.remove_rule(rule)
        return _("The form of study was removed.")

    def get_success_url(self, rule):
        return rule.table.get_absolute_url()


class HourTableRelease(ActionPage):
    allow = "learning.change_hour_table"
    model = HourTable

    def act(self, table):
        services.release_table(table, by=self.request.user)
        return _("The table is in use. It stays as it is from now on.")


class HourTableDiscard(DeletePage):
    allow = "learning.change_hour_table"
    model = HourTable
    success_message = gettext_lazy("The draft was given up.")

    def delete(self, table):
        services.discard_table(table)

    def get_list_url(self, table):
        return reverse("learning:hour_table_list")
