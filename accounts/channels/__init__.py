"""The ways to a person outside this site, as they are set up (``settings.NOTICE_CHANNELS``)."""

from django.conf import settings

from accounts.channels.apps import DingTalk, Feishu, WeCom
from accounts.channels.base import Failed, Letter, Sender
from accounts.channels.mail import Mail
from accounts.channels.sms import Sms

__all__ = ["SENDERS", "Failed", "Letter", "Sender", "is_set_up", "order_of_office", "sender"]

SENDERS: dict[str, type[Sender]] = {
    "email": Mail,
    "wecom": WeCom,
    "dingtalk": DingTalk,
    "feishu": Feishu,
    "sms": Sms,
}


def order_of_office() -> tuple[str, ...]:
    """The channels that are set up, in the order of the office."""
    return tuple(settings.NOTICE_CHANNELS)


def is_set_up(name: str) -> bool:
    return name in settings.NOTICE_CHANNELS


def sender(name: str) -> Sender:
    return SENDERS[name](settings.NOTICE_CHANNELS[name])
