"""A message to somebody without an account, by the channels of the office that need no more than an address."""

from accounts import channels
from accounts.channels import Failed, Letter

BY_ADDRESS = ("sms", "email")  # the others know only people of their own organisation


class LetterFailed(Exception):
    """It did not go out. ``retry``: it may later."""

    def __init__(self, reason: str, *, retry: bool):
        super().__init__(reason)
        self.retry = retry


def ways_to_an_address() -> tuple[str, ...]:
    """Those that are set up, in the order of the office."""
    return tuple(name for name in channels.order_of_office() if name in BY_ADDRESS)


def send_letter(channel: str, address: str, *, key: str, subject: str, text: str, url: str) -> str:
    """Hand one message over; answers the provider's number of it. ``key`` is the same each time it is tried. Where the text
    is too long for the channel it is cut, and never the address."""
    if channel not in ways_to_an_address():
        raise LetterFailed(channel, retry=False)
    sender = channels.sender(channel)
    try:
        return sender.send(address, Letter(key, subject, (text,), (url, url)))
    except Failed as failed:
        raise LetterFailed(str(failed), retry=failed.retry) from None
    finally:
        sender.close()
