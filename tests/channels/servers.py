"""Servers that answer as the providers document it: real sockets, recorded answers, and a list of what arrived."""

import json
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PEOPLE = {"13800000001": "anna", "13800000002": "ben"}  # phone -> id at the provider


class Provider:
    """What one provider knows and does. ``say`` puts answers before the usual ones; ``arrived`` holds the messages."""

    def __init__(self):
        self.arrived: list[dict] = []
        self.asked: list[str] = []
        self.said: list[tuple[int, dict | str]] = []
        self.tokens = 0
        self.lock = threading.Lock()

    def say(self, *answers, status: int = 200):
        self.said += [(status, answer) for answer in answers]

    def answer(self, path, query, body, headers):
        self.asked.append(path)
        if self.said and self.is_message(path):
            return self.said.pop(0)
        return self.usual(path, query, body, headers)

    @property
    def token(self) -> str:
        return f"token-{self.tokens}"

    def is_message(self, path) -> bool:
        raise NotImplementedError

    def usual(self, path, query, body, headers):
        raise NotImplementedError


class WeComServer(Provider):
    """https://developer.work.weixin.qq.com/document/path/90236, 91039, 95402."""

    def is_message(self, path):
        return path == "/cgi-bin/message/send"

    def usual(self, path, query, body, headers):
        if path == "/cgi-bin/gettoken":
            if (query["corpid"], query["corpsecret"]) != ("corp", "wecom-secret"):
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            self.tokens += 1
            return 200, {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200}
        if query.get("access_token") != self.token:
            return 200, {"errcode": 40014, "errmsg": "invalid access_token"}
        if path == "/cgi-bin/user/getuserid":
            if body["mobile"] not in PEOPLE:
                return 200, {"errcode": 46004, "errmsg": "user not exist"}
            return 200, {"errcode": 0, "errmsg": "ok", "userid": PEOPLE[body["mobile"]]}
        if len(body["text"]["content"].encode()) > 2048:
            return 200, {"errcode": 45002, "errmsg": "message content size out of limit"}
        if body["touser"] not in PEOPLE.values():
            return 200, {"errcode": 81013, "errmsg": "user & party & tag all invalid", "invaliduser": body["touser"]}
        self.arrived.append(body)
        return 200, {"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": f"msg-{len(self.arrived)}"}


class DingTalkServer(Provider):
    """https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages; the same text
    reaches a person once a day."""

    def is_message(self, path):
        return path.endswith("/asyncsend_v2")

    def usual(self, path, query, body, headers):
        if path == "/gettoken":
            if (query["appkey"], query["appsecret"]) != ("key", "ding-secret"):
                return 200, {"errcode": 40089, "errmsg": "不合法的corpid或corpsecret"}
            self.tokens += 1
            return 200, {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200}
        if query.get("access_token") != self.token:
            return 200, {"errcode": 40014, "errmsg": "不合法的access_token"}
        if path == "/topapi/v2/user/getbymobile":
            if body["mobile"] not in PEOPLE:
                return 200, {"errcode": 60121, "errmsg": "找不到该用户"}
            return 200, {"errcode": 0, "errmsg": "ok", "result": {"userid": PEOPLE[body["mobile"]]}}
        if len(json.dumps(body["msg"], ensure_ascii=False, separators=(",", ":")).encode()) > 2048:
            return 200, {"errcode": 400043, "errmsg": "消息体超过2048字节"}
        if body not in self.arrived:
            self.arrived.append(body)
        return 200, {"errcode": 0, "task_id": 256271667526, "request_id": "4jzllmte0wau"}


class FeishuServer(Provider):
    """https://open.feishu.cn/document/server-docs/im-v1/message/create; a repeated ``uuid`` sends nothing."""

    def is_message(self, path):
        return path == "/open-apis/im/v1/messages"

    def usual(self, path, query, body, headers):
        if path.endswith("/tenant_access_token/internal"):
            if body != {"app_id": "cli", "app_secret": "feishu-secret"}:
                return 400, {"code": 10014, "msg": "app secret invalid"}
            self.tokens += 1
            return 200, {"code": 0, "msg": "ok", "tenant_access_token": self.token, "expire": 7200}
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 400, {"code": 99991663, "msg": "Invalid access token for authorization."}
        if path.endswith("/batch_get_id"):
            people = [
                {"mobile": each} | ({"user_id": PEOPLE[each]} if each in PEOPLE else {}) for each in body["mobiles"]
            ]
            return 200, {"code": 0, "msg": "success", "data": {"user_list": people}}
        with self.lock:
            if body["uuid"] not in [each["uuid"] for each in self.arrived]:
                self.arrived.append(body)
        return 200, {"code": 0, "msg": "success", "data": {"message_id": "om_dc13264520392913993dd051dba21dcf"}}


class Gateway(Provider):
    """A text message gateway: one POST, an answer with a code."""

    def is_message(self, path):
        return True

    def usual(self, path, query, body, headers):
        self.arrived.append({"query": query, "body": body, "key": headers.get("X-Key")})
        return 200, {"code": 0, "msgid": f"sms-{len(self.arrived)}"}


@contextmanager
def serving(provider: Provider):
    """The address at which the provider answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._answer(None)

        def do_POST(self):
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body):
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, said = provider.answer(url.path, query, body, self.headers)
            content = said.encode() if isinstance(said, str) else json.dumps(said, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class Mailbox:
    """Every mail that an SMTP server took: (to, message), in order. ``refuse`` maps an address to the answer it gets;
    ``pause`` makes each mail take time."""

    def __init__(self):
        self.mails = []
        self.refuse: dict[str, str] = {}
        self.pause = 0.0
        self.connections = 0
        self.lock = threading.Lock()

    def keep(self, to: str, content: bytes):
        with self.lock:
            self.mails.append((to, message_from_bytes(content, policy=policy.default)))


@contextmanager
def smtp_server(mailbox: Mailbox):
    """(host, port) of a small SMTP server."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            mailbox.connections += 1
            to = ""
            self._say("220 sink ready")
            while line := self.rfile.readline():
                command = line.decode().strip()
                verb = command[:4].upper()
                if verb in ("EHLO", "HELO"):
                    self._say("250 sink")
                elif verb == "RCPT":
                    to = command.partition("<")[2].partition(">")[0]
                    self._say(mailbox.refuse.get(to, "250 ok"))
                elif verb == "DATA":
                    self._say("354 go on")
                    content = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        content += part
                    threading.Event().wait(mailbox.pause)
                    mailbox.keep(to, content)
                    self._say(f"250 taken as {len(mailbox.mails)}")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _say(self, text):
            try:
                self.wfile.write(f"{text}\r\n".encode())
            except OSError:  # the sender was killed: what arrived has arrived
                return

        def finish(self):
            try:
                super().finish()
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 50

        def handle_error(self, request, client_address):
            """A killed sender breaks its connection."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address
        finally:
            server.shutdown()
            thread.join()


def mail_settings(address) -> dict:
    return {
        "host": address[0],
        "port": address[1],
        "username": "",
        "password": "",
        "use_tls": False,
        "use_ssl": False,
        "sender": "培训办 <office@example.org>",
    }
