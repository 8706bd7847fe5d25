"""The ways to a person: the channels in the order of the person, and the address on each."""

from collections.abc import Iterable

from accounts import channels
from accounts.channels import Failed, Sender
from accounts.models import Address, NoticeSettings, User
from trainee_mgmt.kit.crypto import Sealed


class Ways:
    """The channels of each of these people, in the person's order; three queries for any number of them."""

    def __init__(self, people: Iterable[int]):
        keys = list(people)
        self.order = dict(NoticeSettings.objects.filter(user__in=keys).values_list("user_id", "channels"))
        self.known = set(Address.objects.filter(user__in=keys).values_list("user_id", "channel"))
        with_phone = User.objects.filter(pk__in=keys, phone_index__isnull=False)
        self.with_phone = set(with_phone.values_list("pk", flat=True))

    def of(self, person: int) -> list[str]:
        """Every channel that is set up and knows, or may find out, where the person is."""
        mine = [name for name in self.order.get(person) or () if channels.is_set_up(name)]
        order = [*mine, *(name for name in channels.order_of_office() if name not in mine)]
        return [name for name in order if self._is_reachable(person, name)]

    def next(self, person: int, *, tried: Iterable[str] = ()) -> str:
        """The first one that has not been tried; empty if there is none."""
        tried = set(tried)
        return next((name for name in self.of(person) if name not in tried), "")

    def _is_reachable(self, person: int, name: str) -> bool:
        if name == "sms" or channels.SENDERS[name].finds_by_phone:
            return person in self.with_phone or (person, name) in self.known
        return (person, name) in self.known


def address_of(user_id: int, name: str, sender: Sender) -> str:
    """Where the channel finds this person: what is known, the phone itself, or what the provider says of the phone."""
    known = Address.objects.filter(user=user_id, channel=name).first()
    if known is not None:
        return known.value.open()
    phone = User.objects.filter(pk=user_id).values_list("phone", flat=True).first()
    if phone is None:
        raise Failed("no address is known")
    if name == "sms":
        return phone.open()
    if not sender.finds_by_phone:
        raise Failed("no address is known")
    found = sender.find(phone.open())
    if not found:
        raise Failed("nobody there has this phone number")
    Address.objects.bulk_create([Address(user_id=user_id, channel=name, value=Sealed.of(found))], ignore_conflicts=True)
    return found
