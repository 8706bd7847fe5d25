"""What leads count is said by the indicator of a scheme, which scores read; nothing read the rule of a cohort."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("placements", "0015_hours_that_count")]

    operations = [migrations.DeleteModel("LeadRule")]
