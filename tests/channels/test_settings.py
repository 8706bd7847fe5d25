"""What the environment says about channels: off by default, loud on nonsense."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from trainee_mgmt.outbox import channels_of, site_url_of

SITE = "https://training.example.org"
WECOM = {"NOTICE_CHANNELS": "wecom", "WECOM_CORP_ID": "corp", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "s"}
EMAIL = {"NOTICE_CHANNELS": "email", "SMTP_URL": "submission://u:p%40ss@mail.example.org", "MAIL_FROM": "a@example.org"}
SMS = {
    "NOTICE_CHANNELS": "sms",
    "SMS_URL": "https://sms.example.org/send",
    "SMS_BODY": '{"to": "{phone}", "t": "{text}"}',
}


def read(monkeypatch, given: dict, *, site_url: str = SITE) -> dict:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return channels_of(Env(), site_url=site_url)


def test_nothing_is_set_up_by_default(monkeypatch):
    monkeypatch.delenv("NOTICE_CHANNELS", raising=False)

    assert read(monkeypatch, {}, site_url="") == {}
    assert site_url_of(Env()) == ""


def test_channels_come_in_the_order_of_the_office(monkeypatch):
    found = read(monkeypatch, WECOM | EMAIL | SMS | {"NOTICE_CHANNELS": "sms, wecom ,email"})

    assert list(found) == ["sms", "wecom", "email"]
    assert found["wecom"]["server"] == "https://qyapi.weixin.qq.com"
    assert (found["email"]["host"], found["email"]["port"], found["email"]["password"]) == (
        "mail.example.org",
        587,
        "p@ss",
    )
    assert (found["email"]["use_tls"], found["email"]["use_ssl"]) == (True, False)
    assert (found["sms"]["limit"], found["sms"]["body"]) == (300, {"to": "{phone}", "t": "{text}"})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"NOTICE_CHANNELS": "pigeon"}, "'pigeon' is no channel"),
        (WECOM | {"NOTICE_CHANNELS": "wecom,wecom"}, "names a channel twice"),
        (WECOM | {"WECOM_SECRET": " "}, "needs WECOM_SECRET"),
        (WECOM | {"WECOM_AGENT_ID": "app"}, "WECOM_AGENT_ID must be the number"),
        (WECOM | {"WECOM_API": "qyapi.weixin.qq.com"}, "WECOM_API must be an address"),
        (WECOM | {"WECOM_API": "file:///etc/passwd"}, "WECOM_API must be an address"),
        (EMAIL | {"SMTP_URL": "mail.example.org:25"}, "SMTP_URL must be"),
        (EMAIL | {"MAIL_FROM": "office"}, "MAIL_FROM must be an address"),
        (SMS | {"SMS_BODY": '{"to": "{phone}"}'}, "must hold {text}"),
        (SMS | {"SMS_BODY": '["{phone}", "{text}"]'}, "must be JSON objects"),
        (SMS | {"SMS_LIMIT": "5"}, "SMS_LIMIT must be 60 to 2000"),
    ],
)
def test_nonsense_is_refused_at_the_start(monkeypatch, given, sentence):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(monkeypatch, given)

    assert sentence in str(refused.value)


def test_messages_that_leave_the_site_need_its_address(monkeypatch):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(monkeypatch, WECOM, site_url="")

    assert "SITE_URL" in str(refused.value)


@pytest.mark.parametrize("said", ["training.example.org", "ftp://training.example.org", "https://example.org/path"])
def test_the_address_of_the_site_is_a_plain_one(monkeypatch, said):
    monkeypatch.setenv("SITE_URL", said)

    with pytest.raises(ImproperlyConfigured):
        site_url_of(Env())
