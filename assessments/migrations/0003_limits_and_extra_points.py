from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_scores_are_a_ledger")]
    operations = [
        migrations.RemoveConstraint(model_name="indicator", name="assessments_weight_is_a_share"),
        migrations.AddField(
            model_name="indicator",
            name="extra",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "counts by its weight"),
                    ("plus", "extra points, added"),
                    ("minus", "points taken away"),
                ],
                db_default="",
                default="",
                max_length=5,
                verbose_name="how it counts",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="cap",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="counts at most"
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="floor",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="counts at least"
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="counts_from",
            field=models.DateField(blank=True, null=True, verbose_name="counts from"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="counts_until",
            field=models.DateField(blank=True, null=True, verbose_name="counts until"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(("extra", ""), ("weight__gt", 0), ("weight__lte", 100))
                | models.Q(("extra__in", ["plus", "minus"]), ("weight", 0)),
                name="assessments_weight_is_a_share",
            ),
        ),
    ]
