import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
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
