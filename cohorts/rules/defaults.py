"""The profile fields that a new cohort starts with. Change a line here and every later cohort has it.

Keys are those of the roster's columns (``cohorts.rules.headers.FIELDS``), so that an import finds them.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class FieldLine:
    key: str
    label: Promise
    kind: str = "text"
    in_composition: bool = False
    filled_by_trainee: bool = False


PROFILE_FIELDS = (
    FieldLine("talent_kind", _("Kind of talent"), in_composition=True),
    FieldLine("street", _("Street"), in_composition=True),
    FieldLine("unit_kind", _("Kind of unit"), in_composition=True),
    FieldLine("returnee", _("Returned from abroad"), "yes_no", in_composition=True),
    FieldLine("party", _("Political status"), in_composition=True, filled_by_trainee=True),
    FieldLine("education", _("Education"), in_composition=True, filled_by_trainee=True),
    FieldLine("ethnicity", _("Ethnic group"), filled_by_trainee=True),
    FieldLine("school", _("School"), filled_by_trainee=True),
    FieldLine("park", _("Park")),
)


@dataclass(frozen=True)
class Questions:
    """Ready-made questions for a journal, offered where a cohort's own are edited."""

    name: Promise
    questions: tuple[Promise, ...]


JOURNAL_QUESTIONS = (
    Questions(
        _("At a host enterprise"),
        (
            _("Who is upstream and downstream of this enterprise?"),
            _("What is its strategy, and what stands behind it?"),
            _("Which risks does it face, and how does it meet them?"),
        ),
    ),
    Questions(
        _("After lessons"),
        (_("What was new to me?"), _("What will I use in my own work, and when?"), _("What do I want to ask?")),
    ),
    Questions(_("A working day"), (_("What did I do today?"), _("What was difficult?"), _("What comes next?"))),
)
