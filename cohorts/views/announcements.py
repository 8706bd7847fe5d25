"""Office notices: the list, writing one, the check before it goes out, and what became of it."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Channel, Notice
from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.forms.announcements import AnnouncementForm
from cohorts.models import Announcement
from cohorts.services import announcements as services
from cohorts.tables.announcements import AnnouncementTable, RecipientTable
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, StaticPage

NAMES_SHOWN = 50


class AnnouncementList(TablePage):
    allow = "cohorts.view_announcement"
    inside = COHORT
    model = Announcement
    table_class = AnnouncementTable
    title = gettext_lazy("Office notices")
    template_name = "cohorts/announcement_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)


class AnnouncementCreate(FormPage):
    allow = "cohorts.send_announcement"
    inside = MANAGED_COHORT
    form_class = AnnouncementForm
    title = gettext_lazy("Write an office notice")
    template_name = "cohorts/announcement_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def save(self, form):
        return services.draft(self.cohort, by=self.request.user, **form.values())

    def get_success_url(self):
        return reverse("cohorts:announcement_check", kwargs={"pk": self.object.pk})


class AnnouncementUpdate(EditPage):
    allow = "cohorts.send_announcement"
    model = Announcement
    form_class = AnnouncementForm
    title = gettext_lazy("Change the draft")
    template_name = "cohorts/announcement_form.html"

    def get_queryset(self):
        return super().get_queryset().filter(state=Announcement.State.DRAFT).select_related("cohort__program")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.object.cohort}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, **kwargs)

    def save(self, form):
        return services.redraft(self.object, **form.values())

    def get_success_url(self):
        return reverse("cohorts:announcement_check", kwargs={"pk": self.object.pk})


class _OfAnnouncement:
    """A page about one announcement, beside what it says and to whom."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.announcement = self.find(Announcement, kwargs["pk"], related=("cohort__program", "made_by"))
        self.cohort = self.announcement.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            announcement=self.announcement,
            cohort=self.cohort,
            classes=list(self.announcement.classes.order_by("number", "pk").values_list("name", flat=True)),
            nav="cohorts:announcement_list",
            **kwargs,
        )


class AnnouncementCheck(_OfAnnouncement, StaticPage):
    """Before it goes out: who gets it, how many, by which way, and who cannot be reached."""

    allow = "cohorts.send_announcement"
    template_name = "cohorts/announcement_check.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        if self.announcement.state != Announcement.State.DRAFT:
            raise Http404

    def get_context_data(self, **kwargs):
        found = services.audience(self.announcement, today=timezone.localdate())
        ways = [(str(Channel(way or Channel.INBOX).label), count) for way, count in found.by_way.items()]
        return super().get_context_data(
            found=found,
            count=len(found.users),
            ways=ways,
            missing=found.unreachable[:NAMES_SHOWN],
            more_missing=max(0, len(found.unreachable) - NAMES_SHOWN),
            **kwargs,
        )


class AnnouncementDetail(_OfAnnouncement, TablePage):
    """What was said, and for each person whether it has gone out, by which way, and whether it was seen."""

    allow = "cohorts.view_announcement"
    model = Announcement
    table_class = RecipientTable
    template_name = "cohorts/announcement_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.title = self.announcement.title

    def get_rows(self):
        return Notice.objects.filter(about_type=Announcement._meta.label, about_id=self.announcement.pk)


class AnnouncementSend(ActionPage):
    allow = "cohorts.send_announcement"
    model = Announcement

    def act(self, announcement):
        count = services.send(announcement, digest=self.request.POST.get("digest", ""))
        return ngettext("%(count)s person is told.", "%(count)s people are told.", count) % {"count": count}


class AnnouncementStop(ActionPage):
    allow = "cohorts.send_announcement"
    model = Announcement

    def act(self, announcement):
        count = services.stop(announcement)
        return ngettext(
            "Stopped; %(count)s person does not get it any more.",
            "Stopped; %(count)s people do not get it any more.",
            count,
        ) % {"count": count}


class AnnouncementDiscard(ActionPage):
    allow = "cohorts.send_announcement"
    model = Announcement

    def act(self, announcement):
        services.discard(announcement)
        return _("The draft was thrown away.")

    def get_success_url(self, announcement):
        return reverse("cohorts:announcement_list", kwargs={"cohort": announcement.cohort_id})
