from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import DetailView

from accounts.models import Unit
from accounts.services import look_at_secret
from placements.forms.hosts import CheckForm, CloseForm, ContactForm, HostForm, HostsCheckForm, PhoneForm, PostForm
from placements.models import Host, HostContact, Post
from placements.rules import credit_code
from placements.selectors.hosts import history_of, posts_of
from placements.services import hosts as services
from placements.tables.hosts import HostTable, state_tag
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage, chosen_rows
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, Page
from trainee_mgmt.kit.tables import BulkAction

FORM = "placements/host_form.html"
NAMED = 12  # so many of the chosen hosts are named


class HostList(TablePage):
    allow = "placements.view_host"
    model = Host
    table_class = HostTable
    title = gettext_lazy("Host enterprises")
    template_name = "placements/host_list.html"

    def get_table_options(self):
        bulk = [BulkAction(reverse("placements:hosts_check"), _("Check the chosen hosts"), "check")]
        may = access.holds(self.request.user, "placements.change_host")
        return {"context": self.get_rows(), "bulk": bulk if may else ()}


class HostDetail(Page, DetailView):
    """All that is known of a host: facts, contacts, posts, and the history of people, visits and tickets."""

    allow = "placements.view_host"
    model = Host
    template_name = "placements/host_detail.html"

    def get_queryset(self):
        return super().get_queryset().select_related("unit", "checked_by")

    def get_context_data(self, **kwargs):
        host, user = self.object, self.request.user
        return super().get_context_data(
            contacts=list(host.contacts.defer("phone").order_by("left_on", "-is_mentor", "name", "pk")),
            posts=posts_of(host),
            history=history_of(host, user),
            tag=state_tag(host.state),
            code_is_odd=bool(host.credit_code) and not credit_code.is_sound(host.credit_code),
            can_change=access.may(user, "placements.change_host", host),
            may_read_opinions=access.may(user, "placements.view_opinions", host),
            **kwargs,
        )


class HostCreate(FormPage):
    allow = "placements.create_host"
    form_class = HostForm
    title = gettext_lazy("New host enterprise")
    template_name = FORM
    success_message = gettext_lazy("The host was entered. Check it before trainees are placed there.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"units": self.reachable(Unit).filter(closed_on=None).order_by("path")}

    def save(self, form):
        return services.create_host(**form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class HostUpdate(EditPage):
    allow = "placements.change_host"
    model = Host
    form_class = HostForm
    title = gettext_lazy("Edit the host")
    template_name = FORM
    success_message = gettext_lazy("The host was saved.")

    def get_form_kwargs(self):
        units = self.reachable(Unit, "placements.create_host").filter(closed_on=None)
        mine = Unit.objects.filter(pk=self.object.unit_id)
        return super().get_form_kwargs() | {"units": (units | mine).distinct().order_by("path")}

    def get_context_data(self, **kwargs):
        return super().get_context_data(host=self.get_object(), **kwargs)

    def save(self, form):
        return services.edit_host(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class _AboutHost(FormPage, abstract=True):
    """A form about one host that the reader keeps."""

    allow = "placements.change_host"
    model = Host
    template_name = FORM

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.host = self.find(Host, kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(host=self.host, **kwargs)

    def get_success_url(self):
        return self.host.get_absolute_url()


class HostCheck(_AboutHost):
    form_class = CheckForm
    title = gettext_lazy("Check the host")
    success_message = gettext_lazy("The host is checked. Trainees may be placed there.")

    def get_initial(self):
        return {"on": timezone.localdate(), "note": self.host.check_note}

    def save(self, form):
        services.check_host(self.host, by=self.request.user, **form.cleaned_data)


class HostsCheck(FormPage):
    """Several hosts at once: the first POST brings those chosen in the list, the second what was found."""

    allow = "placements.change_host"
    model = Host
    http_method_names = ("post", "options")
    form_class = HostsCheckForm
    template_name = "placements/hosts_check.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.hosts = list(self.find_chosen().order_by("name", "pk")) if request.method == "POST" else []
        if request.method == "POST" and not self.hosts:
            raise Http404

    def find_chosen(self):
        mine = self.reachable(Host)
        return chosen_rows(self.request, mine, HostTable, lambda: {"context": mine})

    def post(self, request, *args, **kwargs):
        if "chosen" in request.POST:
            return super().post(request, *args, **kwargs)
        initial = {"chosen": ",".join(str(each.pk) for each in self.hosts), "on": timezone.localdate()}
        return self.render_to_response(self.get_context_data(form=self.form_class(initial=initial)))

    def get_title(self):
        n = len(self.hosts)
        return ngettext("Check %(n)s host", "Check %(n)s hosts", n) % {"n": n}

    def get_context_data(self, **kwargs):
        names = [each.name for each in self.hosts[:NAMED]]
        return super().get_context_data(
            names=names, more=len(self.hosts) - len(names), back=self.get_success_url(), **kwargs
        )

    def save(self, form):
        given = {name: form.cleaned_data[name] for name in ("on", "note")}
        keys = [each.pk for each in self.hosts]
        self.count, self.closed = services.check_hosts(keys, by=self.request.user, **given)

    def get_success_message(self):
        words = ngettext("%(n)s host is checked.", "%(n)s hosts are checked.", self.count) % {"n": self.count}
        if not self.closed:
            return words
        return (
            words
            + " "
            + _("Left as they are, because they are out of use: %(names)s.")
            % {"names": _(", ").join(self.closed[:NAMED])}
        )

    def get_success_url(self):
        query = self.request.GET.urlencode()
        return reverse("placements:host_list") + (f"?{query}" if query else "")


class HostClose(ActionPage):
    allow = "placements.change_host"
    model = Host

    def act(self, host):
        services.close_host(host, today=timezone.localdate())
        return _("The host is out of use.")


class HostReopen(ActionPage):
    allow = "placements.change_host"
    model = Host

    def act(self, host):
        services.reopen_host(host)
        return _("The host is in use again. Check it before trainees are placed there.")


class HostDelete(DeletePage):
    allow = "placements.change_host"
    model = Host
    success_message = gettext_lazy("The host was deleted.")

    def delete(self, host):
        services.delete_host(host)

    def get_list_url(self, host):
        return reverse("placements:host_list")


# Contacts -------------------------------------------------------------------------------------------------------------


class ContactCreate(_AboutHost):
    form_class = ContactForm
    title = gettext_lazy("New contact")
    success_message = gettext_lazy("The contact was entered.")

    def save(self, form):
        values = dict(form.cleaned_data)
        return services.add_contact(self.host, phone=values.pop("number"), **values)


class _OfHost(EditPage, abstract=True):
    """A form over a row of a host."""

    template_name = FORM

    def get_queryset(self):
        return super().get_queryset().select_related("host")

    def get_context_data(self, **kwargs):
        return super().get_context_data(host=self.object.host, **kwargs)

    def get_success_url(self):
        return self.object.host.get_absolute_url()


class ContactUpdate(_OfHost):
    allow = "placements.change_contact"
    model = HostContact
    form_class = ContactForm
    title = gettext_lazy("Edit the contact")
    success_message = gettext_lazy("The contact was saved.")

    def save(self, form):
        values = dict(form.cleaned_data)
        return services.edit_contact(self.object, phone=values.pop("number"), **values)


class ContactEnd(ActionPage):
    allow = "placements.change_contact"
    model = HostContact

    def get_rows(self):
        return super().get_rows().select_related("host")

    def act(self, contact):
        services.end_contact(contact, on=timezone.localdate())
        return _("The contact is marked as left.")

    def get_success_url(self, contact):
        return contact.host.get_absolute_url()


@method_decorator(never_cache, name="dispatch")
class ContactPhone(FormPage):
    """The phone in full, once, for a reason that is kept. The answer stands in the response and nowhere else."""

    allow = "placements.see_phone"
    model = HostContact
    form_class = PhoneForm
    title = gettext_lazy("Show a number in full")
    template_name = "placements/contact_phone.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.contact = self.find(HostContact, kwargs["pk"], related=("host",))

    def get_context_data(self, **kwargs):
        return super().get_context_data(contact=self.contact, host=self.contact.host, **kwargs)

    def form_valid(self, form):
        value = look_at_secret(self.contact, "phone", reason=form.cleaned_data["reason"])
        return self.render_to_response(self.get_context_data(form=form, value=value or "—"))


# Posts ----------------------------------------------------------------------------------------------------------------


class PostCreate(_AboutHost):
    form_class = PostForm
    title = gettext_lazy("New post")
    success_message = gettext_lazy("The post was entered. Offer its seats to a cohort.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"host": self.host}

    def save(self, form):
        return services.create_post(self.host, **form.cleaned_data)


class PostUpdate(_OfHost):
    allow = "placements.change_post"
    model = Post
    form_class = PostForm
    title = gettext_lazy("Edit the post")
    success_message = gettext_lazy("The post was saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"host": self.object.host}

    def save(self, form):
        return services.edit_post(self.object, **form.cleaned_data)


class PostClose(FormPage):
    allow = "placements.change_post"
    model = Post
    form_class = CloseForm
    title = gettext_lazy("Close this post")
    template_name = FORM
    success_message = gettext_lazy("The post is offered to no further cohort.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.post_row = self.find(Post, kwargs["pk"], related=("host",))

    def get_initial(self):
        return {"on": timezone.localdate()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(host=self.post_row.host, **kwargs)

    def save(self, form):
        services.close_post(self.post_row, on=form.cleaned_data["on"])

    def get_success_url(self):
        return self.post_row.host.get_absolute_url()


class _PostAction(ActionPage, abstract=True):
    allow = "placements.change_post"
    model = Post

    def get_rows(self):
        return super().get_rows().select_related("host")

    def get_success_url(self, post):
        return post.host.get_absolute_url()


class PostReopen(_PostAction):
    def act(self, post):
        services.reopen_post(post)
        return _("The post can be offered again.")


class PostDelete(_PostAction):
    def act(self, post):
        services.delete_post(post)
        return _("The post was deleted.")
