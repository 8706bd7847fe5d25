"""Text messages by any gateway that takes one HTTP request for each."""

import json
from typing import Any
from urllib.parse import quote

from accounts.channels.base import Failed, Letter, Sender
from accounts.channels.http import ask


class Sms(Sender):
    """``{phone}``, ``{text}`` and ``{id}`` are filled into the body, as values of its JSON, and into the URL."""

    size = staticmethod(len)  # gateways count characters

    @property
    def limit(self):
        return self.config["limit"]

    def send(self, address, letter: Letter):
        values = {"phone": address, "text": self.text(letter), "id": letter.key}
        url = _filled(self.config["url"], {name: quote(value, safe="") for name, value in values.items()})
        answer = ask(url, body=_filled(self.config["body"], values), headers=self.config["headers"])
        wanted = self.config["accepted"]
        if wanted and "".join(wanted.split()) not in "".join(answer.split()):
            raise Failed(answer[:200] or "empty answer")
        return _number(answer)


def _filled(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {key: _filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    if isinstance(template, str):
        for name, value in values.items():
            if template == f"{{{name}}}":
                return value
        return _replaced(template, values)
    return template


def _replaced(template: str, values: dict[str, str]) -> str:
    """Place by place from the left: what was filled in is never looked at again."""
    found = [(template.find(f"{{{name}}}"), name) for name in values if f"{{{name}}}" in template]
    if not found:
        return template
    at, name = min(found)
    rest = template[at + len(name) + 2 :]
    return f"{template[:at]}{values[name]}{_replaced(rest, values)}"


def _number(answer: str) -> str:
    """The gateway's number of the message, where its answer has one under a usual name."""
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    names = ("id", "msgid", "msgId", "messageId", "message_id", "BizId", "sid", "taskId")
    return next((str(said[name])[:120] for name in names if said.get(name)), "")
