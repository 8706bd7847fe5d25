"""A browser without a face: one connection that is kept, cookies, forms."""

import http.client
import json
from http.cookies import SimpleCookie
from urllib.parse import urlencode


class Unexpected(Exception):
    """The server answered something else than the case needs; the message says what."""


class Visitor:
    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.cookies: dict[str, str] = {}
        self.start = b""  # of the last answer
        self.location = ""  # where the last answer led

    def answered(self) -> dict:
        """The last answer, if it was a short one in JSON."""
        return json.loads(self.start)

    def get(self, path: str, *, expected: int = 200) -> int:
        """The size of the page in bytes; it is read in pieces and not kept."""
        return self._ask("GET", path, expected=expected)

    def post(self, path: str, data: dict, *, expected: int = 302) -> int:
        body = urlencode(data).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
        }
        size = self._ask("POST", path, body, headers, expected=expected)
        self.cookies.pop("messages", None)  # the page that follows would show and drop them
        return size

    def sign_in(self, path: str, name: str, password: str) -> int:
        self.cookies.clear()
        self.get(path)
        size = self.post(path, {"login": name, "password": password})
        if len(self.cookies) < 2:
            raise Unexpected(f"{path} let nobody in")
        return size

    def close(self) -> None:
        self.connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict | None = None, *, expected: int
    ) -> int:
        headers = dict(headers or {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(line).items()}
        self.location = answer.headers.get("Location", "")
        self.start = answer.read(4096)
        size = len(self.start)
        while piece := answer.read(65536):
            size += len(piece)
        if answer.status != expected:
            raise Unexpected(f"{method} {path} answered {answer.status}, not {expected}")
        return size
