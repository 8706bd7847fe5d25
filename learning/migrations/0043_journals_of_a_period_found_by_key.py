from importlib import import_module

from django.db import migrations

# The journals of a cohort are looked up one by one, by person and period. Left to choose, PostgreSQL reads the journals of
# all cohorts to find those of one: OFFSET 0 keeps the look-up apart from the join.
BEFORE = import_module("learning.migrations.0040_leave_excuses_journals").JOURNALS_DUE
JOINED = "LEFT JOIN learning_journal journal ON journal.trainee_id = trainee.id AND journal.period_start = period.start_on"
LOOKED_UP = """LEFT JOIN LATERAL (
    SELECT written.id, written.state, written.submitted_at FROM learning_journal written
    WHERE written.trainee_id = trainee.id AND written.period_start = period.start_on OFFSET 0
) journal ON true"""
JOURNALS_DUE = BEFORE.replace(JOINED, LOOKED_UP)


class Migration(migrations.Migration):
    dependencies = [("learning", "0042_words_of_signed_sheets")]

    operations = [migrations.RunSQL(JOURNALS_DUE, BEFORE)]
