from django.db import migrations

from trainee_mgmt.kit.ledgers import append_only, ledger


class Migration(migrations.Migration):
    dependencies = [("learning", "0022_online_courses_and_activities")]
    operations = [ledger("learning_onlineprogress"), append_only("learning_completionrule")]
