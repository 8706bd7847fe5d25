from django.db import migrations, models

# What waits is due by what was asked until now: three days after it was handed in.
WAITING = """
UPDATE learning_journal SET review_due_on = (submitted_at AT TIME ZONE 'Asia/Shanghai')::date + 3 WHERE state = 'submitted'
"""


class Migration(migrations.Migration):
    dependencies = [("learning", "0028_time_for_the_way_and_leave")]

    operations = [
        migrations.AddField(
            "journal", "review_due_on", models.DateField(blank=True, null=True, verbose_name="answer due")
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
