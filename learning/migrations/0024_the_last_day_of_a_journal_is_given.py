from django.db import migrations, models


class Migration(migrations.Migration):
    """In a migration of its own, so that a release that is still running can write journals while this one starts."""

    dependencies = [("learning", "0023_progress_is_a_ledger")]

    operations = [migrations.AlterField("journal", "last_on", models.DateField(verbose_name="until"))]
