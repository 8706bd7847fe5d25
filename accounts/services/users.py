"""Accounts: opened with a first password, changed, suspended. The first password lies sealed until its owner has
chosen another one, so that its slip can be printed again."""

import re
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.rules.logins import clean_phone, is_username, new_first_password
from accounts.services.audit import changes, record
from accounts.services.grants import keep_an_administrator, refuse_beyond
from accounts.services.locks import lock_user_names
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_phone
from trainee_mgmt.kit.errors import Refused, constraint_of
from trainee_mgmt.kit.names import pinyin_key, syllables

BATCH = 500
NOT_PLAIN = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class NewAccount:
    """One account to open; the user name is made from the name where none is given."""

    name: str
    phone: str = ""
    username: str = ""
    unit_id: int | None = None


def open_account(*, name: str, phone: str = "", username: str = "", unit: Unit | None = None) -> User:
    """One account with a first password."""
    with _each_login_once(), transaction.atomic():
        (user,) = add_accounts([NewAccount(name, phone, username, unit.pk if unit else None)])
        record("accounts.open_account", user, after={"user_name": user.username, "unit": str(unit or "")})
        return user


def open_accounts(people: Sequence[NewAccount], progress=None) -> list[User]:
    """Many accounts in the same order, for the worker: a first password costs 20 ms to hash.

    Refused as a whole if a phone or user name is taken: look with ``accounts_by_phone`` first.
    """
    with _each_login_once(), transaction.atomic():
        users = add_accounts(people, progress)
        record("accounts.open_accounts", after={"accounts": len(users)})
        return users


def add_accounts(people: Sequence[NewAccount], progress=None) -> list[User]:
    """The rows with their first passwords. The caller writes the audit entry.

    Two callers wait for each other only once their passwords are hashed, to number people of one name.
    """
    users = []
    for number, person in enumerate(people, 1):
        if person.username:
            _check_username(person.username)
        password = new_first_password()
        users.append(
            User(
                name=person.name,
                name_key=pinyin_key(person.name),
                username=person.username,
                unit_id=person.unit_id,
                password=make_password(password),
                first_password=Sealed.of(password),
                must_change_password=True,
                **_phone_columns(person.phone),
            )
        )
        if progress:
            progress(number, len(people), _("Opening accounts"))
    _name_those_without(users)
    return User.objects.bulk_create(users, batch_size=BATCH)


def accounts_by_phone(phones: Iterable[str]) -> dict[str, User]:
    """The accounts that sign in with these phone numbers, by number. Numbers of nobody are left out."""
    index = {blind_index("phone", phone): phone for phone in filter(None, map(clean_phone, phones))}
    found = User.objects.filter(phone_index__in=index).defer("phone", "first_password")
    return {index[user.phone_index]: user for user in found}


def change_account(user: User, *, by: User | None, **values) -> User:
    """Name, user name, phone (as typed; empty takes it away) or unit."""
    with _each_login_once(), transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).select_related("unit").get(pk=user.pk)
        if by is not None and by.pk != user.pk:
            refuse_beyond(by, user)
        columns = dict(values)
        if "phone" in columns:
            columns |= _phone_columns(columns.pop("phone"))
            if columns["phone_index"] == user.phone_index:
                del columns["phone"]  # the same number in another ciphertext is no change
        if "name" in columns:
            columns["name_key"] = pinyin_key(columns["name"])
        if "username" in columns and columns["username"] != user.username:
            _check_username(columns["username"])
        before, after = changes(user, columns)
        if not after:
            return user
        for name, value in after.items():
            setattr(user, name, value)
        user.save(update_fields=list(after))
        record("accounts.change_account", user, before=_shown(before), after=_shown(after))
        return user


def reset_password(user: User, *, by: User | None) -> None:
    """A new first password; all sessions of the person end."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if by is not None:
            refuse_beyond(by, user)
        password = new_first_password()
        user.password = make_password(password)
        user.first_password = Sealed.of(password)
        user.must_change_password = True
        user.save(update_fields=["password", "first_password", "must_change_password"])
        record("accounts.reset_password", user)


@transaction.atomic
def suspend(user: User, *, by: User | None) -> None:
    """Sessions end at once, and roles lent by this person rest."""
    keep_an_administrator(but_user=user.pk)
    if by is not None:
        if by.pk == user.pk:
            raise Refused(_("You cannot suspend yourself."))
        refuse_beyond(by, user)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, suspended_at=timezone.now()):
        raise Refused(_("This account is suspended already."))
    record("accounts.suspend", user)


@transaction.atomic
def reactivate(user: User, *, by: User | None) -> None:
    """``suspended_at`` stays: sessions of before that moment do not come back."""
    if by is not None:
        refuse_beyond(by, user)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Refused(_("This account is not suspended."))
    record("accounts.reactivate", user)


@transaction.atomic
def switch_off_second_step(user: User, *, by: User) -> None:
    """For whoever lost the phone with the app and the recovery codes."""
    refuse_beyond(by, user)
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Refused(_("The second step is not switched on."))
    record("accounts.switch_off_second_step", user)


@transaction.atomic
def first_passwords(users: Iterable[User], *, label: str = "") -> list[tuple[User, str]]:
    """First passwords that nobody has replaced yet, in clear, for slips; one audit entry for all of them."""
    keys = [user.pk for user in users]
    waiting = User.objects.filter(pk__in=keys, must_change_password=True).filter(first_password__isnull=False)
    shown = [
        (user, user.first_password.open())
        for user in waiting.defer("phone").select_related("unit").order_by("name_key", "pk")
    ]
    only = shown[0][0] if len(shown) == 1 else None
    record("accounts.show_first_passwords", only, after={"accounts": len(shown)}, label=label)
    return shown


def _name_those_without(users: Sequence[User]) -> None:
    """zhangwei, zhangwei2, zhangwei3 …, whatever letters the taken ones are written in."""
    stems = {_stem(user.name) for user in users if not user.username}
    if not stems:
        return
    lock_user_names()
    alike = User.objects.annotate(lower=Lower("username")).filter(lower__regex=f"^({'|'.join(sorted(stems))})[0-9]*$")
    taken = {*alike.values_list("lower", flat=True), *(user.username.lower() for user in users)}
    for user in users:
        if not user.username:
            user.username = _free_username(_stem(user.name), taken)
            taken.add(user.username)


def _free_username(stem: str, taken: set[str]) -> str:
    username, number = stem, 1
    while username in taken:
        number += 1
        username = f"{stem}{number}"
    return username


def _stem(name: str) -> str:
    stem = NOT_PLAIN.sub("", "".join(syllables(name)).lower())[:40]
    return stem if stem and not stem.isdigit() else "user"


def _phone_columns(typed: str) -> dict:
    if not typed:
        return {"phone": None, "phone_index": None, "phone_mask": ""}
    phone = clean_phone(typed)
    if not phone:
        raise Refused(
            _("“%(phone)s” is no phone number that can sign in: eleven digits, or with + and country code.")
            % {"phone": typed[:20]}
        )
    return {"phone": Sealed.of(phone), "phone_index": blind_index("phone", phone), "phone_mask": mask_phone(phone)}


def _check_username(username: str) -> None:
    if not is_username(username):
        raise Refused(
            _("A user name has 2 to 60 letters, digits, dots, dashes or underscores, and at least one letter.")
        )


def _shown(values: dict) -> dict:
    """For the audit log: the mask stands for the phone."""
    hidden = {"phone", "phone_index", "name_key"}
    return {key: str(value or "") for key, value in values.items() if key not in hidden}


@contextmanager
def _each_login_once():
    """Turns a phone or user name that is taken into a sentence."""
    try:
        yield
    except IntegrityError as error:
        if "phone_index" in constraint_of(error):
            raise Refused(_("Another account signs in with this phone number.")) from error
        if "username" in constraint_of(error):
            raise Refused(_("This user name is taken.")) from error
        raise
