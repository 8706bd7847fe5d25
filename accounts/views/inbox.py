"""What I was told, and how I want to be told."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.forms.notices import NoticeSettingsForm
from accounts.models import Message
from accounts.services.notice_settings import change_notice_settings, notice_settings, own_email
from accounts.services.notices import mark_read
from trainee_mgmt.kit.pages import FormPage, StaticPage

PER_PAGE = 30


class Inbox(StaticPage):
    """My messages, newest first. To open it is to have read them; an administrator who looks through my eyes reads nothing."""

    allow = "accounts.use_own_account"
    template_name = "accounts/inbox.html"

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        if request.seen_as is None and request.user.unread_messages:
            mark_read(request.user)
            request.user.unread_messages = 0  # the frame is drawn after this
        return response

    def get_context_data(self, **kwargs):
        mine = Message.objects.filter(user=self.request.user).exclude(state=Message.State.CANCELLED)
        page = Paginator(mine.order_by("-pk"), PER_PAGE).get_page(self.request.GET.get("page"))
        page.object_list = list(page.object_list)
        return super().get_context_data(page=page, told=page.object_list, **kwargs)


class NoticeSettingsUpdate(FormPage):
    allow = "accounts.use_own_account"
    form_class = NoticeSettingsForm
    title = gettext_lazy("How I am told")
    success_message = gettext_lazy("Saved.")

    def get_initial(self):
        user = self.request.user
        return NoticeSettingsForm.initial_of(notice_settings(user), own_email(user))

    def save(self, form):
        change_notice_settings(self.request.user, **form.values())

    def get_success_url(self):
        return reverse("accounts:me")

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), nav="accounts:me", **kwargs)
