from django.db import migrations

from trainee_mgmt.kit.ledgers import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_accounts_and_records")]
    operations = [append_only("accounts_auditentry"), append_only("accounts_auditseal")]
