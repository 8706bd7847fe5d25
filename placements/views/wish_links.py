"""Links by which hosts say themselves whom they would like: who was asked, who opened it, who answered; and the acts on one."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.selectors import letters_about
from accounts.services.letters import ways_to_an_address
from placements.access import MATCHED_COHORT
from placements.forms.wishes import ContactForm
from placements.models import Host, HostContact, Wish, WishLink, WishWindow
from placements.selectors.wish_links import asked_hosts, live_wish_links, with_status
from placements.selectors.wishes import offers_of_host
from placements.services import wish_links as services
from placements.services.signed import address_of, ways_to
from placements.tables.wish_links import WishLinkTable
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, FormPage, Page, StaticPage


def _list_url(cohort) -> str:
    return reverse("placements:wish_link_list", kwargs={"cohort": cohort.pk})


def _host_url(cohort, host: int) -> str:
    return reverse("placements:wish_link_detail", kwargs={"cohort": cohort.pk, "pk": host})


class WishLinkList(TablePage):
    """How far each host is that offers a post: asked, opened, answered."""

    allow = "placements.ask_hosts"
    inside = MATCHED_COHORT
    model = Host
    table_class = WishLinkTable
    template_name = "placements/wish_link_list.html"
    title = gettext_lazy("Wishes of hosts")

    def get_rows(self):
        mine = super().get_rows().values("pk")
        return with_status(asked_hosts(self.cohort), self.cohort).filter(pk__in=mine)

    def get_table_options(self):
        return {"context": self.cohort}

    def get_context_data(self, **kwargs):
        window = WishWindow.objects.filter(cohort=self.cohort).first()
        context = super().get_context_data(window=window, **kwargs)
        return context | {
            "can_send": bool(ways_to_an_address()),
            "can_ask": window is not None and window.hosts_until is not None,
            "is_open": window is not None and window.is_open(Wish.Side.HOST, timezone.now()),
            "missing": context["table"].counts["tab_none"],
        }


@method_decorator(never_cache, name="dispatch")
class WishLinkDetail(StaticPage):
    """One host: its link with the words to forward, what was sent, and what it said of each post."""

    allow = "placements.ask_hosts"
    inside = MATCHED_COHORT
    model = Host
    template_name = "placements/wish_link_detail.html"

    def get_context_data(self, **kwargs):
        hosts = asked_hosts(self.cohort).filter(pk__in=self.reachable(Host).values("pk"))
        host = get_object_or_404(hosts, pk=self.kwargs["pk"])
        window = WishWindow.objects.filter(cohort=self.cohort).first()
        links = WishLink.objects.filter(cohort=self.cohort, host=host)
        link = live_wish_links().filter(pk__in=links).select_related("contact", "cohort__wish_window").first()
        path = address_of(link) if link else ""
        site = settings.SITE_URL or self.request.build_absolute_uri("/").rstrip("/")
        return super().get_context_data(
            host=host,
            window=window,
            can_ask=window is not None and window.hosts_until is not None,
            is_waited=host.answered < host.asked
            and window is not None
            and window.is_open(Wish.Side.HOST, timezone.now()),
            link=link,
            was_ended=link is None and links.exists(),
            words=f"{services.words_for(link)} {site}{path}" if path else "",
            ways=ways_to(link.contact) if link else (),
            has_contact=host.contacts.filter(left_on=None).exists(),
            letters=letters_about(services.WISH_LINK, links.values("pk")),
            offers=offers_of_host(self.cohort, host.pk),
            **kwargs,
        )


class _OnAll(Page, View, abstract=True):
    """A button over all hosts of the cohort."""

    allow = "placements.ask_hosts"
    inside = MATCHED_COHORT
    http_method_names = ["post"]

    def post(self, request, **kwargs):
        try:
            messages.success(request, self.act())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(_list_url(self.cohort))

    def act(self) -> str:
        raise NotImplementedError


class WishLinksMake(_OnAll):
    """A link for each host that has none."""

    def act(self):
        made = services.make_wish_links(self.cohort, by=self.request.user)
        return ngettext("%(n)s link was made.", "%(n)s links were made.", made) % {"n": made}


class WishLinksSend(_OnAll):
    """To every host that has not answered."""

    def act(self):
        sent = services.send_wish_links(self.cohort, by=self.request.user)
        return ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", sent) % {"n": sent}


class _OnHost(ActionPage, abstract=True):
    allow = "placements.ask_hosts"
    inside = MATCHED_COHORT
    model = Host

    def get_success_url(self, host):
        return _host_url(self.cohort, host.pk)


class WishLinkSend(_OnHost):
    def act(self, host):
        services.send_wish_links(self.cohort, [host.pk], by=self.request.user)
        return _("The link is on its way to the host.")


class WishLinkRevoke(_OnHost):
    def act(self, host):
        services.revoke_wish_link(self.cohort, host)
        return _("The link opens nothing any more.")


class WishLinkRenew(FormPage):
    """A new link, for the contact that is chosen; the old one opens nothing any more."""

    allow = "placements.ask_hosts"
    inside = MATCHED_COHORT
    model = Host
    form_class = ContactForm
    title = gettext_lazy("A link for this host")
    success_message = gettext_lazy("A new link was made; an older one opens nothing any more.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.host = self.find(Host, kwargs["pk"])

    def get_initial(self):
        standing = live_wish_links().filter(cohort=self.cohort, host=self.host)
        return {"instead_of": standing.values_list("pk", flat=True).first()}

    def get_form_kwargs(self):
        contacts = HostContact.objects.filter(host=self.host, left_on=None).order_by("is_mentor", "pk")
        return super().get_form_kwargs() | {"contacts": contacts}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        services.renew_wish_link(self.cohort, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return _host_url(self.cohort, self.host.pk)
