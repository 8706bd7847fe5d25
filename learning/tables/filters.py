"""Questions that several lists ask."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort


class ClassFilter(django_filters.ChoiceFilter):
    """A class of the cohort; ``cohort_of`` finds the cohort in the context of the table, which is mostly the cohort itself."""

    def __init__(self, *, cohort_of: Callable[[Any], Cohort] = lambda context: context, **kwargs):
        super().__init__(label=_("Class"), empty_label=_("All classes"), choices=(), **kwargs)
        self.cohort_of = cohort_of

    @property
    def field(self):
        classes = self.cohort_of(self.parent.table.context).classes
        self.extra["choices"] = list(classes.order_by("number", "pk").values_list("pk", "name"))
        return super().field
