from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from learning.rules.completion import Rule
from trainee_mgmt.kit.forms import CrispyMixin, DateInput, DateTimeInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload


class CoursesForm(CrispyMixin, forms.Form):
    courses = forms.CharField(
        label=_("Courses"),
        max_length=30_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("One on a line: the theme, a colon, the course as the platform writes it in its files."),
    )

    def clean_courses(self):
        pairs = []
        for line in filter(None, map(str.strip, self.cleaned_data["courses"].splitlines())):
            theme, colon, name = line.replace("：", ":", 1).partition(":")
            theme, name = theme.strip(), name.strip()
            if not colon or not theme or not name or len(theme) > 60 or len(name) > 120:
                raise ValidationError(
                    _now("“%(line)s” is no theme with a course: write “theme: course”.") % {"line": line[:60]}
                )
            pairs.append((theme, name))
        return pairs


class ProgressImportForm(CrispyMixin, forms.Form):
    submit_label = _("Read the file")
    file = forms.FileField(
        label=_("File of the platform"),
        help_text=_("With phone or name, course and progress. You read what will change before it is saved."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods,.txt"}),
    )
    as_of = forms.DateTimeField(
        label=_("State of"), widget=DateTimeInput, help_text=_("When the platform wrote the file.")
    )

    def clean_as_of(self):
        moment = self.cleaned_data["as_of"]
        if moment > timezone.now():
            raise ValidationError(_now("This moment lies in the future."))
        return moment

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)


class CompletionForm(CrispyMixin, forms.Form):
    """The rule: a number for each theme, for sessions and for activities, and a day."""

    due_on = forms.DateField(label=_("By the end of"), widget=DateInput)
    sessions = forms.IntegerField(label=_("Sessions attended, at least"), min_value=0, max_value=999, initial=0)
    activities = forms.IntegerField(label=_("Activities attended, at least"), min_value=0, max_value=999, initial=0)

    def __init__(self, *args, themes: dict[str, int], **kwargs):
        super().__init__(*args, **kwargs)
        self.themes = list(themes)
        for at, (theme, most) in enumerate(themes.items()):
            self.fields[f"theme{at}"] = forms.IntegerField(
                label=_now("Courses of “%(theme)s”, at least") % {"theme": theme},
                min_value=0,
                max_value=most,
                initial=0,
                help_text=_now("It has %(count)s courses.") % {"count": most},
            )
        self.helper.layout.fields = list(self.fields)

    def rule(self) -> Rule:
        data = self.cleaned_data
        courses = tuple((theme, count) for at, theme in enumerate(self.themes) if (count := data[f"theme{at}"]))
        return Rule(data["due_on"], courses, data["sessions"], data["activities"])


class AssignForm(CrispyMixin, forms.Form):
    trainee = forms.ModelChoiceField(None, label=_("Whose row is it?"), widget=forms.RadioSelect, empty_label=None)
    submit_label = _("Give the rows to this person")

    def __init__(self, *args, found, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["trainee"].queryset = found


class SettleForm(CrispyMixin, forms.Form):
    decision = forms.CharField(
        label=_("What did you find?"), max_length=200, help_text=_("Nothing else follows from it.")
    )
    submit_label = _("Put the case away")
