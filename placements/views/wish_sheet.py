"""What the contact of a host sees on the own phone, without an account: whom the host would like for each of its posts."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from placements.models import MOST_RANKS, MatchPlan, Offer, Wish
from placements.rules.host_wishes import REFUSED, Choice, from_json, read_choices
from placements.selectors.wish_links import candidates_seen
from placements.selectors.wishes import host_said, offers_of_host
from placements.services.host_wishes import keep_draft, send_by_link
from placements.services.wish_links import wish_link_behind
from placements.views.signed import Closed, SignedPage
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import is_key

KEEP = "keep"


class WishSheet(SignedPage):
    """One post at a time. Outside the window, and once places are published, it shows what was sent and takes nothing."""

    cookie = "wishes"

    def open(self, token):
        return wish_link_behind(token)

    @cached_property
    def offers(self) -> list[Offer]:
        return offers_of_host(self.link.cohort, self.link.host_id)

    def _offer(self, key: str) -> Offer | None:
        """The post that was asked for; without one the first that is not answered. That of another host is behind no link of
        this one."""
        if not key:
            return next((each for each in self.offers if not each.is_answered), self.offers[0] if self.offers else None)
        found = next((each for each in self.offers if is_key(key) and each.pk == int(key)), None)
        if found is None:
            raise Closed
        return found

    def show(self):
        return self._page(self._offer(self.request.GET.get("post", "")))

    def _page(self, offer: Offer | None, *, chosen: list[Choice] | None = None, problem: str = ""):
        window, now = self.link.cohort.wish_window, timezone.now()
        is_open = offer is not None and window.is_open(Wish.Side.HOST, now) and not self._is_published(offer)
        draft = getattr(offer, "host_draft", None) if is_open else None
        sent = host_said(offer) if offer else []
        if chosen is None:
            chosen = from_json(draft.lines) if draft else sent
        sight = window.sight
        context = {
            "link": self.link,
            "window": window,
            "offers": self.offers,
            "offer": offer,
            "answer": offer.last_answer if offer else None,
            "draft": draft,
            "is_open": is_open,
            "is_early": window.hosts_from > now,
            "seen": _(", ").join([_("number and name"), *sight.names]),
            "ranks": [str(rank) for rank in range(1, window.host_ranks + 1)],
            "refused": REFUSED,
            "lines": self._lines(chosen, sight) if is_open else (),
            "said": self._names(sent) if offer and not is_open else (),
            "problem": problem,
        }
        return render(self.request, "placements/wish_sheet.html", context, status=422 if problem else 200)

    def _lines(self, chosen: list[Choice], sight) -> list[tuple]:
        """(candidate, choice, reason) for everybody who can be wished; whoever was chosen stands first."""
        by_trainee = {each.trainee: each for each in chosen}
        nothing = Choice(0, "", "")
        found = [(each, by_trainee.get(each.pk, nothing)) for each in candidates_seen(self.link.cohort, sight)]
        found.sort(key=lambda line: (not line[1].choice, line[1].rank is None, line[1].rank or 0))
        return [(each, choice.choice, choice.reason) for each, choice in found]

    def _names(self, sent: list[Choice]) -> list[tuple]:
        """Whom the host named, and nobody else: once nothing can be changed the others are none of its business."""
        names = dict(
            self.link.cohort.trainees.filter(pk__in=[each.trainee for each in sent]).values_list("pk", "person__name")
        )
        return [(names.get(each.trainee, ""), each) for each in sent]

    def _is_published(self, offer: Offer) -> bool:
        plans = MatchPlan.objects.filter(cohort=self.link.cohort, starts_on=offer.starts_on)
        return plans.filter(state=MatchPlan.State.PUBLISHED).exists()

    def receive(self):
        if not (key := self.request.POST.get("post")):
            raise Closed  # no form of ours: nothing that was said is replaced by nothing
        offer = self._offer(key)
        trainees = self.link.cohort.trainees.values_list("pk", flat=True)
        chosen = read_choices(self.request.POST, trainees, ranks=MOST_RANKS)
        keeps = self.request.POST.get("do") == KEEP
        try:
            (keep_draft if keeps else send_by_link)(self.link, offer, chosen)
        except Refused as refusal:
            return self._page(offer, chosen=chosen, problem=str(refusal))
        done = _("Kept as a draft. It counts once you send it.") if keeps else _("Thank you. Your wishes have arrived.")
        messages.success(self.request, done)
        return HttpResponseRedirect(f"{self.request.path}?post={offer.pk}")
