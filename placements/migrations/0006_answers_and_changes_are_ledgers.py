from django.db import migrations

from trainee_mgmt.kit.ledgers import append_only, ledger


class Migration(migrations.Migration):
    dependencies = [("placements", "0005_feedback_opinions_and_changes")]

    operations = [
        ledger("placements_feedback"),
        ledger("placements_arrival"),
        append_only("placements_opiniongiven"),
        append_only("placements_placementchange"),
    ]
