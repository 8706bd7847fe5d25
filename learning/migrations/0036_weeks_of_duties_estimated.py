import importlib

from django.db import migrations

BEFORE = importlib.import_module("learning.migrations.0034_weekly_duties").DUTIES_DUE.replace(
    "CREATE VIEW", "CREATE OR REPLACE VIEW"
)
# Series between constants, so that PostgreSQL does not reckon with a thousand weeks of a thousand duties each, and
# compiles a plan for them. A cohort lasts five years at most.
DUTIES_DUE = (
    BEFORE.replace(
        """    FROM generate_series(
        date_trunc('week', place.from_on::timestamp), place.until_on::timestamp, interval '7 days'
    ) each
""",
        """    FROM generate_series(0, 263) number
    CROSS JOIN LATERAL (SELECT date_trunc('week', place.from_on::timestamp)::date + 7 * number AS each) monday
    WHERE each <= place.until_on
""",
    )
    .replace(
        "CROSS JOIN LATERAL generate_series(1, place.per_week) nth(number)",
        "JOIN generate_series(1, 7) nth(number) ON nth.number <= place.per_week",
    )
    .replace(
        """        SELECT FROM generate_series(week.first_on::timestamp, week.last_on::timestamp, interval '1 day') each
        LEFT JOIN accounts_calendarday calendar ON calendar.day = each::date
        WHERE coalesce(calendar.is_working, extract(isodow FROM each) < 6)
""",
        """        SELECT FROM generate_series(0, 6) since
        LEFT JOIN accounts_calendarday calendar ON calendar.day = week.monday + since
        WHERE week.monday + since BETWEEN week.first_on AND week.last_on AND coalesce(calendar.is_working, since < 5)
""",
    )
)


class Migration(migrations.Migration):
    dependencies = [("learning", "0035_reminders_of_sessions")]

    operations = [migrations.RunSQL(DUTIES_DUE, BEFORE)]
