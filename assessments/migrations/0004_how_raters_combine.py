from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_limits_and_extra_points")]
    operations = [
        migrations.AddField(
            model_name="scheme",
            name="decimals",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "0"), (1, "1"), (2, "2")], db_default=1, default=1, verbose_name="digits after the point"
            ),
        ),
        migrations.AddField(
            model_name="scheme",
            name="trim_guard",
            field=models.PositiveSmallIntegerField(
                db_default=5, default=5, verbose_name="highest and lowest are left out from so many raters on"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("trim_guard__gte", 3)), name="assessments_trim_leaves_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("decimals__lte", 2)), name="assessments_two_decimals_at_most"
            ),
        ),
    ]
