"""The outbox of the office: messages and their channels, notices that wait, channels, holidays."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from accounts.channels import order_of_office
from accounts.forms.notices import CalendarDayForm
from accounts.models import CalendarDay, Channel, LinkLetter, Message, Notice
from accounts.models.users import SECRETS
from accounts.selectors import counts_by_channel
from accounts.services import calendar
from accounts.services.notice_settings import own_email
from accounts.services.outbox import by_hand
from accounts.tables.notices import CalendarTable, LetterTable, MessageTable, NoticeTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage, chosen_rows
from trainee_mgmt.kit.notices import KINDS
from trainee_mgmt.kit.pages import ActionPage, ButtonPage, EditPage, FormPage, Page, StaticPage
from trainee_mgmt.kit.tables import BulkAction

RECENT = timedelta(days=7)


class MessageList(TablePage):
    allow = "accounts.view_outbox"
    model = Message
    table_class = MessageTable
    title = gettext_lazy("Outbox")
    template_name = "accounts/message_list.html"


class MessageDetail(StaticPage):
    allow = "accounts.view_outbox"
    template_name = "accounts/message_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = self.reachable(Message).select_related("user").defer(*(f"user__{name}" for name in SECRETS))
        self.message = get_object_or_404(rows, pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            told=self.message,
            deliveries=self.message.deliveries.order_by("pk"),
            notices=[
                (KINDS[notice.kind].label if notice.kind in KINDS else notice.kind, notice)
                for notice in self.message.notices.order_by("pk")
            ],
            nav="accounts:message_list",
            **kwargs,
        )


class MessageCancel(ActionPage):
    allow = "accounts.change_outbox"
    model = Message

    def get_rows(self):
        return super().get_rows().select_related("user")

    def act(self, message):
        by_hand.cancel_message(message)
        return _("The message was cancelled.")


class MessageAgain(ActionPage):
    allow = "accounts.change_outbox"
    model = Message

    def get_rows(self):
        return super().get_rows().select_related("user")

    def act(self, message):
        by_hand.send_again(message)
        return _("It will be sent again within a minute.")


class LetterList(TablePage):
    """Letters with a link to people without an account, and what became of them."""

    allow = "accounts.view_letter"
    model = LinkLetter
    table_class = LetterTable
    title = gettext_lazy("Letters to people without an account")
    template_name = "accounts/notice_list.html"


class NoticeList(TablePage):
    """What waits for its time, and what became of the rest."""

    allow = "accounts.view_notice"
    model = Notice
    table_class = NoticeTable
    title = gettext_lazy("Notices")
    template_name = "accounts/notice_list.html"

    def get_table_options(self):
        may_cancel = access.holds(self.request.user, "accounts.cancel_notice")
        cancel = BulkAction(reverse("accounts:notice_cancel"), _("Cancel"), "cross")
        return {"bulk": [cancel] if may_cancel else []}


class NoticeCancel(Page, View):
    """The chosen notices that still wait."""

    allow = "accounts.cancel_notice"
    http_method_names = ["post"]

    def post(self, request):
        chosen = chosen_rows(request, self.reachable(Notice), NoticeTable)
        if cancelled := by_hand.cancel_chosen(chosen):
            words = ngettext("%(count)s notice cancelled.", "%(count)s notices cancelled.", cancelled)
            messages.success(request, words % {"count": cancelled})
        else:
            messages.warning(request, _("None of the chosen notices waits any more."))
        return HttpResponseRedirect(reverse("accounts:notice_list"))


class ChannelList(StaticPage):
    """Which ways to people are set up, whether they work, and a test to oneself."""

    allow = "accounts.view_channel"
    template_name = "accounts/channel_list.html"

    def get_context_data(self, **kwargs):
        counts = counts_by_channel(since=timezone.now() - RECENT)
        user = self.request.user
        return super().get_context_data(
            set_up=[(name, Channel(name).label, counts.get(name, {})) for name in order_of_office()],
            missing=[each.label for each in Channel if each != Channel.INBOX and each.value not in order_of_office()],
            needs_email="email" in order_of_office() and not own_email(user),
            nav="accounts:message_list",
            **kwargs,
        )


class ChannelTest(ButtonPage):
    allow = "accounts.view_channel"

    def act(self):
        number = by_hand.send_test(self.request.user, self.request.POST.get("channel", "")[:10])
        return _("The provider took it. Its number: %(number)s") % {"number": number or "—"}

    def get_success_url(self):
        return reverse("accounts:channel_list")


class CalendarDayList(TablePage):
    """Holidays and the Saturdays that are worked, by year; what is not announced yet is said."""

    allow = "accounts.view_calendar"
    model = CalendarDay
    table_class = CalendarTable
    title = gettext_lazy("Holidays")
    template_name = "accounts/calendarday_list.html"

    def get_context_data(self, **kwargs):
        year = timezone.localdate().year
        return super().get_context_data(
            not_announced=[each for each in (year, year + 1) if calendar.published_days(each) is None],
            may_change=may_change_calendar(self.request.user),
            **kwargs,
        )


class CalendarDayCreate(FormPage):
    allow = "accounts.change_calendar"
    form_class = CalendarDayForm
    title = gettext_lazy("Enter a day")

    def save(self, form):
        if not may_change_calendar(self.request.user):
            raise Refused(_("It is one calendar for everybody: only an administrator of everything changes it."))
        return calendar.set_day(**form.cleaned_data)

    def get_success_message(self):
        return _("Saved.")

    def get_success_url(self):
        return reverse("accounts:calendarday_list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), nav="accounts:calendarday_list", **kwargs)


class CalendarDayUpdate(EditPage):
    allow = "accounts.change_calendar"
    model = CalendarDay
    form_class = CalendarDayForm
    template_name = "accounts/calendarday_update.html"

    def get_title(self):
        return f"{self.object.day:%Y-%m-%d}"

    def save(self, form):
        return calendar.set_day(**form.cleaned_data)

    def get_success_message(self):
        return _("Saved.")

    def get_success_url(self):
        return reverse("accounts:calendarday_list")

    def get_context_data(self, **kwargs):
        is_own = self.object.source == CalendarDay.Source.OFFICE
        return super().get_context_data(row=self.object, is_own=is_own, cancel_url=self.get_success_url(), **kwargs)


class CalendarDayForget(ActionPage):
    allow = "accounts.change_calendar"
    model = CalendarDay

    def act(self, row):
        calendar.forget_day(row)
        return _("The published calendar holds for this day again.")

    def get_success_url(self, row):
        return reverse("accounts:calendarday_list")


def may_change_calendar(user) -> bool:
    """It is one calendar for everybody: only a role over everything changes it."""
    return any(
        grant.scope_kind == "all"
        for role in access.roles_that_allow(user, "accounts.change_calendar")
        for grant in user.grants_of(role)
    )
