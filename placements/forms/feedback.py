from django import forms
from django.utils.translation import gettext_lazy as _

from placements.rules.feedback import (
    KIND_NAMES,
    MOST_CHOICES,
    MOST_QUESTIONS,
    SCALE,
    Kind,
    Milestone,
    Question,
    Rules,
    When,
)
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.forms import CrispyMixin

WHEN = [
    ("", "—"),
    (When.AFTER, _("weeks after the first day")),
    (When.MIDDLE, _("in the middle of the stay")),
    (When.BEFORE_END, _("weeks before the last day")),
]
MILESTONES = 4  # boxes; more are seldom wanted


class ShownLinkForm(forms.Form):
    """The link that a page showed when a button of it was pressed."""

    instead_of = forms.IntegerField(required=False)


class FeedbackRulesForm(CrispyMixin, forms.Form):
    """Milestones and questions, each in its own boxes; what is left empty is left out."""

    submit_label = _("Save as a new version")
    answer_days = forms.IntegerField(label=_("Days to answer"), min_value=1, max_value=60)

    def __init__(self, *args, rules: Rules, **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = [each.key for each in rules.questions]
        for at in range(MILESTONES):
            each = rules.milestones[at] if at < len(rules.milestones) else None
            number = {"number": at + 1}
            self.fields[f"when_{at}"] = forms.ChoiceField(
                label=_("Milestone %(number)s") % number, choices=WHEN, required=False, initial=each and each.when
            )
            self.fields[f"weeks_{at}"] = forms.IntegerField(
                label=_("Weeks of milestone %(number)s") % number, min_value=1, max_value=52, required=False,
                initial=(each and each.weeks) or None,
            )  # fmt: skip
        for at in range(MOST_QUESTIONS):
            self._question(at, rules.questions[at] if at < len(rules.questions) else None)
        self.initial.setdefault("answer_days", rules.answer_days)
        self.helper.layout.fields[:] = list(self.fields)

    def _question(self, at: int, each: Question | None) -> None:
        number = {"number": at + 1}
        self.fields[f"text_{at}"] = forms.CharField(
            label=_("Question %(number)s") % number, max_length=120, required=False, initial=each and each.text,
            help_text=_("{post} stands for the host's word for the post, {name} for the trainee.") if at == 0 else "",
        )  # fmt: skip
        self.fields[f"kind_{at}"] = forms.ChoiceField(
            label=_("Answered by"), choices=list(KIND_NAMES.items()), initial=each.kind if each else Kind.SCALE
        )
        self.fields[f"choices_{at}"] = forms.CharField(
            label=_("Answers to choose from, one on a line"), required=False, max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}), initial="\n".join(each.choices) if each else "",
        )  # fmt: skip

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        try:
            data["rules"] = Rules(tuple(self._milestones(data)), tuple(self._questions(data)), data["answer_days"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return data

    def _milestones(self, data):
        for at in range(MILESTONES):
            if when := data[f"when_{at}"]:
                yield Milestone(When(when), 0 if when == When.MIDDLE else data[f"weeks_{at}"] or 0)

    def _questions(self, data):
        """A question keeps its key where its place keeps its kind, so that its answers can be told over versions."""
        for at in range(MOST_QUESTIONS):
            if not data[f"text_{at}"]:
                continue
            kind = Kind(data[f"kind_{at}"])
            choices = [line.strip() for line in data[f"choices_{at}"].splitlines() if line.strip()]
            key = self.keys[at] if at < len(self.keys) else f"q{at + 1}"
            yield Question(
                key, kind, data[f"text_{at}"], tuple(choices[: MOST_CHOICES + 1]) if kind == Kind.CHOICE else ()
            )


class ReasonForm(CrispyMixin, forms.Form):
    """Why nobody waits for an answer any more, or what was done to help."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class HelpForm(CrispyMixin, forms.Form):
    note = forms.CharField(
        label=_("What was done"),
        max_length=200,
        help_text=_("A call, a visit, somebody else at the host who can say. The trainee loses nothing by the delay."),
    )


class AnswersForm(CrispyMixin, forms.Form):
    """The questions of one request, for the office that writes down what it was told."""

    submit_label = _("Write the answers down")

    def __init__(self, *args, questions, post, name, **kwargs):
        super().__init__(*args, **kwargs)
        for question in questions:
            words = question.words(post=post, name=name)
            if question.kind == Kind.TEXT:
                field = forms.CharField(
                    label=words, max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
                )
            else:
                steps = range(1, SCALE + 1) if question.kind == Kind.SCALE else question.choices
                field = forms.ChoiceField(
                    label=words, widget=forms.RadioSelect, choices=[(str(s), str(s)) for s in steps]
                )
            self.fields[question.key] = field
        self.helper.layout.fields[:] = list(self.fields)
