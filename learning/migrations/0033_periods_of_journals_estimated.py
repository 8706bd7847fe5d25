from importlib import import_module

from django.db import migrations

# PostgreSQL takes generate_series for a thousand rows, and then reads the journals of all cohorts to find those of one. A
# function says how many periods a cohort has, about; it is no SQL function, because those are unfolded and their word lost.
PERIODS = """
CREATE FUNCTION learning_journal_periods(
    cohort_starts_on date, cohort_ends_on date, rule_every text, rule_due_in integer, rule_from_on date, rule_until_on date
) RETURNS TABLE (start_on date, first_on date, last_on date, due_on date, is_asked boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 AS $$
BEGIN
    RETURN QUERY
    SELECT days.start_on, days.first_on, days.last_on,
        CASE rule_every WHEN 'month' THEN days.last_on ELSE days.named_until END + rule_due_in,
        EXISTS (
            SELECT FROM generate_series(days.first_on::timestamp, days.last_on::timestamp, interval '1 day') each
            LEFT JOIN accounts_calendarday calendar ON calendar.day = each::date
            WHERE coalesce(calendar.is_working, extract(isodow FROM each) < 6)
        )
    FROM (
        SELECT greatest(each::date, rule_from_on) AS start_on,
            greatest(each::date, rule_from_on, cohort_starts_on) AS first_on,
            least(after.day - 1, cohort_ends_on, rule_until_on - 1) AS last_on, after.day - 1 AS named_until
        FROM generate_series(
            date_trunc(rule_every, greatest(cohort_starts_on, rule_from_on)::timestamp),
            least(cohort_ends_on, rule_until_on - 1)::timestamp,
            ('1 ' || rule_every)::interval
        ) each
        CROSS JOIN LATERAL (SELECT (each + ('1 ' || rule_every)::interval)::date AS day) after
    ) days;
END $$
"""
BEFORE = import_module("learning.migrations.0018_journals_by_day_week_or_month").JOURNALS_DUE
SERIES = BEFORE[BEFORE.index("CROSS JOIN LATERAL (\n    SELECT start_on") : BEFORE.index(") period\n")]
CALL = """CROSS JOIN LATERAL learning_journal_periods(
    rule.starts_on, rule.ends_on, rule.every, rule.due_in, rule.from_on, rule.until_on
"""
JOURNALS_DUE = BEFORE.replace(SERIES, CALL)
REPLACE = ("CREATE VIEW", "CREATE OR REPLACE VIEW")


class Migration(migrations.Migration):
    dependencies = [("learning", "0032_scans_of_signed_sheets")]

    operations = [
        migrations.RunSQL(PERIODS, "DROP FUNCTION learning_journal_periods"),
        migrations.RunSQL(JOURNALS_DUE.replace(*REPLACE), BEFORE.replace(*REPLACE)),
    ]
