import importlib

import django.db.models.deletion
from django.db import migrations, models

BEFORE = importlib.import_module("learning.migrations.0018_journals_by_day_week_or_month").JOURNALS_DUE
# Its days are computed once for each period, not once for each row.
JOURNALS_DUE = BEFORE.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
    ") days\n) period", ") days\n    OFFSET 0\n) period"
)


class Migration(migrations.Migration):
    dependencies = [("learning", "0025_rolls_that_come_late")]

    operations = [
        migrations.RunSQL(JOURNALS_DUE, BEFORE.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")),
        migrations.CreateModel(
            name="JournalVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField(max_length=20000, verbose_name="text")),
                ("kept_at", models.DateTimeField(verbose_name="kept at")),
                (
                    "journal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="learning.journal"
                    ),
                ),
            ],
            options={"verbose_name": "other version of a journal"},
        ),
    ]
