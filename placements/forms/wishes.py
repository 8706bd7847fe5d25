"""Forms of wishes: the trainee's own, a host's as typed by an organizer, and the windows."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee
from placements.models import HostContact, Offer, Wish, WishWindow
from placements.rules.host_wishes import SEEN_NAMES
from placements.services.wishes import Said
from trainee_mgmt.kit.forms import CheckedByModel, CrispyMixin, DateTimeInput
from trainee_mgmt.kit.typed import cut

MOST_LINES = 500
PARTS = re.compile("[:：,，\t]")


class ShownField(forms.MultipleChoiceField):
    """What hosts see of a trainee, one box each. None chosen is an answer: number and name alone."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, encoder=None, decoder=None, **kwargs):
        super().__init__(choices=[(str(each), name) for each, name in SEEN_NAMES.items()], **kwargs)


class WindowForm(CheckedByModel, CrispyMixin, forms.ModelForm):
    class Meta:
        model = WishWindow
        fields = [
            "trainees_from",
            "trainees_until",
            "most_ranks",
            "most_refusals",
            "hosts_from",
            "hosts_until",
            "host_ranks",
            "shown_to_hosts",
        ]
        widgets = dict.fromkeys(("trainees_from", "trainees_until", "hosts_from", "hosts_until"), DateTimeInput)
        field_classes = {"shown_to_hosts": ShownField}
        help_texts = {
            "hosts_from": _(
                "Hosts answer by a link in this time. Organizers may write down what a host says at any time."
            ),
            "shown_to_hosts": _(
                "Number and name always; never wishes. Answers that are masked or need consent stay hidden."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["shown_to_hosts"] = [str(each) for each in self.instance.sight.keys]


class OwnWishesForm(CrispyMixin, forms.Form):
    """As many wishes and refusals as the window allows; a refusal comes with its reason."""

    submit_label = _("Send my wishes")

    def __init__(self, *args, offers: list[Offer], window: WishWindow, **kwargs):
        choices = [("", "—"), *((offer.pk, str(offer.post)) for offer in offers)]
        self.ranks, self.refusals = range(1, window.most_ranks + 1), range(1, window.most_refusals + 1)
        super().__init__(*args, **kwargs)
        for rank in self.ranks:
            self._ask(f"wish_{rank}", gettext("Wish %(rank)s") % {"rank": rank}, choices)
            self._tell(f"wish_reason_{rank}", gettext("Why"))
        for number in self.refusals:
            label = gettext("I cannot go to") if window.most_refusals == 1 else gettext("I cannot go to: %(number)s")
            self._ask(f"refusal_{number}", label % {"number": number}, choices)
            self._tell(f"refusal_reason_{number}", gettext("Because"))
        self.helper.layout.fields = list(self.fields)

    def _ask(self, name: str, label: str, choices: list) -> None:
        self.fields[name] = forms.TypedChoiceField(
            label=label, choices=choices, coerce=int, empty_value=None, required=False
        )

    def _tell(self, name: str, label: str) -> None:
        self.fields[name] = forms.CharField(label=label, max_length=200, required=False)

    def clean(self):
        given, seen = super().clean(), set()
        for name in (*(f"wish_{n}" for n in self.ranks), *(f"refusal_{n}" for n in self.refusals)):
            if (key := given.get(name)) and key in seen:
                self.add_error(name, gettext("This post is chosen further up already. Choose each post once."))
            seen.add(key)
        return given

    @property
    def said(self) -> list[Said]:
        given = self.cleaned_data
        ranked = [(given[f"wish_{n}"], n, given[f"wish_reason_{n}"]) for n in self.ranks]
        refused = [(given[f"refusal_{n}"], None, given[f"refusal_reason_{n}"]) for n in self.refusals]
        return [Said(key, rank, reason) for key, rank, reason in (*ranked, *refused) if key]

    @staticmethod
    def filled_by(wishes: list[Wish]) -> dict:
        ranked = [wish for wish in wishes if wish.rank]
        values = {f"wish_{wish.rank}": wish.offer_id for wish in ranked}
        values |= {f"wish_reason_{wish.rank}": wish.reason for wish in ranked}
        for number, wish in enumerate((wish for wish in wishes if not wish.rank), start=1):
            values |= {f"refusal_{number}": wish.offer_id, f"refusal_reason_{number}": wish.reason}
        return values


class ContactForm(CrispyMixin, forms.Form):
    """Who of the host gets the link."""

    contact = forms.ModelChoiceField(
        label=_("Contact"),
        queryset=None,
        empty_label=None,
        widget=forms.RadioSelect,
        help_text=_("The link asks for the last four digits of this person's phone, if the office has it."),
    )
    instead_of = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the link that the page showed
    submit_label = _("Make the link")

    def __init__(self, *args, contacts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = contacts
        self.fields["contact"].label_from_instance = _told
        self.initial.setdefault("contact", contacts.first())


def _told(contact: HostContact) -> str:
    parts = (contact.name, contact.position, contact.phone_mask, contact.email)
    return " · ".join(filter(None, parts))


class HostWishesForm(CrispyMixin, forms.Form):
    """What a host says of one post: a person a line, by number or name; a reason after a colon."""

    ranked = forms.CharField(
        label=_("Would like, the first first"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One person a line, by number or name; a reason may follow after a colon."),
    )
    refused = forms.CharField(
        label=_("Cannot take"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One person a line, with the reason after a colon."),
    )

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort

    def clean_ranked(self):
        found = _people(self.cohort, self.cleaned_data["ranked"])
        return [Said(trainee.pk, rank, reason) for rank, (trainee, reason) in enumerate(found, start=1)]

    def clean_refused(self):
        return [
            Said(trainee.pk, None, reason) for trainee, reason in _people(self.cohort, self.cleaned_data["refused"])
        ]

    @property
    def said(self) -> list[Said]:
        return [*self.cleaned_data["ranked"], *self.cleaned_data["refused"]]

    @staticmethod
    def filled_by(wishes: list[Wish]) -> dict:
        lines = {True: [], False: []}
        for wish in wishes:
            told = f"{wish.trainee.number} {wish.trainee.person.name}"
            lines[wish.rank is not None].append(f"{told}: {wish.reason}" if wish.reason else told)
        return {"ranked": "\n".join(lines[True]), "refused": "\n".join(lines[False])}


def _people(cohort, text: str) -> list[tuple[Trainee, str]]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("These are too many lines."))
    found = []
    for line in lines:
        who, *rest = cut(PARTS, line, most=1)
        found.append((find_trainee(cohort, who), rest[0] if rest else ""))
    return found


def find_trainee(cohort, text: str) -> Trainee:
    """The one trainee in training with this number, name, or both; else a sentence that says what to do."""
    words = text.split()
    rows = cohort.trainees.filter(status=Trainee.Status.ACTIVE).select_related("person")
    both = Q(number=words[0], person__name="".join(words[1:])) if len(words) > 1 else Q(pk=None)
    found = list(rows.filter(Q(number=text) | Q(person__name=text) | both)[:2])
    if not found:
        raise ValidationError(gettext("Nobody in training is called “%(text)s”.") % {"text": text[:60]})
    if len(found) > 1:
        raise ValidationError(gettext("More than one is called “%(text)s”; write the number.") % {"text": text[:60]})
    return found[0]


class TraineeField(forms.CharField):
    """A trainee by number or name; ``cohort`` is set by the form."""

    cohort = None

    def clean(self, value):
        return find_trainee(self.cohort, super().clean(value).strip())
