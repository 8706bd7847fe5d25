"""Wishes of hosts that organizers wrote down before there were answers: each post with some has its answer."""

from django.db import migrations

ANSWERS = """
INSERT INTO placements_hostanswer (offer_id, link_id, entered_by_id, given_at, ranked, refused, in_force)
SELECT offer_id, NULL, max(written_by_id), max(written_at), count(rank), count(*) - count(rank), TRUE
FROM placements_wish WHERE side = 'host' GROUP BY offer_id
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0012_hosts_wish_by_link")]

    operations = [migrations.RunSQL(ANSWERS, migrations.RunSQL.noop)]
