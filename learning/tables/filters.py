"""Filters that several lists of learning have."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.choosing import RowField
from trainee_mgmt.kit.pages import is_key

OFFERED = 100  # of very many classes; each of the others is found by its name


class ClassFilter(django_filters.ChoiceFilter):
    """A class of the cohort: a select box of few, of many a search box that takes a part of their names.

    ``narrow`` answers the rows of these classes; ``classes_of`` finds the classes to choose from by the context of the table,
    which is mostly the cohort.
    """

    field_class = RowField

    def __init__(
        self,
        narrow: Callable[[QuerySet, Any], QuerySet],
        *,
        classes_of: Callable[[Any], QuerySet] = lambda cohort: cohort.classes.all(),
    ):
        super().__init__(label=_("Class"), empty_label=_("All classes"), choices=())
        self.narrow, self.classes_of = narrow, classes_of

    @property
    def classes(self) -> QuerySet:
        return self.classes_of(self.parent.table.context).order_by("number", "pk")

    @property
    def field(self):
        if not hasattr(self, "_field"):
            offered = list(self.classes.values_list("pk", "name")[:OFFERED])
            asked = self.parent.data.get(self.field_name, "")
            if len(offered) == OFFERED and is_key(asked) and int(asked) not in dict(offered):
                offered += self.classes.filter(pk=asked).values_list("pk", "name")
            self.extra["choices"] = offered
        return super().field

    def filter(self, qs, value):
        if not value:
            return qs
        named = self.classes.order_by().filter(name__icontains=value).values("pk")
        return self.narrow(qs, [value] if is_key(value) else named)
