from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

# A cohort has one rule of journals after the other; most have one from the first day to the last. "CASE … <> 0" is true for
# nearly every row, and the planner takes it so; comparisons of dates it would take for rare.
JOURNALS_DUE = """
CREATE VIEW learning_journaldue AS
SELECT trainee.id * 65536 + (period.start_on - DATE '1970-01-01') AS id, rule.cohort_id, membership.training_class_id,
    trainee.id AS trainee_id, period.start_on AS period_start, date_trunc('week', period.first_on::timestamp)::date AS monday,
    period.first_on, period.last_on, period.due_on, journal.id AS journal_id, journal.state, journal.submitted_at
FROM (
    SELECT id AS cohort_id, starts_on, ends_on, journal_every AS every, journal_due_in AS due_in, journal_from AS from_on,
        NULL::date AS until_on
    FROM cohorts_cohort
    WHERE journal_every <> 'none'
    UNION ALL
    SELECT cohort.id, cohort.starts_on, cohort.ends_on, past.every, past.due_in, past.from_on, past.until_on
    FROM cohorts_pastjournalrule past JOIN cohorts_cohort cohort ON cohort.id = past.cohort_id
    WHERE past.every <> 'none'
) rule
CROSS JOIN LATERAL (
    SELECT start_on, first_on, last_on,
        CASE rule.every WHEN 'month' THEN last_on ELSE named_until END + rule.due_in AS due_on,
        EXISTS (
            SELECT FROM generate_series(first_on::timestamp, last_on::timestamp, interval '1 day') each
            LEFT JOIN accounts_calendarday calendar ON calendar.day = each::date
            WHERE coalesce(calendar.is_working, extract(isodow FROM each) < 6)
        ) AS is_asked
    FROM (
        SELECT greatest(each::date, rule.from_on) AS start_on, greatest(each::date, rule.from_on, rule.starts_on) AS first_on,
            least(after.day - 1, rule.ends_on, rule.until_on - 1) AS last_on, after.day - 1 AS named_until
        FROM generate_series(
            date_trunc(rule.every, greatest(rule.starts_on, rule.from_on)::timestamp),
            least(rule.ends_on, rule.until_on - 1)::timestamp,
            ('1 ' || rule.every)::interval
        ) each
        CROSS JOIN LATERAL (SELECT (each + ('1 ' || rule.every)::interval)::date AS day) after
    ) days
) period
JOIN cohorts_trainee trainee ON trainee.cohort_id = rule.cohort_id
LEFT JOIN learning_journal journal ON journal.trainee_id = trainee.id AND journal.period_start = period.start_on
LEFT JOIN cohorts_classmembership membership ON membership.trainee_id = trainee.id
    AND membership.starts_on <= period.last_on
    AND (membership.ends_on IS NULL OR membership.ends_on > period.last_on)
WHERE CASE
    WHEN journal.state <> 'draft' THEN 1
    WHEN period.is_asked AND trainee.joined_on <= period.first_on
        AND (trainee.ended_on IS NULL OR trainee.ended_on > period.last_on) THEN 1
    ELSE 0 END <> 0
"""
# Their key is that of the row of the view: the number of the period was that of its week, and is that of its first day.
NOTICES = """
UPDATE accounts_notice
SET key = ((key::bigint / 65536) * 65536 + (key::bigint % 65536) * 7 + 4)::text,
    params = params - 'monday' || jsonb_build_object('period', params -> 'monday')
WHERE kind IN ('learning.journal_due', 'learning.journal_overdue')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0017_credits_are_a_ledger"),
        ("cohorts", "0005_journals_by_day_week_or_month"),
        ("accounts", "0005_notices_and_their_outbox"),
    ]

    operations = [
        migrations.AddField("journal", "last_on", models.DateField(verbose_name="until", db_default=Now())),
        migrations.RunSQL("UPDATE learning_journal SET last_on = period_start + 6", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "journal",
            models.CheckConstraint(
                condition=Q(last_on__gte=F("period_start")), name="learning_journal_period_in_order"
            ),
        ),
        migrations.RunSQL("DROP VIEW learning_journaldue", migrations.RunSQL.noop),
        migrations.RunSQL(JOURNALS_DUE, migrations.RunSQL.noop),
        migrations.AddField("journaldue", "period_start", models.DateField(verbose_name="period")),
        migrations.RunSQL(NOTICES, migrations.RunSQL.noop),
    ]
