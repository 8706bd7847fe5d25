from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from trainee_mgmt.kit.crypto import ROTATORS, EncryptedTextField, Sealed, SealedBytesField, fernet

BATCH = 500
BATCH_OF_FILES = 5  # a stored plan and its file may be large


class Command(BaseCommand):
    help = "Encrypts every column of secrets with the first of FIELD_KEYS; afterwards the older keys open nothing that lasts."

    def handle(self, *args, **options):
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, EncryptedTextField | SealedBytesField):
                    done = rotate(model, field)
                    self.stdout.write(f"{model._meta.label}.{field.name}: {done} encrypted anew")
        for rotator in ROTATORS:
            self.stdout.write("{}: {} encrypted anew".format(*rotator()))


def rotate(model, field) -> int:
    """In batches of their own transactions: stop it and start it again as you like. Returns how many rows changed."""
    name, done, last = field.name, 0, 0
    is_text = isinstance(field, EncryptedTextField)
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().filter(**{"pk__gt": last, f"{name}__isnull": False})
            batch = list(rows.order_by("pk").only("pk", name)[: BATCH if is_text else BATCH_OF_FILES])
            if not batch:
                return done
            stale = []
            for row in batch:
                value = getattr(row, name)
                token = value.token.encode() if is_text else bytes(value)
                if not _is_of_newest(token):
                    renewed = fernet().rotate(token)
                    setattr(row, name, Sealed(renewed.decode()) if is_text else renewed)
                    stale.append(row)
            model._base_manager.bulk_update(stale, [name])
            done, last = done + len(stale), batch[-1].pk


def _is_of_newest(token: bytes) -> bool:
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(token)
    except InvalidToken:
        return False
    return True
