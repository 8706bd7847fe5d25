"""Activities: the list with its counts, one activity with its people, and signing up on the phone."""

from datetime import timedelta

from django.core.exceptions import BadRequest
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.models import Trainee
from learning.figures.activities import BY_MODE, BY_MONTH, BY_PLATFORM
from learning.forms.activities import ActivityForm, PlatformForm
from learning.models import Activity, Signup
from learning.services import activities as services
from learning.services.activities import default_platforms
from learning.tables.activities import ActivityTable, state_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.figures import Scope, count
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, StaticPage, is_key


class ActivityList(TablePage):
    allow = "learning.view_activity"
    inside = COHORT
    model = Activity
    table_class = ActivityTable
    template_name = "learning/activity_list.html"
    title = gettext_lazy("Activities")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        return {"context": self.cohort}

    def get_context_data(self, **kwargs):
        now = timezone.now()
        counted = count((BY_PLATFORM, BY_MODE, BY_MONTH), Scope((self.cohort.pk,), now, timezone.localdate(now)))
        return super().get_context_data(
            counts=[(each, _lines(each, counted.answers[each.name])) for each in (BY_PLATFORM, BY_MODE, BY_MONTH)],
            can_change=access.may(self.request.user, "learning.change_activities", self.cohort),
            **kwargs,
        )


def _lines(each, answers):
    counts = sorted(answers.counts.items()) if each is BY_MONTH else answers.counts.items()
    return [(answer, each.words(answer), n) for answer, n in counts]


class ActivityCreate(FormPage):
    allow = "learning.change_activities"
    inside = MANAGED_COHORT
    form_class = ActivityForm
    title = gettext_lazy("New activity")
    template_name = "learning/activity_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        start = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=7)
        return {
            "starts_at": start,
            "ends_at": start + timedelta(hours=2),
            "opens_at": timezone.localtime(),
            "closes_at": start - timedelta(days=1),
        }

    def save(self, form):
        return services.make_activity(cohort=self.cohort, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class ActivityUpdate(EditPage):
    allow = "learning.change_activity"
    model = Activity
    form_class = ActivityForm
    title = gettext_lazy("Change the activity")
    template_name = "learning/activity_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("cohort__program", "platform")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.object.cohort}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, **kwargs)

    def save(self, form):
        return services.change_activity(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class ActivityPlatforms(FormPage):
    allow = "learning.change_activities"
    inside = MANAGED_COHORT
    form_class = PlatformForm
    title = gettext_lazy("Platforms")
    template_name = "learning/activity_form.html"

    def get_initial(self):
        names = list(self.cohort.platforms.order_by("order", "pk").values_list("name", flat=True))
        return {"names": "\n".join(names or default_platforms())}

    def save(self, form):
        services.set_platforms(self.cohort, form.cleaned_data["names"])

    def get_success_url(self):
        return reverse("learning:activity_list", kwargs={"cohort": self.cohort.pk})


class ActivityDetail(StaticPage):
    """Who signed up, who waits, and who came: the boxes are sent as a whole."""

    allow = "learning.view_activity"
    model = Activity
    template_name = "learning/activity_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = self.reachable(Activity).select_related("cohort__program", "platform")
        self.activity = get_object_or_404(rows, pk=kwargs["pk"])
        self.can_change = access.may(request.user, "learning.change_activity", self.activity)

    def get_context_data(self, **kwargs):
        activity = self.activity
        people = activity.signups.exclude(state=Signup.State.WITHDRAWN).order_by("queued_at", "pk")
        lines = list(
            people.values("trainee", "state", "attended", "queued_at", "trainee__number", "trainee__person__name")
        )
        return super().get_context_data(
            activity=activity,
            cohort=activity.cohort,
            signed=[line for line in lines if line["state"] == Signup.State.SIGNED],
            waiting=[
                line | {"words": Signup.State(line["state"]).label}
                for line in lines
                if line["state"] != Signup.State.SIGNED
            ],
            state=state_of(activity.cancelled_at, activity.opens_at, activity.closes_at, activity.ends_at),
            can_change=self.can_change,
            has_begun=activity.starts_at <= timezone.now() and not activity.cancelled_at,
            **kwargs,
        )


class ActivityMark(ActionPage):
    allow = "learning.change_activity"
    model = Activity

    def act(self, activity):
        keys = self.request.POST.getlist("came")
        if len(keys) > 5000 or not all(is_key(key) for key in keys):
            raise BadRequest("came holds keys of trainees")
        came = services.mark_activity(activity, came={int(key) for key in keys})
        return _("%(count)s people came.") % {"count": came}


class ActivityCancel(ActionPage):
    allow = "learning.change_activity"
    model = Activity

    def act(self, activity):
        services.cancel_activity(activity)
        return _("The activity is cancelled; whoever signed up is told.")


class MyActivities(StaticPage):
    """What a trainee may sign up to, and what the trainee has."""

    allow = "learning.join_activity"
    model = Activity
    template_name = "learning/my_activities.html"

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        mine = Signup.objects.filter(activity=OuterRef("pk"), trainee__person__user=user)
        rows = (
            self.reachable(Activity)
            .select_related("platform")
            .annotate(
                mine=Subquery(mine.values("state")[:1]),
                offer_until=Subquery(mine.values("offer_until")[:1]),
                came=Subquery(mine.values("attended")[:1]),
                taken=Count("signups", filter=Q(signups__state__in=services.HELD)),
                queue=Count("signups", filter=Q(signups__state=Signup.State.WAITING)),
            )
        )
        coming = rows.filter(ends_at__gt=now).order_by("starts_at", "pk")[:100]
        past = rows.filter(ends_at__lte=now, mine__isnull=False).exclude(mine="withdrawn").order_by("-starts_at", "-pk")
        return super().get_context_data(
            coming=[(each, _free(each), each.opens_at <= now < each.closes_at) for each in coming],
            past=past[:50],
            now=now,
            **kwargs,
        )


def _free(activity) -> int | None:
    return None if activity.capacity is None else max(0, activity.capacity - activity.taken)


class _Signing(ActionPage, abstract=True):
    """A button of a trainee; the place in the cohort of the activity is the trainee's own."""

    allow = "learning.join_activity"
    model = Activity

    def act(self, activity):
        trainee = Trainee.objects.filter(person__user=self.request.user, cohort=activity.cohort_id).first()
        if trainee is None:
            raise Http404
        return self.sign(activity, trainee)

    def sign(self, activity, trainee) -> str:
        raise NotImplementedError

    def get_success_url(self, activity):
        return reverse("learning:my_activities")


class ActivityJoin(_Signing):
    def sign(self, activity, trainee):
        signup = services.sign_up(activity, trainee)
        if signup.state == Signup.State.WAITING:
            return _("All seats are taken. You are on the waiting list and will be told when one comes free.")
        return _("You have a seat.")


class ActivityLeave(_Signing):
    def sign(self, activity, trainee):
        services.withdraw(activity, trainee)
        return _("You have withdrawn; the next person is asked.")


class ActivityAccept(_Signing):
    def sign(self, activity, trainee):
        services.accept_seat(activity, trainee)
        return _("The seat is yours.")
