from django.db import migrations

PERSON_TIMES = """
CREATE OR REPLACE VIEW learning_persontime AS
SELECT session.id * 4294967296 + trainee.id AS id, session.cohort_id, session.id AS session_id, session.ends_at,
    held.day AS held_on, part.training_class_id, trainee.id AS trainee_id, mark.id AS mark_id, mark.state
FROM learning_session session
CROSS JOIN LATERAL (SELECT (session.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day OFFSET 0) held
JOIN learning_sessionclass part ON part.session_id = session.id
JOIN cohorts_classmembership membership ON membership.training_class_id = part.training_class_id
    AND CASE WHEN membership.starts_on <= held.day
        AND (membership.ends_on IS NULL OR membership.ends_on > held.day) THEN 1 ELSE 0 END <> 0
JOIN cohorts_trainee trainee ON trainee.id = membership.trainee_id
    AND CASE WHEN trainee.joined_on <= held.day
        AND (trainee.ended_on IS NULL OR trainee.ended_on > held.day) THEN 1 ELSE 0 END <> 0
LEFT JOIN (learning_attendance mark JOIN learning_session marked ON marked.id = mark.session_id AND mark.in_force)
    ON mark.session_id = session.id AND mark.trainee_id = trainee.id AND marked.cohort_id = session.cohort_id
WHERE session.cancelled_at IS NULL AND NOT session.is_draft
"""


class Migration(migrations.Migration):
    dependencies = [("learning", "0007_booked_once")]
    operations = [migrations.RunSQL(PERSON_TIMES, migrations.RunSQL.noop)]
