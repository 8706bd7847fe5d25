"""Each channel against a server that answers as its provider documents it."""

import json

import pytest

from accounts.channels import Failed, Letter, sender, tokens
from tests.channels.servers import PEOPLE

LINES = tuple(
    f"第 {n} 条：课程“领导力与沟通”改到 9 月 {n} 日 09:00，地点：宝安区委党校 301 教室。" for n in range(1, 31)
)
LINK = "https://training.example.org/inbox/"


def letter(*lines, key="key-1") -> Letter:
    return Letter(
        key, "Training · 2 notices", lines, (LINK, *(f"另有 {n} 条：{LINK}" for n in range(1, len(lines) + 1)))
    )


def failure(act) -> Failed:
    with pytest.raises(Failed) as caught:
        act()
    return caught.value


@pytest.fixture(params=["wecom", "dingtalk", "feishu"])
def app(request):
    """(name, the provider's server)"""
    return request.param, request.getfixturevalue(request.param)


def said(name, message) -> str:
    if name == "feishu":
        return json.loads(message["content"])["text"]
    return message["text"]["content"] if name == "wecom" else message["msg"]["text"]["content"]


def test_an_app_finds_a_person_by_phone_and_sends(app):
    name, server = app
    channel = sender(name)

    address = channel.find("13800000001")
    number = channel.send(address, letter("Anna, your leave was granted."))

    assert address == PEOPLE["13800000001"]
    assert channel.find("13900000000") == ""
    assert number
    assert said(name, server.arrived[0]) == f"Anna, your leave was granted.\n{LINK}"


def test_the_token_is_asked_for_once_and_anew_when_it_was_taken_back(app):
    name, server = app
    for n in range(5):
        sender(name).send("anna", letter(f"{n}", key=f"key-{n}"))
    asked_once = server.tokens

    server.tokens += 1  # the provider has a new one: ours is worth nothing
    sender(name).send("anna", letter("again", key="key-6"))

    assert asked_once == 1
    assert len(server.arrived) == 6
    assert server.tokens == 3


@pytest.mark.parametrize(("name", "limit"), [("wecom", 2048), ("dingtalk", 2048)])
def test_a_long_message_is_cut_between_lines_to_what_the_provider_takes(request, name, limit):
    server = request.getfixturevalue(name)

    sender(name).send("anna", letter(*LINES))
    sender(name).send("anna", letter("长" * 3000 + '"\\\n' * 50, key="key-2"))

    many, one = (said(name, message) for message in server.arrived)
    assert limit - 150 < len(many.encode()) <= limit
    assert many.splitlines()[:-1] == list(LINES[: len(many.splitlines()) - 1])
    assert many.splitlines()[-1] == f"另有 {30 - len(many.splitlines()) + 1} 条：{LINK}"
    assert limit - 60 < len(one.encode()) <= limit
    assert one.endswith(f"…\n{LINK}")


def test_wecom_says_who_is_not_reached(wecom):
    refused = failure(lambda: sender("wecom").send("nobody", letter("x")))
    wecom.say({"errcode": 0, "errmsg": "ok", "invaliduser": "ANNA"})
    invalid = failure(lambda: sender("wecom").send("anna", letter("x")))

    assert (str(refused)[:5], refused.retry) == ("81013", False)
    assert not invalid.retry


@pytest.mark.parametrize(
    ("name", "answer", "status", "outcome"),
    [
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, 200, (True, False)),
        ("wecom", {"errcode": 45009, "errmsg": "reach max api daily quota limit"}, 200, (True, False)),
        ("wecom", {"errcode": 45002, "errmsg": "content size out of limit"}, 200, (False, False)),
        ("wecom", {"errcode": 48002, "errmsg": "api forbidden for no authority"}, 200, (True, True)),
        (
            "dingtalk",
            {"errcode": 90018, "errmsg": "您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了"},
            200,
            (True, False),
        ),
        ("dingtalk", {"errcode": 33012, "errmsg": "无效的USERID"}, 200, (False, False)),
        ("feishu", {"code": 99991400, "msg": "request trigger frequency limit"}, 400, (True, False)),
        ("feishu", {"code": 230013, "msg": "Bot has NO availability to this user."}, 400, (False, False)),
        ("feishu", "<html>bad gateway</html>", 502, (True, False)),
        ("wecom", "<html>blocked</html>", 403, (False, False)),
        ("wecom", "not json", 200, (True, False)),
        ("sms", "<html>too many</html>", 429, (True, False)),
        ("sms", {"code": 7, "msg": "no balance"}, 200, (False, False)),
    ],
)
def test_failures_say_whether_it_may_work_later(request, name, answer, status, outcome):
    server = request.getfixturevalue(name)
    server.say(answer, status=status)

    failed = failure(lambda: sender(name).send("anna", letter("x")))

    assert (failed.retry, failed.is_down) == outcome
    assert server.arrived == []


def test_wrong_keys_are_a_channel_that_is_down_and_no_secret_is_told(app, settings):
    name, _server = app
    settings.NOTICE_CHANNELS[name]["secret"] = "wrong-secret"
    tokens._KEPT.clear()

    failed = failure(lambda: sender(name).send("anna", letter("x")))

    assert failed.is_down
    assert "wrong-secret" not in str(failed)


def test_a_server_that_is_away_is_a_channel_that_is_down(settings):
    settings.NOTICE_CHANNELS = {
        "wecom": {"corp_id": "corp", "agent_id": "1", "secret": "wecom-secret", "server": "http://127.0.0.1:9"}
    }

    failed = failure(lambda: sender("wecom").send("anna", letter("x")))

    assert failed.is_down
    assert str(failed) == "127.0.0.1: ConnectionRefusedError"


def test_a_repeated_request_reaches_the_person_once_where_the_provider_knows_keys(feishu, dingtalk):
    for name in ("feishu", "dingtalk"):
        for _time in range(2):
            sender(name).send("anna", letter("The same."))

    assert len(feishu.arrived) == 1
    assert len(dingtalk.arrived) == 1


def test_a_gateway_gets_its_template_filled_in(sms):
    number = sender("sms").send("13800000001", letter('Say "hi" & {phone}', key="k-7"))

    assert number == "sms-1"
    assert sms.arrived == [
        {
            "query": {"to": "13800000001"},
            "body": {
                "mobile": "13800000001",
                "params": [f'Say "hi" & {{phone}}\n{LINK}', "x"],
                "sign": "【培训】k-7",
            },
            "key": "k",
        }
    ]


def test_a_text_message_counts_characters(sms):
    sender("sms").send("13800000001", letter(*LINES))

    text = sms.arrived[0]["body"]["params"][0]
    assert len(text) <= 100
    assert text.endswith(f"另有 29 条：{LINK}")


def test_mail_carries_the_key_and_uses_one_connection(mailbox):
    channel = sender("email")
    for n in range(3):
        channel.send("anna@example.org", letter(f"第 {n} 条", key=f"key-{n}"))
    channel.close()

    to, mail = mailbox.mails[2]
    assert to == "anna@example.org"
    assert (mail["Subject"], mail["Message-ID"]) == ("Training · 2 notices", "<key-2@example.org>")
    assert mail["From"] == "培训办 <office@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().split() == ["第", "2", "条", LINK]
    assert mailbox.connections == 1


def test_mail_that_is_refused_says_whether_it_may_work_later(mailbox):
    mailbox.refuse = {"full@example.org": "452 mailbox full", "gone@example.org": "550 no such user"}
    channel = sender("email")

    full = failure(lambda: channel.send("full@example.org", letter("x")))
    gone = failure(lambda: channel.send("gone@example.org", letter("x")))
    channel.send("anna@example.org", letter("x"))
    channel.close()

    assert (str(full), full.retry, full.is_down) == ("452 mailbox full", True, False)
    assert (str(gone), gone.retry, gone.is_down) == ("550 no such user", False, False)
    assert [to for to, _mail in mailbox.mails] == ["anna@example.org"]


def test_a_subject_of_two_lines_adds_no_header(mailbox):
    channel = sender("email")
    channel.send("anna@example.org", Letter("k", "A\nBcc: all@example.org", ("x",), (LINK, LINK)))
    channel.close()

    assert mailbox.mails[0][1]["Subject"] == "A Bcc: all@example.org"
    assert mailbox.mails[0][1]["Bcc"] is None
