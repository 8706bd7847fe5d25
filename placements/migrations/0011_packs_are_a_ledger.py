"""What a meeting looked at is never rewritten; opened again, it is only no longer in force."""

from django.db import migrations

from trainee_mgmt.kit.ledgers import ledger


class Migration(migrations.Migration):
    dependencies = [("placements", "0010_packs_are_kept")]

    operations = [ledger("placements_dispatchpack")]
