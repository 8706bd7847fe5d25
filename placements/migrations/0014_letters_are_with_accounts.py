"""Letters to mentors go on as letters to people without an account, of which accounts keeps all."""

from django.db import migrations

LETTERS = """
INSERT INTO accounts_linkletter (kind, about_id, key, channel, state, tries, error, asked_by_id, asked_at, retry_at, sent_at, provider_id)
SELECT 'placements.mentor_link', link_id, link_id || ':' || id, channel,
       CASE WHEN state = 'sending' OR (state = 'sent' AND sent_at IS NULL) THEN 'failed' ELSE state END,
       tries, error, asked_by_id, asked_at, asked_at, CASE WHEN state = 'sent' THEN sent_at END, ''
FROM placements_feedbackletter
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_letters_to_people_without_account"),
        ("placements", "0013_answers_of_hosts_so_far"),
    ]

    operations = [migrations.RunSQL(LETTERS, migrations.RunSQL.noop), migrations.DeleteModel("FeedbackLetter")]
