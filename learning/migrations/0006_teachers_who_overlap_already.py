from django.db import migrations

# Sessions made before anybody looked: where a teacher has two at a time, the later one is taken as decided.
MARK = """
UPDATE learning_session AS session SET may_overlap = true
WHERE session.cancelled_at IS NULL AND session.teacher_key <> '' AND EXISTS (
    SELECT FROM learning_session earlier
    WHERE earlier.teacher_key = session.teacher_key AND earlier.cancelled_at IS NULL AND earlier.id < session.id
        AND earlier.starts_at < session.ends_at AND earlier.ends_at > session.starts_at
)
"""


class Migration(migrations.Migration):
    dependencies = [("learning", "0005_venues_teachers_and_drafts")]
    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
