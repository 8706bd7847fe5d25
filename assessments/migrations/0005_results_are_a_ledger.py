from django.db import migrations, models

from trainee_mgmt.kit.ledgers import ledger


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_how_raters_combine")]
    operations = [
        migrations.RemoveConstraint(model_name="result", name="assessments_result_once"),
        migrations.AddField(
            model_name="result", name="in_force", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField(
            model_name="result",
            name="published_at",
            field=models.DateTimeField(null=True, verbose_name="published at"),
        ),
        ledger("assessments_result"),
    ]
