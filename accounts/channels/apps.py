"""WeCom, DingTalk and Feishu: messages of an app that the office has registered there, as the providers document them."""

import json
from typing import Any

from accounts.channels import tokens
from accounts.channels.base import Failed, Letter, Sender
from accounts.channels.http import ask_json


class App(Sender):
    """What the three have in common: a token that ends, an answer with a code, a person found by phone."""

    finds_by_phone = True
    code_name = "errcode"
    words_name = "errmsg"
    token_codes: frozenset[int] = frozenset()  # the token ended or was taken back
    busy_codes: frozenset[int] = frozenset()  # too often; later it may go
    down_codes: frozenset[int] = frozenset()  # the app itself is set up wrongly
    unknown_codes: frozenset[int] = frozenset()  # nobody has this phone
    largest = 2048

    @property
    def limit(self) -> int:
        return self.largest

    @property
    def key(self) -> tuple:
        return (type(self).__name__, self.config["server"], self.config.get("agent_id"), self.config["secret"])

    def call(self, path: str, body: dict) -> dict[str, Any]:
        """Ask with the token; with a fresh one if that was refused."""
        for _attempt in range(2):
            answer = self.ask(path, body, tokens.token(self.key, self.fetch_token))
            if answer.get(self.code_name) not in self.token_codes:
                break
            tokens.forget(self.key)
        return answer

    def ask(self, path: str, body: dict, token: str) -> dict[str, Any]:
        return ask_json(f"{self.config['server']}{path}", body=body, query={"access_token": token})

    def fetch_token(self) -> tuple[str, int]:
        raise NotImplementedError

    def checked(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer, if its code says that all went well."""
        code = answer.get(self.code_name)
        if code != 0:
            raise Failed(
                f"{code} {str(answer.get(self.words_name, ''))[:200]}",
                retry=code in self.busy_codes,
                is_down=code in self.down_codes or code in self.token_codes,
            )
        return answer


class WeCom(App):
    """企业微信: gettoken, message/send, user/getuserid. A text has at most 2048 bytes (else 45002, or cut there)."""

    token_codes = frozenset({40014, 42001, 41001})
    busy_codes = frozenset({-1, 45009, 45033})
    down_codes = frozenset({40001, 40013, 40056, 48002, 60020, 301002})
    unknown_codes = frozenset({46004, 60111})

    def fetch_token(self):
        query = {"corpid": self.config["corp_id"], "corpsecret": self.config["secret"]}
        answer = self.checked(ask_json(f"{self.config['server']}/cgi-bin/gettoken", query=query))
        return answer["access_token"], int(answer.get("expires_in", 7200))

    def find(self, phone):
        answer = self.call("/cgi-bin/user/getuserid", {"mobile": phone})
        if answer.get("errcode") in self.unknown_codes:
            return ""
        return str(self.checked(answer)["userid"])

    def send(self, address, letter: Letter):
        body = {
            "touser": address,
            "msgtype": "text",
            "agentid": int(self.config["agent_id"]),
            "text": {"content": self.text(letter)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
        answer = self.checked(self.call("/cgi-bin/message/send", body))
        if address.lower() in str(answer.get("invaliduser", "")).lower().split("|"):
            raise Failed("this person is not reached by the app")
        return str(answer.get("msgid", ""))


class DingTalk(App):
    """钉钉: gettoken, work notifications (asyncsend_v2), user/getbymobile. A message has at most 2048 bytes of JSON; the
    same text reaches a person once a day, so sending it again does no harm."""

    token_codes = frozenset({40014, 42001, 33001, 88})
    busy_codes = frozenset({-1, 90018, 90002, 90006, 143106})
    down_codes = frozenset({40001, 40089, 40096, 52025})
    unknown_codes = frozenset({60121})
    frame = len('{"msgtype":"text","text":{"content":""}}')

    @property
    def limit(self):
        return self.largest - self.frame

    @staticmethod
    def size(text: str) -> int:
        return len(json.dumps(text, ensure_ascii=False).encode()) - 2

    def fetch_token(self):
        query = {"appkey": self.config["app_key"], "appsecret": self.config["secret"]}
        answer = self.checked(ask_json(f"{self.config['server']}/gettoken", query=query))
        return answer["access_token"], int(answer.get("expires_in", 7200))

    def find(self, phone):
        answer = self.call("/topapi/v2/user/getbymobile", {"mobile": phone})
        if answer.get("errcode") in self.unknown_codes:
            return ""
        return str(self.checked(answer)["result"]["userid"])

    def send(self, address, letter: Letter):
        body = {
            "agent_id": int(self.config["agent_id"]),
            "userid_list": address,
            "msg": {"msgtype": "text", "text": {"content": self.text(letter)}},
        }
        return str(self.checked(self.call("/topapi/message/corpconversation/asyncsend_v2", body)).get("task_id", ""))


class Feishu(App):
    """飞书: tenant_access_token/internal, im/v1/messages, contact/v3/users/batch_get_id. ``uuid`` makes a second request
    within an hour send nothing."""

    code_name, words_name = "code", "msg"
    token_codes = frozenset({99991661, 99991663, 99991664, 99991668, 99991677})
    busy_codes = frozenset({99991400, 11232, 230020})
    down_codes = frozenset({10003, 10014, 10015, 99991672, 230006})
    largest = 30_000  # the provider takes 150 KB; nobody reads more than this

    def ask(self, path, body, token):
        return ask_json(f"{self.config['server']}{path}", body=body, headers={"Authorization": f"Bearer {token}"})

    def fetch_token(self):
        body = {"app_id": self.config["app_id"], "app_secret": self.config["secret"]}
        url = f"{self.config['server']}/open-apis/auth/v3/tenant_access_token/internal"
        answer = self.checked(ask_json(url, body=body))
        return answer["tenant_access_token"], int(answer.get("expire", 7200))

    def find(self, phone):
        path = "/open-apis/contact/v3/users/batch_get_id?user_id_type=open_id"
        people = self.checked(self.call(path, {"mobiles": [phone]}))["data"].get("user_list", [])
        return next((str(person["user_id"]) for person in people if person.get("user_id")), "")

    def send(self, address, letter: Letter):
        body = {
            "receive_id": address,
            "msg_type": "text",
            "content": json.dumps({"text": self.text(letter)}, ensure_ascii=False),
            "uuid": letter.key[:50],
        }
        answer = self.checked(self.call("/open-apis/im/v1/messages?receive_id_type=open_id", body))
        return str(answer.get("data", {}).get("message_id", ""))
