"""Queries that are compiled once.

Django builds the SQL of a queryset anew for each request, and that costs several times what running it costs. A query
of a page that people open all day is written as ever, in a function that builds the queryset, and prepared:

    grants_of = Prepared(lambda user, day: Grant.objects.filter(user=user).in_force(day))
    grants_of(user=7, day=today)  # a list of what the queryset holds: instances or tuples

Named arguments are the values that change from call to call: keys, days, texts; they travel as parameters of the SQL.
Positional arguments are what the SQL itself depends on, such as columns or an order; it is compiled once for each of
them. One that cannot be compared by itself has a ``query_key``. That of a person names the grants in force, because
what a row function of access.py makes of a person depends on nothing else: a changed grant is another query.

PostgreSQL reads and plans such a query once for each connection too (``DatabaseWrapper.plans``): for a row found by
its key, planning takes ten times as long as finding.

``Insert`` does the same for new rows, ``Statement`` for SQL that Django does not write.

The tests compile each call again and compare (settings.CHECK_PREPARED): whatever the arguments forget is found there.
"""

import re
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet, ImproperlyConfigured
from django.db import DatabaseError, NotSupportedError, connection, connections
from django.db.models import Field, Model, QuerySet
from django.http import Http404

NOT_YET = object()
ALONE = ("", ())  # no statement before
MOST = 500  # compiled forms that one query keeps
PLACES = (  # of which type a value is, and what stands in for it while the SQL is made: never a real one
    (int, "bigint", lambda n: 7_123_456_789_000_000 + n),
    (str, "text", lambda n: f"\x01place {n}\x01"),
    (date, "date", lambda n: date(1, 1, 1) + timedelta(days=n)),
)
LARGEST = 2**63 - 1
TOKEN = re.compile("%%|%s")
_numbers = count(1)


class Prepared:
    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self._compiled: dict[Hashable, _Compiled | None] = {}  # None where there can be no rows

    def __call__(self, *shape, **values) -> list:
        return self.rows(shape, values)

    def rows(
        self, shape: tuple, values: dict[str, Any], *, page: slice | None = None, first: tuple[str, tuple] = ALONE
    ) -> list:
        """``page``: only these rows, as in ``queryset[50:100]``. ``first``: a statement with its parameters that is sent
        before in the same breath, such as one that locks what is read; its own rows are dropped."""
        key = (*(getattr(each, "query_key", each) for each in shape), *((name, type(values[name])) for name in values))
        compiled = self._compiled.get(key, NOT_YET)
        if compiled is NOT_YET:
            if len(self._compiled) >= MOST:
                self._compiled.clear()
            compiled = self._compiled[key] = self._compile(shape, values)
        if settings.CHECK_PREPARED:
            self._check(compiled, shape, values)
        return compiled.rows(values, page, first) if compiled else []

    def one(self, *shape, first: tuple[str, tuple] = ALONE, **values):
        """The first row, or None."""
        return next(iter(self.rows(shape, values, page=slice(0, 1), first=first)), None)

    def one_or_404(self, *shape, **values):
        found = self.one(*shape, **values)
        if found is None:
            raise Http404
        return found

    def _compile(self, shape: tuple, values: dict) -> "_Compiled | None":
        places = {name: _place(n, value) for n, (name, value) in enumerate(values.items())}
        queryset = self.build(*shape, **places)
        compiler, sql, parameters = _sql(queryset)
        if not sql:
            return None
        names = {place: name for name, place in places.items()}
        slots = tuple((at, names[value]) for at, value in enumerate(parameters) if _is_place(value, names))
        if missing := set(values) - {name for _at, name in slots}:
            raise ImproperlyConfigured(f"{', '.join(missing)}: not found as a parameter of {sql}")
        types = tuple((name, _kind(value)[1]) for name, value in values.items())
        converters = compiler.get_converters(each[0] for each in compiler.select)
        compiler.connection = compiler.query = None  # each thread has its own connection, and the query has served
        return _Compiled(
            queryset._iterable_class, queryset.model, queryset.db, compiler, converters, sql, parameters, slots, types
        )

    def _check(self, compiled: "_Compiled | None", shape: tuple, values: dict) -> None:
        _compiler, *fresh = _sql(self.build(*shape, **values))
        kept = [compiled.sql, compiled.filled(values)] if compiled else ["", ()]
        if fresh != kept:
            raise ImproperlyConfigured(f"Prepared with too few arguments:\n{kept}\n{fresh}")


class Statement:
    """SQL with a place for each value; ``types`` are those of the values, as the server calls them."""

    def __init__(self, sql: str, types: tuple[str, ...]):
        self.sql, self.number = sql, next(_numbers)
        self.signature = _signature(types)
        at = count(1)
        self.numbered = TOKEN.sub(lambda token: f"${next(at)}" if token[0] == "%s" else "%", sql)

    def ready(self, *values) -> tuple[str, tuple]:
        """Its text and parameters, for a cursor of this thread: by its name from the second time on."""
        plans = connection.plans
        if any(isinstance(each, int) and each > LARGEST for each in values) or not plans.has_seen(self.number):
            return self.sql, values
        prepare, name = "", plans.find(self.number)
        if not name:
            name, prepare = plans.prepare(self.number, self.signature, self.numbered)
        return f"{prepare.replace('%', '%%')}EXECUTE {name}{_places(len(values))}", values

    def execute(self, cursor, *values) -> None:
        try:
            cursor.execute(*self.ready(*values))
        except DatabaseError:
            connection.plans.forget()  # whatever became of it
            raise


class Insert:
    """New rows of one model, as ``bulk_create`` writes them, by SQL that is put together once: ``Insert(Score)(score)``.

    What the database makes itself, such as the key, is set on the rows.
    """

    def __init__(self, model: type[Model]):
        self.model = model

    @cached_property
    def returned(self) -> list[Field]:
        return list(self.model._meta.db_returning_fields)

    @cached_property
    def fields(self) -> list[Field]:
        return [field for field in self.model._meta.local_concrete_fields if field not in self.returned]

    @cached_property
    def parts(self) -> tuple[str, str, str]:
        """What stands before the rows, a row, what stands after them."""
        name = connection.ops.quote_name
        columns, made = (", ".join(name(each.column) for each in few) for few in (self.fields, self.returned))
        places = ", ".join(["%s"] * len(self.fields))
        return f"INSERT INTO {name(self.model._meta.db_table)} ({columns}) VALUES ", f"({places})", f" RETURNING {made}"

    def __call__(self, *rows: Model, first: str = "", parameters: tuple = ()) -> None:
        """``first``: a statement, with its parameters, that is sent before in the same breath."""
        before, row, after = self.parts
        columns = [_column(field, rows) for field in self.fields]
        values = [value for line in zip(*columns) for value in line]
        with connection.cursor() as cursor:
            cursor.execute(first + before + ", ".join([row] * len(rows)) + after, (*parameters, *values))
            for each, made in zip(rows, cursor.fetchall(), strict=True):
                each._state.adding, each._state.db = False, connection.alias
                for field, value in zip(self.returned, made):
                    setattr(each, field.attname, value)


def _column(field: Field, rows: tuple[Model, ...]) -> list:
    """What the database gets of each row; what is the same in many rows is prepared once."""
    found, last = [], NOT_YET
    for row in rows:
        value = field.pre_save(row, add=True)
        if value is not last:
            last, ready = value, field.get_db_prep_save(value, connection)
        found.append(ready)
    return found


def _sql(queryset: QuerySet) -> tuple[Any, str, tuple]:
    """The compiler, its SQL and the parameters; no SQL where Django knows that there are no rows."""
    compiler = queryset.query.get_compiler(using=queryset.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return compiler, "", ()
    return compiler, sql, tuple(parameters)


def _place(n: int, value):
    return _kind(value)[2](n)


def _kind(value) -> tuple:
    for kind in PLACES:
        if isinstance(value, kind[0]) and not isinstance(value, bool | datetime):
            return kind
    raise ImproperlyConfigured(f"A prepared query takes whole numbers, texts and days as values, not {value!r}.")


def _is_place(value, names: dict) -> bool:
    return isinstance(value, Hashable) and value in names


def _signature(types: tuple[str, ...]) -> str:
    return f" ({', '.join(types)})" if types else ""


def _places(values: int) -> str:
    return f" ({', '.join(['%s'] * values)})" if values else ""


def _after(first: tuple[str, tuple], statement: tuple[str, tuple]) -> tuple[str, tuple]:
    return f"{first[0]}; {statement[0]}" if first[0] else statement[0], (*first[1], *statement[1])


@dataclass(frozen=True)
class _Compiled:
    iterable: type
    model: type[Model]
    db: str
    compiler: Any
    converters: dict
    sql: str
    parameters: tuple
    slots: tuple[tuple[int, str], ...]
    types: tuple[tuple[str, str], ...]  # of the values, by name
    number: int = field(default_factory=lambda: next(_numbers))

    def filled(self, values: dict) -> tuple:
        filled = list(self.parameters)
        for at, name in self.slots:
            filled[at] = values[name]
        return tuple(filled)

    def rows(self, values: dict, page: slice | None, first: tuple[str, tuple]) -> list:
        """As the queryset would give them: its own iterable reads them, with a compiler that has done its work."""
        limit = "" if page is None else f" LIMIT {page.stop - page.start:d} OFFSET {page.start:d}"
        there = connections[self.db]
        try:
            return self._read(there, _after(first, self._statement(there.plans, values, limit)))
        except NotSupportedError:  # a migration changed the type of a column, and the server refuses the old plan
            there.plans.forget()
            if there.in_atomic_block:
                raise
            return self._read(there, _after(first, (self.sql + limit, self.filled(values))))
        except DatabaseError:
            there.plans.forget()  # whatever became of it
            raise

    def _read(self, there, statement: tuple[str, tuple]) -> list:
        ready = copy(self.compiler)
        ready.connection = there
        ready.as_sql = lambda: statement
        ready.get_converters = lambda _columns: self.converters
        query = SimpleNamespace(get_compiler=lambda *args, **kwargs: ready)
        source = SimpleNamespace(db=self.db, query=query, model=self.model, _known_related_objects={})
        return list(self.iterable(source))

    def _statement(self, plans, values: dict, limit: str) -> tuple[str, tuple]:
        """Its text and parameters: as it is when this connection sees it for the first time, then by its name."""
        key, arguments = (self.number, limit), tuple(values.values())
        is_no_key = any(isinstance(each, int) and each > LARGEST for each in arguments)
        if is_no_key or not plans.has_seen(key):
            return self.sql + limit, self.filled(values)
        places = _places(len(arguments))
        if name := plans.find(key):
            return f"EXECUTE {name}{places}", arguments
        name, prepare = plans.prepare(key, self.signature, self.numbered + limit)
        return f"{prepare}EXECUTE {name}{places}", (*self.fixed, *arguments)

    @property
    def signature(self) -> str:
        return _signature(tuple(kind for _name, kind in self.types))

    @property
    def numbered(self) -> str:
        """The SQL with $1, $2, … where the values stand."""
        numbers = {name: n for n, (name, _kind) in enumerate(self.types, 1)}
        slots, at = dict(self.slots), count()

        def place(token: re.Match) -> str:
            name = slots.get(next(at)) if token[0] == "%s" else None
            return f"${numbers[name]}" if name else token[0]

        return TOKEN.sub(place, self.sql)

    @property
    def fixed(self) -> tuple:
        """The parameters that are the same at each call."""
        slots = dict(self.slots)
        return tuple(value for at, value in enumerate(self.parameters) if at not in slots)
