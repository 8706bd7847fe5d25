"""Queries that are compiled once.

Django builds the SQL of a queryset anew for each request, and that costs several times what running it costs. A query
of a page that people open all day is written as ever, in a function that builds the queryset, and prepared:

    grants_of = Prepared(lambda user, day: Grant.objects.filter(user=user).in_force(day))
    grants_of(user=7, day=today)  # a list of what the queryset holds: instances or tuples

Named arguments are the values that change from call to call: keys, days, texts; they travel as parameters of the SQL.
Positional arguments are what the SQL itself depends on, such as columns or an order; it is compiled once for each of
them. A person is such an argument by its ``reach``: what a row function of access.py makes of a person depends on the
grants in force and on nothing else, so a changed grant is another query.

The tests compile each call again and compare (settings.CHECK_PREPARED): whatever the arguments forget is found there.
"""

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet, ImproperlyConfigured
from django.db import connections
from django.db.models import QuerySet
from django.http import Http404

MOST = 2000  # compiled forms that one query keeps
PLACES = (  # what stands in for a value while the SQL is made: never a real one
    (int, lambda n: 7_123_456_789_000_000 + n),
    (str, lambda n: f"\x01place {n}\x01"),
    (date, lambda n: date(1, 1, 1) + timedelta(days=n)),
)


class Prepared:
    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self._compiled: dict[Hashable, _Compiled] = {}

    def __call__(self, *shape, **values) -> list:
        return self.rows(shape, values)

    def rows(self, shape: tuple, values: dict[str, Any], *, page: slice | None = None) -> list:
        """``page``: only these rows, as in ``queryset[50:100]``."""
        key = (*(getattr(each, "reach", each) for each in shape), *((name, type(values[name])) for name in values))
        compiled = self._compiled.get(key)
        if compiled is None:
            if len(self._compiled) >= MOST:
                self._compiled.clear()
            compiled = self._compiled[key] = self._compile(shape, values)
        if settings.CHECK_PREPARED:
            self._check(compiled, shape, values)
        return compiled.rows(values, page)

    def one(self, *shape, **values):
        """The first row, or None."""
        return next(iter(self.rows(shape, values, page=slice(0, 1))), None)

    def one_or_404(self, *shape, **values):
        found = self.one(*shape, **values)
        if found is None:
            raise Http404
        return found

    def _compile(self, shape: tuple, values: dict) -> "_Compiled":
        places = {name: _place(n, value) for n, (name, value) in enumerate(values.items())}
        queryset = self.build(*shape, **places)
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet as error:
            raise ImproperlyConfigured("A prepared query must not be known to be empty.") from error
        names = {place: name for name, place in places.items()}
        slots = tuple((at, names[value]) for at, value in enumerate(parameters) if _is_place(value, names))
        if missing := set(values) - {name for _at, name in slots}:
            raise ImproperlyConfigured(f"{', '.join(missing)}: not found as a parameter of {sql}")
        compiler.connection = None  # each thread brings its own
        return _Compiled(queryset, compiler, sql, tuple(parameters), slots)

    def _check(self, compiled: "_Compiled", shape: tuple, values: dict) -> None:
        queryset = self.build(*shape, **values)
        fresh = queryset.query.get_compiler(using=queryset.db).as_sql()
        if (fresh[0], tuple(fresh[1])) != (compiled.sql, compiled.filled(values)):
            raise ImproperlyConfigured(f"Prepared with too few arguments:\n{compiled.sql}\n{fresh[0]} {fresh[1]}")


def _place(n: int, value):
    for kind, make in PLACES:
        if isinstance(value, kind) and not isinstance(value, bool | datetime):
            return make(n)
    raise ImproperlyConfigured(f"A prepared query takes whole numbers, texts and days as values, not {value!r}.")


def _is_place(value, names: dict) -> bool:
    return isinstance(value, Hashable) and value in names


@dataclass(frozen=True)
class _Compiled:
    queryset: QuerySet
    compiler: Any
    sql: str
    parameters: tuple
    slots: tuple[tuple[int, str], ...]

    def filled(self, values: dict) -> tuple:
        filled = list(self.parameters)
        for at, name in self.slots:
            filled[at] = values[name]
        return tuple(filled)

    def rows(self, values: dict, page: slice | None) -> list:
        """As the queryset would give them: its own iterable reads them, with a compiler that has done its work."""
        sql = self.sql if page is None else f"{self.sql} LIMIT {page.stop - page.start:d} OFFSET {page.start:d}"
        ready = copy(self.compiler)
        ready.connection = connections[self.queryset.db]
        ready.as_sql = lambda: (sql, self.filled(values))
        query = SimpleNamespace(get_compiler=lambda *args, **kwargs: ready)
        source = SimpleNamespace(
            db=self.queryset.db, query=query, model=self.queryset.model, _known_related_objects={}
        )
        return list(self.queryset._iterable_class(source))
