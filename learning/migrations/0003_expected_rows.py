from django.db import migrations, models

PERSON_TIMES = """
CREATE VIEW learning_persontime AS
SELECT session.id * 4294967296 + trainee.id AS id, session.cohort_id, session.id AS session_id,
    part.training_class_id, trainee.id AS trainee_id, mark.id AS mark_id, mark.state
FROM learning_session session
JOIN learning_sessionclass part ON part.session_id = session.id
JOIN cohorts_classmembership membership ON membership.training_class_id = part.training_class_id
    AND membership.starts_on <= (session.starts_at AT TIME ZONE 'Asia/Shanghai')::date
    AND (membership.ends_on IS NULL OR membership.ends_on > (session.starts_at AT TIME ZONE 'Asia/Shanghai')::date)
JOIN cohorts_trainee trainee ON trainee.id = membership.trainee_id
    AND trainee.joined_on <= (session.starts_at AT TIME ZONE 'Asia/Shanghai')::date
    AND (trainee.ended_on IS NULL OR trainee.ended_on > (session.starts_at AT TIME ZONE 'Asia/Shanghai')::date)
LEFT JOIN learning_attendance mark ON mark.session_id = session.id AND mark.trainee_id = trainee.id AND mark.in_force
WHERE session.cancelled_at IS NULL
"""
JOURNALS_DUE = """
CREATE VIEW learning_journaldue AS
SELECT trainee.id * 65536 + (week.monday - DATE '1970-01-05') / 7 AS id, cohort.id AS cohort_id,
    membership.training_class_id, trainee.id AS trainee_id,
    week.monday, greatest(week.monday, cohort.starts_on) AS first_on, least(week.monday + 6, cohort.ends_on) AS last_on,
    week.monday + 6 AS due_on, journal.id AS journal_id, journal.state, journal.submitted_at
FROM cohorts_cohort cohort
CROSS JOIN LATERAL (
    SELECT day::date AS monday
    FROM generate_series(date_trunc('week', cohort.starts_on::timestamp), cohort.ends_on::timestamp, interval '7 days') day
) week
JOIN cohorts_trainee trainee ON trainee.cohort_id = cohort.id
    AND trainee.joined_on <= greatest(week.monday, cohort.starts_on)
    AND (trainee.ended_on IS NULL OR trainee.ended_on > least(week.monday + 6, cohort.ends_on))
LEFT JOIN cohorts_classmembership membership ON membership.trainee_id = trainee.id
    AND membership.starts_on <= least(week.monday + 6, cohort.ends_on)
    AND (membership.ends_on IS NULL OR membership.ends_on > least(week.monday + 6, cohort.ends_on))
LEFT JOIN learning_journal journal ON journal.trainee_id = trainee.id AND journal.period_start = week.monday
WHERE cohort.journal_every = 'week'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0002_marks_are_a_ledger"),
        ("cohorts", "0002_people_and_classes"),
    ]

    operations = [
        migrations.RunSQL(PERSON_TIMES, "DROP VIEW learning_persontime"),
        migrations.RunSQL(JOURNALS_DUE, "DROP VIEW learning_journaldue"),
        migrations.CreateModel(
            name="JournalDue",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("monday", models.DateField(verbose_name="week")),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "handed in"),
                            ("returned", "returned"),
                            ("accepted", "accepted"),
                        ],
                        max_length=10,
                        null=True,
                        verbose_name="state",
                    ),
                ),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="handed in at")),
            ],
            options={"verbose_name": "journal due", "db_table": "learning_journaldue", "managed": False},
        ),
        migrations.CreateModel(
            name="PersonTime",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("present", "present"),
                            ("late", "late"),
                            ("early", "left early"),
                            ("absent", "absent"),
                            ("excused", "on leave"),
                        ],
                        max_length=8,
                        null=True,
                        verbose_name="state",
                    ),
                ),
            ],
            options={"verbose_name": "person-time", "db_table": "learning_persontime", "managed": False},
        ),
    ]
