"""Credit hours: the ledger of a cohort, a year of many people, one person's transcript, entering and taking back."""

from datetime import date

from django.core.exceptions import BadRequest
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from cohorts.access import COHORT
from cohorts.models import Cohort, Trainee
from learning.forms.hours import CreditForm, ReverseForm
from learning.models import CreditEntry, HourRule
from learning.rules.hours import YearRule, in_words, year_in_words
from learning.selectors.hours import table_for, tables_of, transcript, with_year
from learning.services.hours import CORRECTED_HERE, enter_credit, reconcile_courses, reconcile_sessions, reverse_credit
from learning.tables.hours import CreditTable, OwnCredits, YearTable, state_of
from learning.views.trainees import OwnPlace, TraineeTab
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, FormPage, StaticPage, is_key

FIRST_YEAR, LAST_YEAR = 2000, 2999


class OfYear:
    """``?year=``; without it the running one."""

    @cached_property
    def year(self) -> int:
        asked = self.request.GET.get("year", "")
        if not asked:
            return timezone.localdate().year
        if not (asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked[:5]) <= LAST_YEAR):
            raise BadRequest("year is a number of four digits")
        return int(asked)


class CreditList(TablePage):
    allow = "learning.view_credit"
    inside = COHORT
    model = CreditEntry
    table_class = CreditTable
    template_name = "learning/credit_list.html"
    title = gettext_lazy("Credit hours")

    def get_rows(self):
        return super().get_rows().filter(trainee__cohort=self.cohort)

    def get_table_options(self):
        return {"context": self.cohort}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            hour_table=table_for(self.cohort.program.unit, timezone.localdate()),
            can_change=access.may(self.request.user, "learning.enter_hours", self.cohort),
            **kwargs,
        )


class CreditReconcile(ActionPage):
    """What the task does every few minutes, now."""

    allow = "learning.enter_hours"
    model = Cohort

    def get_rows(self):
        return super().get_rows().select_related("program__unit")

    def act(self, cohort):
        both = reconcile_sessions(cohort, now=timezone.now()), reconcile_courses(cohort)
        counts = {name: sum(each[name] for each in both) for name in ("added", "reversed")}
        return _("%(added)s credits were added, %(reversed)s taken back.") % counts

    def get_success_url(self, cohort):
        return reverse("learning:credit_list", kwargs={"cohort": cohort.pk})


class CreditDetail(StaticPage):
    allow = "learning.view_credit"
    model = CreditEntry
    template_name = "learning/credit_detail.html"

    def get_context_data(self, **kwargs):
        related = (
            "trainee__person",
            "trainee__cohort__program",
            "rule",
            "table__unit",
            "entered_by",
            "reverse_of",
            "reversed_by",
        )
        hidden = ("trainee__person__phone", "trainee__person__id_number")
        rows = self.reachable(CreditEntry).select_related(*related).defer(*hidden)
        entry = get_object_or_404(rows, pk=self.kwargs["pk"])
        return super().get_context_data(
            entry=entry,
            trainee=entry.trainee,
            cohort=entry.trainee.cohort,
            words=in_words(entry.rule.rule) if entry.rule else year_in_words(entry.table.year_rule),
            state=state_of(entry.in_force, entry.reverse_of_id),
            reversed_by=getattr(entry, "reversed_by", None),
            can_enter=access.may(self.request.user, "learning.enter_credit", entry.trainee),
            can_reverse=entry.in_force
            and entry.source in CORRECTED_HERE
            and access.may(self.request.user, "learning.change_credit", entry),
            **kwargs,
        )


class CreditReverse(FormPage):
    allow = "learning.change_credit"
    model = CreditEntry
    form_class = ReverseForm
    template_name = "learning/credit_form.html"
    title = gettext_lazy("Take these hours back")
    success_message = gettext_lazy("A reverse row stands in the ledger; the balance is right again.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        hidden = ("trainee__person__phone", "trainee__person__id_number")
        rows = self.reachable(CreditEntry).select_related("trainee__person", "trainee__cohort__program").defer(*hidden)
        self.entry = get_object_or_404(rows, pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        trainee = self.entry.trainee
        return super().get_context_data(
            entry=self.entry, trainee=trainee, cohort=trainee.cohort, cancel_url=self.get_success_url(), **kwargs
        )

    def save(self, form):
        reverse_credit(self.entry, reason=form.cleaned_data["reason"], by=self.request.user)

    def get_success_url(self):
        return reverse("learning:credit_detail", kwargs={"pk": self.entry.pk})


class CreditCreate(FormPage):
    allow = "learning.enter_credit"
    model = Trainee
    form_class = CreditForm
    template_name = "learning/credit_form.html"
    title = gettext_lazy("Enter credit hours")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        trainees = self.reachable(Trainee).select_related("person", "cohort__program__unit")
        self.trainee = get_object_or_404(trainees.defer("person__phone", "person__id_number"), pk=kwargs["pk"])

    def get_form_kwargs(self):
        tables = tables_of(self.trainee.cohort.program.unit)
        rules = HourRule.objects.filter(table__in=tables, counts="").order_by("-table__starts_on", "order", "pk")
        if len({each.unit_id for each in tables}) == len(tables) == 1:
            return super().get_form_kwargs() | {"rules": rules}
        return super().get_form_kwargs() | {"rules": rules.select_related("table")}

    def get_initial(self):
        """Today, or the last day of the year that was looked at; the form of study of the line that led here."""
        asked, today = self.request.GET, timezone.localdate()
        year = asked.get("year", "")
        is_past = len(year) == 4 and year.isascii() and year.isdecimal() and FIRST_YEAR <= int(year) < today.year
        rule = {"rule": asked["rule"]} if is_key(asked.get("rule", "")) else {}
        return {"happened_on": date(int(year), 12, 31) if is_past else today} | rule

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            trainee=self.trainee, cohort=self.trainee.cohort, cancel_url=self.get_success_url(), **kwargs
        )

    def save(self, form):
        return enter_credit(self.trainee, **form.cleaned_data, by=self.request.user, today=timezone.localdate())

    def get_success_message(self):
        hours = {"hours": f"{self.object.hours.normalize():f}", "raw": f"{self.object.raw_hours.normalize():f}"}
        if self.object.hours < self.object.raw_hours:
            return _("%(hours)s hours stand in the ledger. The rule gives %(raw)s; the rest is above a cap.") % hours
        return _("%(hours)s hours stand in the ledger.") % hours

    def get_success_url(self):
        return reverse("learning:trainee_hours", kwargs={"pk": self.trainee.pk})


class TraineeHours(OfYear, TraineeTab):
    """A year's transcript of one person: by form, then row by row."""

    allow = "learning.view_credit"
    rows_of = CreditEntry
    table_class = OwnCredits
    template_name = "learning/trainee_hours.html"
    title = gettext_lazy("Hours")

    def get_rows(self):
        rows = CreditEntry.objects.filter(access.rows(self.request.user, self.allow))
        return rows.filter(trainee__person=self.trainee.person_id, year=self.year)

    def get_context_data(self, **kwargs):
        unit = self.trainee.cohort.program.unit
        year = transcript(self.trainee.person_id, unit, self.year)
        return super().get_context_data(
            transcript=year,
            words=year_in_words(year.rule) if year.table else "",
            can_enter=access.may(self.request.user, "learning.enter_credit", self.trainee),
            **kwargs,
        )


class MyHours(OfYear, OwnPlace, StaticPage):
    """A trainee's own year on the phone."""

    allow = "learning.see_own_hours"
    template_name = "learning/my_hours.html"

    def get_context_data(self, **kwargs):
        year = transcript(self.person.pk, self.trainee.cohort.program.unit, self.year)
        rows = CreditEntry.objects.filter(trainee__person=self.person, year=self.year, in_force=True)
        return super().get_context_data(
            person=self.person,
            transcript=year,
            words=year_in_words(year.rule) if year.table else "",
            rows=rows.select_related("rule").order_by("-happened_on", "-pk")[:200],
            **kwargs,
        )


class CohortHours(OfYear, TablePage):
    """A year of everybody in a cohort; what somebody studied in other cohorts counts too."""

    allow = "learning.view_hours"
    inside = COHORT
    model = Trainee
    table_class = YearTable
    template_name = "learning/hours_of_year.html"
    title = gettext_lazy("Hours of the year")

    @property
    def unit(self) -> Unit:
        return self.cohort.program.unit

    @cached_property
    def hour_table(self):
        return table_for(self.unit, date(self.year, 12, 31))

    def get_rows(self):
        return with_year(self.of_trainees(self.reachable(Trainee, "learning.view_hours")), self.rule, self.year)

    @property
    def rule(self) -> YearRule:
        return self.hour_table.year_rule if self.hour_table else YearRule()

    def of_trainees(self, trainees):
        return trainees.filter(cohort=self.cohort)

    def get_context_data(self, **kwargs):
        now = timezone.localdate().year
        return super().get_context_data(
            year=self.year,
            years=sorted({now - 2, now - 1, now, self.year}, reverse=True),
            hour_table=self.hour_table,
            words=year_in_words(self.rule) if self.hour_table else "",
            sees_tables=access.holds(self.request.user, "learning.view_hour_table"),
            **kwargs,
        )


class UnitHours(CohortHours):
    """A year of everybody in the programs of a unit and of the units below it, each person once."""

    allow = "learning.view_unit_hours"
    inside = None
    model = Unit

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.of_unit = get_object_or_404(self.reachable(Unit), pk=kwargs["pk"])

    @property
    def unit(self) -> Unit:
        return self.of_unit

    def of_trainees(self, trainees):
        within = trainees.filter(cohort__program__unit__path__startswith=self.of_unit.path)
        latest = within.filter(person=OuterRef("person")).order_by("-joined_on", "-pk").values("pk")[:1]
        return within.filter(pk=Subquery(latest))

    def get_context_data(self, **kwargs):
        return super().get_context_data(unit=self.of_unit, **kwargs)
