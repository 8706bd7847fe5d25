from importlib import import_module

from django.db import migrations, models

# The same as learning.rules.reminders.is_excused: the journal is due in the leave, or every working day lies in it; a day
# is one of leave if leave holds at its noon. It is asked of those who had leave at all.
IS_EXCUSED = """
CREATE FUNCTION learning_journal_is_excused(writer bigint, in_first_on date, in_last_on date, in_due_on date)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE COST 5000 AS $$
BEGIN
    RETURN (
        SELECT bool_or(each.day = in_due_on AND each.is_away)
            OR coalesce(bool_and(each.is_away) FILTER (WHERE each.is_worked AND each.day <= in_last_on), false)
        FROM (
            SELECT days.day,
                coalesce(calendar.is_working, extract(isodow FROM days.day) < 6) AS is_worked,
                EXISTS (
                    SELECT FROM learning_leave leave
                    WHERE leave.trainee_id = writer AND leave.state = 'approved'
                        AND leave.starts_at <= (days.day + time '12:00') AT TIME ZONE 'Asia/Shanghai'
                        AND leave.ends_at > (days.day + time '12:00') AT TIME ZONE 'Asia/Shanghai'
                ) AS is_away
            FROM (
                SELECT generate_series(in_first_on::timestamp, in_last_on::timestamp, interval '1 day')::date AS day
                UNION SELECT in_due_on
            ) days
            LEFT JOIN accounts_calendarday calendar ON calendar.day = days.day
        ) each
    );
END $$
"""
BEFORE = import_module("learning.migrations.0033_periods_of_journals_estimated").JOURNALS_DUE
LAST = "journal.id AS journal_id, journal.state, journal.submitted_at\n"
EXCUSED = """,
    CASE WHEN trainee.id IN (SELECT leave.trainee_id FROM learning_leave leave WHERE leave.state = 'approved')
        THEN learning_journal_is_excused(trainee.id, period.first_on, period.last_on, period.due_on)
        ELSE false END AS is_excused
"""
JOURNALS_DUE = BEFORE.replace(LAST, LAST.rstrip() + EXCUSED).replace("CREATE VIEW", "CREATE OR REPLACE VIEW")


class Migration(migrations.Migration):
    dependencies = [("learning", "0039_findings_from_journals")]

    operations = [
        migrations.RunSQL(IS_EXCUSED, "DROP FUNCTION learning_journal_is_excused"),
        migrations.RunSQL(JOURNALS_DUE, f"DROP VIEW learning_journaldue; {BEFORE}"),
        migrations.AddField("journaldue", "is_excused", models.BooleanField(default=False)),
    ]
