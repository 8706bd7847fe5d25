import pytest

from accounts.channels import tokens
from tests.channels.servers import (
    DingTalkServer,
    FeishuServer,
    Gateway,
    Mailbox,
    WeComServer,
    mail_settings,
    serving,
    smtp_server,
)


@pytest.fixture(autouse=True)
def _set_up(settings):
    """No channel but those a test asks for, no token of another test, links that can be recognised."""
    tokens._KEPT.clear()
    settings.NOTICE_CHANNELS = {}
    settings.SITE_URL = "https://training.example.org"
    settings.SITE_NAME = "Training"


def app(settings, name, server, given):
    with serving(server) as url:
        settings.NOTICE_CHANNELS = settings.NOTICE_CHANNELS | {name: given | {"server": url}}
        yield server


@pytest.fixture
def wecom(settings):
    given = {"corp_id": "corp", "agent_id": "1000002", "secret": "wecom-secret"}
    yield from app(settings, "wecom", WeComServer(), given)


@pytest.fixture
def dingtalk(settings):
    given = {"app_key": "key", "agent_id": "1234", "secret": "ding-secret"}
    yield from app(settings, "dingtalk", DingTalkServer(), given)


@pytest.fixture
def feishu(settings):
    yield from app(settings, "feishu", FeishuServer(), {"app_id": "cli", "secret": "feishu-secret"})


@pytest.fixture
def sms(settings):
    gateway = Gateway()
    with serving(gateway) as url:
        settings.NOTICE_CHANNELS = settings.NOTICE_CHANNELS | {
            "sms": {
                "url": f"{url}/send?to={{phone}}",
                "headers": {"X-Key": "k"},
                "body": {"mobile": "{phone}", "params": ["{text}", "x"], "sign": "【培训】{id}"},
                "accepted": '"code": 0',
                "limit": 100,
            }
        }
        yield gateway


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with smtp_server(box) as address:
        settings.NOTICE_CHANNELS = settings.NOTICE_CHANNELS | {"email": mail_settings(address)}
        yield box
