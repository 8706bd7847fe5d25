"""One pair of a plan and everybody at a host: points, prices of other places, reasons, moves by hand."""

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services import live_progress
from placements.forms.plans import MoveForm, PriceForm
from placements.models import MatchPair, MatchPlan
from placements.selectors.explain import Explainer, parts_of
from placements.selectors.plans import by_host, price_asked
from placements.services import match_plans as services
from placements.services import prices
from placements.views.plans import OfPlan
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import ActionPage, FormPage, StaticPage, is_key

RELATED = ("plan__cohort__program", "plan__rules", "trainee__person", "offer__post__host", "moved_by")
PEOPLE_A_PAGE = 15


class OfPair:
    """A page about one pair; the plan of thousands names a price only where it is asked for."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.pair = self.find(MatchPair, kwargs["pk"], related=RELATED)
        self.plan, self.cohort = self.pair.plan, self.pair.plan.cohort

    @property
    def person(self) -> str:
        return str(self.pair.trainee_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(pair=self.pair, plan=self.plan, cohort=self.cohort, **kwargs)


class MatchPairDetail(OfPair, StaticPage):
    """Why this place: points by criterion, what other places would cost; for htmx the piece beside the list of its plan."""

    allow = "placements.view_pair"
    model = MatchPair
    template_name = "placements/match_pair_detail.html"

    def get_template_names(self):
        return ["placements/_pair_beside.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs):
        explainer = Explainer(self.plan)
        return super().get_context_data(
            parts=parts_of(self.pair),
            options=explainer.options(self.person) if self.plan.is_small else [],
            checks=explainer.checks(self.pair),
            can_change=self.plan.is_open and access.may(self.request.user, "placements.change_pair", self.pair),
            **kwargs,
        )


class MatchPairMove(OfPair, FormPage):
    """A place by hand: choose it, read what it costs all together, say why."""

    allow = "placements.change_pair"
    model = MatchPair
    form_class = MoveForm
    template_name = "placements/match_pair_move.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.explainer = Explainer(self.plan)
        asked = request.GET.get("offer") or request.POST.get("offer") or ""
        if asked and (not is_key(asked) or asked not in self.explainer.on_offer):
            raise Http404
        self.asked = asked

    def get_title(self):
        return _("Move %(name)s by hand") % {"name": self.pair.trainee.person.name}

    def get_initial(self):
        return {"offer": self.asked, "revision": self.plan.revision}

    def get_context_data(self, **kwargs):
        had = str(self.pair.offer_id or "")
        option = self.explainer.option(self.person, self.asked) if self.asked and self.asked != had else None
        posts = sorted((name, key) for key, name in self.explainer.on_offer.items() if key != had)
        return super().get_context_data(
            option=option, asked=self.asked, posts=posts, is_open=self.plan.is_open, job=self._job(), **kwargs
        )

    def _job(self):
        """The work that finds the price, while it goes on or if it came to nothing."""
        asked = price_asked(self.pair, self.plan.revision, self.asked) if self.asked else None
        return live_progress(asked.job) if asked and asked.job and asked.found is None else None

    def save(self, form):
        given = form.cleaned_data
        return services.move(
            self.plan,
            self.pair.trainee_id,
            given["offer"],
            reason=given["reason"],
            revision=given["revision"],
            by=self.request.user,
        )

    def get_success_message(self):
        return _("Moved and locked. The total is now %(total)s.") % {"total": self.object.total}

    def get_success_url(self):
        return reverse("placements:match_pair_detail", kwargs={"pk": self.pair.pk})


class MatchPairPrice(ActionPage):
    """POST ``offer`` and ``revision``: the worker finds the price; the page of the move shows how far it is."""

    allow = "placements.change_pair"
    model = MatchPair

    def get_rows(self):
        return super().get_rows().select_related("plan", "trainee__person")

    @property
    def given(self) -> dict:
        form = PriceForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("offer and revision are whole numbers")
        return form.cleaned_data

    def act(self, pair):
        prices.ask_price(pair, self.given["offer"], revision=self.given["revision"])
        return _("The price is being found; this page shows it as soon as it is.")

    def get_success_url(self, pair):
        page = reverse("placements:match_pair_move", kwargs={"pk": pair.pk})
        return f"{page}?offer={self.given['offer']}"


class MatchPairLock(ActionPage):
    allow = "placements.change_pair"
    model = MatchPair

    def get_rows(self):
        return super().get_rows().select_related("plan")

    def act(self, pair):
        is_locked = self.request.POST.get("do") != "unlock"
        services.lock(pair, is_locked=is_locked)
        return _("It stays when the plan is solved again.") if is_locked else _("The lock is off.")

    def get_success_url(self, pair):
        return reverse("placements:match_pair_detail", kwargs={"pk": pair.pk})


class MatchPlanWishes(OfPlan, StaticPage):
    """For every wish that was not met, the reason."""

    allow = "placements.view_plan"
    model = MatchPlan
    template_name = "placements/match_plan_wishes.html"

    def get_context_data(self, **kwargs):
        explainer = Explainer(self.plan)
        people = explainer.with_unmet_wishes()
        page = Paginator(people, PEOPLE_A_PAGE).get_page(self.request.GET.get("page"))
        lines = [(explainer.people[person], explainer.place_of(person), explainer.unmet(person)) for person in page]
        return super().get_context_data(lines=lines, page=page, **kwargs)


class MatchPlanHosts(OfPlan, StaticPage):
    """Host by host: who comes to which post, and what is left free."""

    allow = "placements.view_plan"
    model = MatchPlan
    template_name = "placements/match_plan_hosts.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(hosts=by_host(self.plan), **kwargs)
