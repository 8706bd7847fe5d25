from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_notices_and_their_outbox")]

    operations = [
        migrations.AddField(
            "noticesettings",
            "wants_reminders",
            models.BooleanField(db_default=True, default=True, verbose_name="remind me of what is coming"),
        )
    ]
