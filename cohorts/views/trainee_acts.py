"""What is done with trainees: adding, editing, moving, withdrawing, one by one or many at once."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.access import MANAGED_COHORT
from cohorts.forms import trainees as forms
from cohorts.models import Trainee
from cohorts.rules.days import shown_day
from cohorts.selectors.trainees import withheld
from cohorts.services import groups as group_services
from cohorts.services import trainees as services
from cohorts.services.people import look_up_person
from cohorts.tables.trainees import TraineeTable
from cohorts.views.days import day_of
from cohorts.views.trainees import AboutTrainee, roster_for
from trainee_mgmt.kit.lists import chosen_rows
from trainee_mgmt.kit.pages import ActionPage, FormPage


def today_in(cohort):
    return shown_day(cohort.starts_on, cohort.ends_on, timezone.localdate())


class TraineeCreate(FormPage):
    """Two steps: find the person by phone or ID number, then ask only what is not known."""

    allow = "cohorts.change_trainee"
    inside = MANAGED_COHORT
    form_class = forms.TraineeCreateForm
    title = gettext_lazy("Add a trainee")
    template_name = "cohorts/trainee_create.html"
    known = None

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(form=forms.FindPersonForm(), step=1))

    def post(self, request, *args, **kwargs):
        if "known" in request.POST:
            self.known = forms.known_person(request.POST["known"])
            return super().post(request, *args, **kwargs)
        find = forms.FindPersonForm(request.POST)
        if not find.is_valid():
            return self.render_to_response(self.get_context_data(form=find, step=1), status=422)
        return self.ask_the_rest(find.cleaned_data)

    def ask_the_rest(self, found):
        self.known = look_up_person(phone=found["phone"], id_number=found["id_number"], cohort=self.cohort)
        form = forms.TraineeCreateForm(initial=self.first_answers(found), cohort=self.cohort, known=self.known)
        return self.render_to_response(self.get_context_data(form=form))

    def first_answers(self, found) -> dict:
        """What need not be typed again, as far as the reader may see the place where it was said."""
        answers = {"joined_on": today_in(self.cohort), "phone": found["phone"], "id_number": found["id_number"]}
        if self.known is None:
            return answers
        answers["known"] = forms.sign_known(self.known)
        places = self.reachable(Trainee, "cohorts.view_trainee").filter(person=self.known)
        last = places.order_by("-joined_on", "-pk").first()
        if last:
            fields = [*last.cohort.profile_fields.all(), *self.cohort.profile_fields.all()]
            kept_back = withheld(self.known.pk, fields)
            profile = {key: value for key, value in last.profile.items() if key not in kept_back}
            answers |= {"work_unit": last.work_unit, "position": last.position, "profile": profile}
        return answers

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort, "known": self.known}

    def save(self, form):
        return services.add_trainee(self.cohort, person=form.person, **form.values)

    def get_success_message(self):
        return _("%(trainee)s was added.") % {"trainee": self.object}

    def get_success_url(self):
        return self.object.get_absolute_url()

    def get_context_data(self, **kwargs):
        kwargs.setdefault("step", 2)
        return super().get_context_data(known=self.known, **kwargs)


class WithdrawalWords:
    """What the page of a withdrawal says before it is done."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            submit_label=self.get_title(),
            danger=True,
            effects=[_("From that day on: no class, no groups, no class office; sessions do not count them any more.")],
            spared=[_("Attendance, journals and scores before that day stay."), _("The account stays open.")],
            **kwargs,
        )


class AboutOne(AboutTrainee, FormPage, abstract=True):
    """A form about one trainee, as if it alone had been chosen from the list."""

    allow = "cohorts.change_trainee"
    template_name = "cohorts/trainee_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        return super().get_initial() | {"on": today_in(self.cohort)}

    def get_success_url(self):
        return self.trainee.get_absolute_url()


class TraineeUpdate(AboutOne):
    form_class = forms.TraineeEditForm
    title = gettext_lazy("Edit the place")
    success_message = gettext_lazy("Saved. No import will overwrite what you changed.")

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        del kwargs["cohort"]
        fields = list(self.cohort.profile_fields.order_by("order", "pk"))
        kept_back = withheld(self.trainee.person_id, fields)
        return kwargs | {"trainee": self.trainee, "profile_fields": fields, "withheld": kept_back}

    def save(self, form):
        return services.edit_trainee(self.trainee, **form.values)


class TraineeMove(AboutOne):
    form_class = forms.MoveForm
    title = gettext_lazy("Move to another class")

    def save(self, form):
        self.moved = services.move_to_class(
            [self.trainee], form.cleaned_data["training_class"], on=form.cleaned_data["on"]
        )
        return form.cleaned_data["training_class"]

    def get_success_message(self):
        if not self.moved.moved:
            return _("Nothing changed: %(name)s is in that class already.") % {"name": self.trainee.person.name}
        return _("%(name)s is now in %(class)s.") % {"name": self.trainee.person.name, "class": self.object.name}

    def get_message_tags(self):
        if not self.moved.moved or self.trainee.memberships.count() < 2:
            return ""
        return f"undo:{reverse('cohorts:trainee_undo_move', kwargs={'pk': self.trainee.pk})}"


class TraineeWithdraw(WithdrawalWords, AboutOne):
    form_class = forms.WithdrawForm
    template_name = "cohorts/trainee_withdraw.html"

    def get_title(self):
        return _("Withdraw %(name)s from the training") % {"name": self.trainee.person.name}

    def save(self, form):
        return services.withdraw([self.trainee], on=form.cleaned_data["on"], reason=form.cleaned_data["reason"])

    def get_success_message(self):
        return _("%(name)s was withdrawn.") % {"name": self.trainee.person.name}

    def get_message_tags(self):
        return f"undo:{reverse('cohorts:trainee_undo_withdraw', kwargs={'pk': self.trainee.pk})}"


class TraineeRejoin(AboutOne):
    form_class = forms.RejoinForm
    title = gettext_lazy("Take back into training")

    def save(self, form):
        values = form.cleaned_data
        return services.rejoin(self.trainee, on=values["on"], training_class=values["training_class"])

    def get_success_message(self):
        return _("%(name)s is in training again.") % {"name": self.trainee.person.name}


class TraineeUndoMove(ActionPage):
    allow = "cohorts.change_trainee"
    model = Trainee

    def act(self, trainee):
        back = services.undo_move(trainee)
        return _("Taken back: %(class)s goes on.") % {"class": back.name}


class TraineeUndoWithdraw(ActionPage):
    allow = "cohorts.change_trainee"
    model = Trainee

    def act(self, trainee):
        services.undo_withdrawal(trainee)
        return _("The withdrawal was taken back.")


# Many at once ---------------------------------------------------------------------------------------------------------


class ChosenPage(FormPage, abstract=True):
    """What is done with the rows chosen in the list: the first POST brings them, the second the answers."""

    allow = "cohorts.change_trainee"
    inside = MANAGED_COHORT
    http_method_names = ["post", "options"]
    template_name = "cohorts/trainee_chosen.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        if request.method != "POST":
            return
        self.trainees = list(self.find_chosen().order_by("number", "pk"))
        if not self.trainees:
            raise Http404

    def find_chosen(self):
        mine = self.reachable(Trainee).filter(cohort=self.cohort).select_related("person")
        mine = mine.defer("person__phone", "person__id_number")
        return chosen_rows(self.request, mine, TraineeTable, self.get_table_options)

    def get_table_options(self) -> dict:
        day, asked = day_of(self.request, self.cohort)
        return {"context": roster_for(self.request, self.cohort, day, asked)}

    def post(self, request, *args, **kwargs):
        if "chosen" in request.POST:
            return super().post(request, *args, **kwargs)
        return self.render_to_response(self.get_context_data(form=self.get_form_class()(**self.first_kwargs())))

    def first_kwargs(self) -> dict:
        chosen = ",".join(str(trainee.pk) for trainee in self.trainees)
        return {"initial": {"chosen": chosen, "on": today_in(self.cohort)}, "cohort": self.cohort}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_context_data(self, **kwargs):
        names = [trainee.person.name for trainee in self.trainees[:12]]
        return super().get_context_data(number=len(self.trainees), names=names, back=self.get_success_url(), **kwargs)

    def get_success_url(self):
        query = self.request.GET.urlencode()
        return reverse("cohorts:trainee_list", kwargs={"cohort": self.cohort.pk}) + (f"?{query}" if query else "")


class TraineesMove(ChosenPage):
    form_class = forms.MoveForm

    def get_title(self):
        n = len(self.trainees)
        return ngettext("Move %(n)s trainee to a class", "Move %(n)s trainees to a class", n) % {"n": n}

    def save(self, form):
        values = form.cleaned_data
        self.moved = services.move_to_class(self.trainees, values["training_class"], on=values["on"])
        return values["training_class"]

    def get_success_message(self):
        n = self.moved.moved
        return ngettext(
            "%(n)s trainee was moved to %(class)s; %(same)s were there already.",
            "%(n)s trainees were moved to %(class)s; %(same)s were there already.",
            n,
        ) % {"n": n, "class": self.object.name, "same": self.moved.same}


class TraineesGroup(ChosenPage):
    form_class = forms.GroupForm

    def get_title(self):
        n = len(self.trainees)
        return ngettext("Put %(n)s trainee into a group", "Put %(n)s trainees into a group", n) % {"n": n}

    def save(self, form):
        group = form.cleaned_data["group"]
        self.new, self.same = group_services.put_into_group(group, self.trainees, on=form.cleaned_data["on"])
        return group

    def get_success_message(self):
        return ngettext(
            "%(n)s trainee was put into %(group)s; %(same)s were there already.",
            "%(n)s trainees were put into %(group)s; %(same)s were there already.",
            self.new,
        ) % {"n": self.new, "group": self.object.name, "same": self.same}


class TraineesWithdraw(WithdrawalWords, ChosenPage):
    form_class = forms.WithdrawForm
    template_name = "cohorts/trainee_withdraw.html"

    def get_title(self):
        n = len(self.trainees)
        return ngettext("Withdraw %(n)s trainee", "Withdraw %(n)s trainees", n) % {"n": n}

    def save(self, form):
        return services.withdraw(self.trainees, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"])

    def get_success_message(self):
        n = self.object
        return ngettext("%(n)s trainee was withdrawn.", "%(n)s trainees were withdrawn.", n) % {"n": n}
