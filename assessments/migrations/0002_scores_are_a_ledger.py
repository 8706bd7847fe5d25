from django.db import migrations

from trainee_mgmt.kit.ledgers import ledger


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_schemes_and_scores")]
    operations = [ledger("assessments_score")]
