import datetime
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0006_answers_and_scores_of_journals"),
        ("learning", "0034_weekly_duties"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionReminder",
            fields=[
                (
                    "cohort",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="session_reminder",
                        serialize=False,
                        to="cohorts.cohort",
                        verbose_name="cohort",
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("none", "not at all"),
                            ("day", "on the working day before"),
                            ("hours", "some hours before"),
                        ],
                        default="day",
                        max_length=5,
                        verbose_name="Remind people of a session",
                    ),
                ),
                ("at", models.TimeField(default=datetime.time(18, 0), verbose_name="On that day at")),
                (
                    "hours",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(48),
                        ],
                        verbose_name="Hours before",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of sessions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hours__range", (1, 48))), name="learning_reminder_within_two_days"
                    )
                ],
            },
        ),
    ]
