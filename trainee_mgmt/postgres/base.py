import select
from collections.abc import Callable, Hashable
from itertools import count

from django.db.backends.postgresql import base

MOST_PLANS = 100  # prepared statements of one connection; each takes the server some ten KiB
MOST_SEEN = 1000


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._plans = Plans()
        self.run_on_rollback: list[tuple[set[str], Callable[[], None]]] = []

    def get_new_connection(self, conn_params):
        self._plans = Plans()
        return super().get_new_connection(conn_params)

    @property
    def plans(self) -> "Plans":
        """What this connection has prepared. A closed one is opened first: what the one before had prepared is gone."""
        self.ensure_connection()
        return self._plans

    def on_rollback(self, undo: Callable[[], None]) -> None:
        """Call it if what is written now is rolled back, by its savepoint or as a whole; outside a transaction never."""
        if self.in_atomic_block:
            self.run_on_rollback.append((set(self.savepoint_ids), undo))

    def savepoint_rollback(self, sid):
        super().savepoint_rollback(sid)
        self._undo([each for each in self.run_on_rollback if sid in each[0]])

    def rollback(self):
        super().rollback()
        self._undo(list(self.run_on_rollback))

    def run_and_clear_commit_hooks(self):
        self.run_on_rollback.clear()
        super().run_and_clear_commit_hooks()

    def _undo(self, undone: list) -> None:
        self.run_on_rollback = [each for each in self.run_on_rollback if each not in undone]
        for _savepoints, undo in reversed(undone):
            undo()

    def is_usable(self) -> bool:
        """Whether the server still holds the connection. Django asks at the first query of each request, by a query.

        A server that has ended a connection has said goodbye or hung up, so there is something to read on a connection
        that waits for nothing: looking costs no round trip.
        """
        if self.connection is None or self.connection.closed:
            return False
        ready = select.poll()
        ready.register(self.connection.fileno(), select.POLLIN)
        return not ready.poll(0)


class Plans:
    """The statements that a connection has prepared, so that PostgreSQL reads and plans them once.

    One that comes a second time is prepared. When there are too many, or one failed, all are dropped and made anew.
    """

    def __init__(self):
        self._seen: set[Hashable] = set()
        self._names: dict[Hashable, str] = {}
        self._numbers = count(1)
        self._is_stale = False

    def forget(self) -> None:
        self._names.clear()
        self._is_stale = True

    def find(self, key: Hashable) -> str:
        """The name of the statement, if it is prepared."""
        return self._names.get(key, "")

    def has_seen(self, key: Hashable) -> bool:
        """Whether the statement was here before; from now on it was."""
        if key in self._seen:
            return True
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen.add(key)
        return False

    def prepare(self, key: Hashable, types: str, statement: str) -> tuple[str, str]:
        """A name for it, and the SQL that makes it known to the server."""
        if len(self._names) >= MOST_PLANS:
            self.forget()
        before, self._is_stale = "DEALLOCATE ALL; " if self._is_stale else "", False
        name = self._names[key] = f"plan_{next(self._numbers)}"
        return name, f"{before}PREPARE {name}{types} AS {statement}; "
