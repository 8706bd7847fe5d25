from django.db import migrations

from trainee_mgmt.kit.ledgers import ledger


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_sessions_attendance_journals")]
    operations = [ledger("learning_attendance")]
