import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

EVERY = [("none", "no journals"), ("day", "every working day"), ("week", "every week"), ("month", "every month")]


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0004_office_notices")]

    operations = [
        migrations.AlterField(
            "cohort",
            "journal_every",
            models.CharField(choices=EVERY, default="week", max_length=8, verbose_name="journals"),
        ),
        migrations.AddField(
            "cohort",
            "journal_due_in",
            models.PositiveSmallIntegerField(
                default=0,
                help_text="Counted from the last day of its day, week or month. 0: on that day itself.",
                validators=[django.core.validators.MaxValueValidator(60)],
                verbose_name="days to hand a journal in",
            ),
        ),
        migrations.AddField("cohort", "journal_from", models.DateField(editable=False, null=True)),
        migrations.AddConstraint(
            "cohort",
            models.CheckConstraint(condition=Q(journal_due_in__lte=60), name="cohorts_journal_due_in_60_days"),
        ),
        migrations.CreateModel(
            name="PastJournalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("every", models.CharField(choices=EVERY, max_length=8)),
                ("due_in", models.PositiveSmallIntegerField()),
                ("from_on", models.DateField(null=True)),
                ("until_on", models.DateField()),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="past_journal_rules",
                        to="cohorts.cohort",
                    ),
                ),
            ],
            options={
                "verbose_name": "past rule of journals",
                "constraints": [
                    models.UniqueConstraint(fields=["cohort", "until_on"], name="cohorts_past_journal_rule_once"),
                    models.CheckConstraint(
                        condition=Q(from_on__lt=F("until_on")), name="cohorts_past_journal_rule_in_order"
                    ),
                ],
            },
        ),
    ]
