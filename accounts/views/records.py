"""What was written down: the audit log, files taken out, complaints."""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services
from accounts.forms.office import AnswerForm, ComplaintForm
from accounts.models import AuditEntry, Complaint, ExportRecord, ScopeKind, User
from accounts.rules.actions import FIELDS, in_words
from accounts.tables import AuditTable, ComplaintTable, ExportTable, kind_in_words, role_in_words
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import EditPage, FormPage, StaticPage


class AuditList(TablePage):
    allow = "accounts.view_audit"
    model = AuditEntry
    table_class = AuditTable
    title = gettext_lazy("Audit log")


class AuditDetail(StaticPage):
    allow = "accounts.view_audit"
    template_name = "accounts/audit_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.entry = get_object_or_404(self.reachable(AuditEntry), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        entry = self.entry
        seen_as = entry.seen_as and User.objects.filter(pk=entry.seen_as).first()
        return super().get_context_data(
            entry=entry,
            action=in_words(entry.action),
            kind=kind_in_words(entry.object_type),
            role=role_in_words(entry.role),
            seen_as=seen_as,
            seal=getattr(entry, "seal", None),
            fields=[
                (
                    field_in_words(entry.object_type, name),
                    value_in_words(entry.before.get(name)),
                    value_in_words(entry.after.get(name)),
                )
                for name in dict.fromkeys([*entry.before, *entry.after])
            ],
            others=f"{reverse('accounts:audit_list')}?kind={entry.object_type}&key={entry.object_id}"
            if entry.object_id
            else "",
            **kwargs,
        )


class ExportList(TablePage):
    allow = "accounts.view_export"
    model = ExportRecord
    table_class = ExportTable
    title = gettext_lazy("Files taken out")


class ComplaintCreate(FormPage):
    """From the foot of any page."""

    allow = "accounts.send_complaint"
    form_class = ComplaintForm
    template_name = "accounts/complaint_create.html"
    title = gettext_lazy("Too much work?")
    success_message = gettext_lazy("Thank you. It goes to the administrators; the answer will stand here.")

    def get_context_data(self, **kwargs):
        return super().get_context_data(page=self.page(), **kwargs)

    def page(self) -> str:
        page = self.request.GET.get("page", "").partition("?")[0][:200]  # a search may hold somebody's number
        return page if page.startswith("/") else ""

    def save(self, form):
        return services.send_complaint(self.request.user, text=form.cleaned_data["text"], page=self.page())

    def get_success_url(self):
        return reverse("accounts:complaint_mine")


class ComplaintMine(StaticPage):
    """What I said before, with the answers."""

    allow = "accounts.view_own_complaint"
    template_name = "accounts/complaint_mine.html"

    def get_context_data(self, **kwargs):
        mine = self.reachable(Complaint).select_related("answered_by").order_by("-pk")
        return super().get_context_data(mine=mine[:100], **kwargs)


class ComplaintList(TablePage):
    allow = "accounts.answer_complaint"
    model = Complaint
    table_class = ComplaintTable
    title = gettext_lazy("Complaints")


class ComplaintAnswer(EditPage):
    allow = "accounts.answer_complaint"
    model = Complaint
    form_class = AnswerForm
    template_name = "accounts/complaint_answer.html"
    title = gettext_lazy("A complaint")
    success_message = gettext_lazy("The answer was sent.")

    def get_context_data(self, **kwargs):
        return super().get_context_data(complaint=self.object, cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        services.answer_complaint(self.object, answer=form.cleaned_data["answer"], by=self.request.user)

    def get_success_url(self):
        return reverse("accounts:complaint_list")


def field_in_words(object_type: str, name: str) -> str:
    """The label of a field, if the object has it; else the word as it was written."""
    try:
        return capfirst(str(apps.get_model(object_type)._meta.get_field(name).verbose_name))
    except (LookupError, ValueError, FieldDoesNotExist, AttributeError):
        return capfirst(str(FIELDS.get(name, name.replace("_", " "))))


def value_in_words(value):
    """Codes of ours as words; everything else as it was written."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, str):
        return value
    kind, _space, label = value.partition(" ")
    if kind in ScopeKind.values:  # the scope of a grant: "unit 西乡街道"
        return f"{ScopeKind(kind).label} {label}".strip()
    return role_in_words(value) or value
