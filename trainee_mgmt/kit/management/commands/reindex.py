from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from trainee_mgmt.kit.crypto import EncryptedTextField, blind_index

BATCH = 500


class Command(BaseCommand):
    help = "Computes the blind indexes anew, after INDEX_KEY was changed: until then nobody is found by phone or ID number."

    def handle(self, *args, **options):
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, EncryptedTextField) and field.index:
                    done = reindex(model, field)
                    self.stdout.write(f"{model._meta.label}.{field.index}: {done} computed anew")


def reindex(model, field) -> int:
    """In batches of their own transactions: stop it and start it again as you like. Returns how many rows changed."""
    done, last = 0, 0
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().filter(**{"pk__gt": last, f"{field.name}__isnull": False})
            batch = list(rows.order_by("pk").only("pk", field.name, field.index)[:BATCH])
            if not batch:
                return done
            stale = []
            for row in batch:
                index = blind_index(field.name, getattr(row, field.name).open())
                if index != getattr(row, field.index):
                    setattr(row, field.index, index)
                    stale.append(row)
            model._base_manager.bulk_update(stale, [field.index])
            done, last = done + len(stale), batch[-1].pk
