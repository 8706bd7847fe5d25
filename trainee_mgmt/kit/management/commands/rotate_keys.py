from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from trainee_mgmt.kit.crypto import EncryptedTextField, Sealed, fernet

BATCH = 500


class Command(BaseCommand):
    help = "Encrypts every column of secrets with the first of FIELD_KEYS; afterwards the older keys open nothing that lasts."

    def handle(self, *args, **options):
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, EncryptedTextField):
                    done = rotate(model, field.name)
                    self.stdout.write(f"{model._meta.label}.{field.name}: {done} encrypted anew")


def rotate(model, name: str) -> int:
    """In batches of their own transactions: stop it and start it again as you like. Returns how many rows changed."""
    newest, done, last = Fernet(settings.FIELD_KEYS[0]), 0, 0
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().filter(**{"pk__gt": last, f"{name}__isnull": False})
            batch = list(rows.order_by("pk").only("pk", name)[:BATCH])
            if not batch:
                return done
            stale = [row for row in batch if not _is_of(newest, getattr(row, name))]
            for row in stale:
                setattr(row, name, Sealed(fernet().rotate(getattr(row, name).token.encode()).decode()))
            model._base_manager.bulk_update(stale, [name])
            done, last = done + len(stale), batch[-1].pk


def _is_of(key: Fernet, value: Sealed) -> bool:
    try:
        key.decrypt(value.token.encode())
    except InvalidToken:
        return False
    return True
