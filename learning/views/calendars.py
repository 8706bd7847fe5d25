"""Links for calendar programs: one's own page of them, and what such a program reads."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from cohorts.models import TrainingClass
from learning.documents.calendars import calendar_file
from learning.forms import CalendarForm
from learning.models import CalendarFeed
from learning.selectors.calendars import events_of
from learning.services.calendars import feed_behind, make_feed, revoke_feed
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import ActionPage, FormPage
from trainee_mgmt.kit.uploads import content_disposition

MOST_CLASSES = 300  # in the box; whoever has more filters by cohort first


class CalendarList(FormPage):
    """One's own links. The address of a new one is shown once, in the answer to the form."""

    allow = "learning.use_calendar"
    model = CalendarFeed
    form_class = CalendarForm
    template_name = "learning/calendar_list.html"
    title = gettext_lazy("Calendar links")
    made_url = ""

    def get_form_kwargs(self):
        user = self.request.user
        kinds = [CalendarFeed.Kind.OWN] if access.holds(user, "learning.attend") else []
        classes = TrainingClass.objects.none()
        if access.holds(user, "learning.view_session"):
            kinds += [CalendarFeed.Kind.CLASS, CalendarFeed.Kind.TEACHER]
            running = TrainingClass.objects.filter(cohort__ends_on__gte=timezone.localdate(), cohort__is_closed=False)
            mine = running.filter(access.rows(user, "cohorts.view_class")).select_related("cohort")
            classes = TrainingClass.objects.filter(
                pk__in=list(mine.order_by("cohort", "number", "pk").values_list("pk", flat=True)[:MOST_CLASSES])
            ).select_related("cohort")
        return super().get_form_kwargs() | {"kinds": kinds, "classes": classes.order_by("cohort", "number", "pk")}

    def get_context_data(self, **kwargs):
        feeds = self.reachable(CalendarFeed).filter(revoked_at=None).select_related("training_class__cohort")
        return super().get_context_data(feeds=feeds.order_by("-pk"), made_url=self.made_url, **kwargs)

    def form_valid(self, form):
        answer = super().form_valid(form)
        if answer.status_code != 302:
            return answer
        path = reverse("learning:calendar_read", kwargs={"token": self.object[1]})
        self.made_url = self.request.build_absolute_uri(path)
        return self.render_to_response(self.get_context_data(form=self.form_class(**self.get_fresh_kwargs())))

    def get_fresh_kwargs(self):
        return {key: value for key, value in self.get_form_kwargs().items() if key not in ("data", "files")}

    def save(self, form):
        return make_feed(self.request.user, **form.values())

    def get_success_url(self):
        return reverse("learning:calendar_list")


class CalendarRevoke(ActionPage):
    allow = "learning.use_calendar"
    model = CalendarFeed

    def act(self, feed):
        revoke_feed(feed)
        return _("The link is revoked; calendars that read it stop there.")

    def get_success_url(self, feed):
        return reverse("learning:calendar_list")


@method_decorator(login_not_required, name="dispatch")
class CalendarRead(View):
    """Open to whoever has the link, in its owner's language; nothing else tells a link that never was from a revoked one."""

    http_method_names = ["get", "head", "options"]

    def get(self, request, token):
        feed = feed_behind(token)
        if feed is None:
            raise Http404
        with translation.override(feed.user.language):
            name = _("Sessions: %(whose)s") % {"whose": feed}
            content = calendar_file(name, events_of(feed), now=timezone.now())
        return HttpResponse(
            content,
            content_type="text/calendar; charset=utf-8",
            headers={
                "Content-Disposition": content_disposition("sessions.ics", as_attachment=False),
                "Cache-Control": "private, max-age=300",
                "X-Robots-Tag": "noindex",
            },
        )
