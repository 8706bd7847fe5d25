"""JSON over HTTP by the standard library (it knows the proxies of the environment), with the failures of channels."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from accounts.channels.base import Failed

TIMEOUT = 10  # seconds
LONGEST_ANSWER = 1_000_000


def ask(
    url: str, *, body: Any = None, query: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> str:
    """The text of the answer: POST with a body, GET without. Says nothing of the address: it may hold a key."""
    whole = f"{url}?{urlencode(query)}" if query else url
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    usual = {"Content-Type": "application/json; charset=utf-8"} if data is not None else {}
    try:
        with urlopen(Request(whole, data=data, headers=usual | (headers or {})), timeout=TIMEOUT) as answer:
            return answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
    except HTTPError as error:
        said = error.read(LONGEST_ANSWER).decode("utf-8", "replace")
        error.close()
        if said.lstrip().startswith("{"):
            return said  # Feishu answers its error codes with status 400
        raise Failed(f"HTTP {error.code}", retry=error.code >= 500 or error.code == 429) from None
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failed(f"{urlsplit(url).hostname}: {type(reason).__name__}", is_down=True) from None


def ask_json(url: str, **kwargs) -> dict[str, Any]:
    try:
        answer = json.loads(ask(url, **kwargs))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Failed(f"{urlsplit(url).hostname}: no JSON", retry=True)
    return answer
