from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Job
from accounts.services import queue_job, record_export
from accounts.services.jobs import live_progress
from accounts.services.users import first_passwords
from cohorts.forms.accounts import SlipForm, WhoForm
from cohorts.forms.trainees import ChosenForm
from cohorts.selectors.accounts import account_counts, people_for, with_slips
from cohorts.tables.slips import slip_header, slip_paper, slip_sheet, slips_of
from cohorts.views.days import day_of
from cohorts.views.trainee_acts import ChosenPage
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import FormPage, Inside
from trainee_mgmt.kit.papers import DOCX
from trainee_mgmt.kit.sheets import XLSX
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import content_disposition

TASK = "cohorts.open_accounts"
OPENING = Inside("cohorts.Cohort", "cohorts.open_accounts", "cohort", related=("program",))


def ask_for_accounts(cohort, people: list[int]) -> Job:
    title = ngettext("Open %(n)s account", "Open %(n)s accounts", len(people)) % {"n": len(people)}
    return queue_job(TASK, title=f"{cohort.name}: {title}", given={"cohort": cohort.pk, "people": people})


class AccountOpen(FormPage):
    """Accounts for a cohort or a class; below, how the work stands. The page may be left and opened again."""

    allow = "cohorts.open_accounts"
    inside = OPENING
    form_class = WhoForm
    title = gettext_lazy("Open accounts")
    template_name = "cohorts/account_open.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        return {"who": "all"}

    def save(self, form):
        day, _asked = day_of(self.request, self.cohort)
        people = people_for(self.cohort, form.cleaned_data["who"], day).filter(user=None)
        keys = list(people.order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Refused(_("All of them have an account already."))
        return ask_for_accounts(self.cohort, keys)

    def get_success_url(self):
        return reverse("cohorts:account_open", kwargs={"cohort": self.cohort.pk})

    def get_context_data(self, **kwargs):
        day, _asked = day_of(self.request, self.cohort)
        mine = Job.objects.filter(task=TASK, made_by=self.request.user, given__cohort=self.cohort.pk)
        job = mine.order_by("-pk").first()
        return super().get_context_data(
            counts=account_counts(self.cohort, people_for(self.cohort, "all", day)),
            job=live_progress(job) if job else None,
            job_url=self.get_success_url(),
            **kwargs,
        )


class TraineesAccounts(ChosenPage):
    """Accounts for the trainees chosen in the list."""

    allow = "cohorts.change_trainee"
    form_class = ChosenForm

    def get_title(self):
        n = len(self.trainees)
        return ngettext("Open an account for %(n)s trainee", "Open accounts for %(n)s trainees", n) % {"n": n}

    def save(self, form):
        return ask_for_accounts(self.cohort, [trainee.person_id for trainee in self.trainees])

    def get_success_url(self):
        return reverse("cohorts:account_open", kwargs={"cohort": self.cohort.pk})


class AccountSlips(FormPage):
    """First passwords to hand over, until each person has chosen another one. Taking the file is recorded."""

    allow = "cohorts.open_accounts"
    inside = OPENING
    form_class = SlipForm
    title = gettext_lazy("Slips with first passwords")
    template_name = "cohorts/account_slips.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        return {"who": "all", "kind": "docx"}

    def get_context_data(self, **kwargs):
        day, _asked = day_of(self.request, self.cohort)
        return super().get_context_data(
            counts=account_counts(self.cohort, people_for(self.cohort, "all", day)), **kwargs
        )

    def form_valid(self, form):
        day, _asked = day_of(self.request, self.cohort)
        people = people_for(self.cohort, form.cleaned_data["who"], day)
        kind, purpose = form.cleaned_data["kind"], form.cleaned_data["purpose"]
        with transaction.atomic():
            waiting = with_slips(self.cohort).filter(person__in=people)
            slips = slips_of(self.cohort, day, first_passwords(waiting, label=self.cohort.name))
            if not slips:
                form.add_error(None, _("There is no first password left to hand over."))
                return self.form_invalid(form)
            what = f"{_('First passwords')} {self.cohort.name}"
            asked = ExportRequest(what, form.cleaned_data["who"], len(slips), purpose, kind, slip_header())
            record_export(asked, unmasked=True)
        content = slip_paper(self.cohort.name, slips, self.request.build_absolute_uri("/")) if kind == "docx" else None
        return self.answer(kind, content or slip_sheet(slips))

    def answer(self, kind: str, content: bytes):
        name = f"{_('First passwords')}-{self.cohort.name}-{timezone.localdate():%Y%m%d}.{kind}"
        headers = {"Content-Disposition": content_disposition(name), "Cache-Control": "no-store"}
        return HttpResponse(content, content_type={"docx": DOCX, "xlsx": XLSX}[kind], headers=headers)
