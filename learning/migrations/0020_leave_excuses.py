from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

# Leave of one person never overlaps other leave, but two leaves may touch one session: the first of them stands for both,
# so that there is one row. It is a join of its own, as the marks are, so that one cohort's leave is read instead of all.
PERSON_TIMES = """
CREATE OR REPLACE VIEW learning_persontime AS
SELECT session.id * 4294967296 + trainee.id AS id, session.cohort_id, session.id AS session_id, session.ends_at,
    held.day AS held_on, part.training_class_id, trainee.id AS trainee_id, mark.id AS mark_id,
    CASE WHEN away.leave_id IS NOT NULL AND (mark.state IS NULL OR mark.state = 'absent') THEN 'excused'::varchar(8)
        ELSE mark.state END AS state,
    mark.state AS marked, away.leave_id
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
LEFT JOIN (
    SELECT leave.id AS leave_id, leave.trainee_id, missed.id AS session_id, missed.cohort_id
    FROM learning_leave leave
    JOIN learning_session missed ON missed.cohort_id = leave.cohort_id
        AND missed.starts_at < leave.ends_at AND missed.ends_at > leave.starts_at
    WHERE leave.state = 'approved' AND NOT EXISTS (
        SELECT FROM learning_leave earlier
        WHERE earlier.trainee_id = leave.trainee_id AND earlier.state = 'approved'
            AND earlier.starts_at < leave.starts_at AND earlier.ends_at > missed.starts_at
    )
) away ON away.session_id = session.id AND away.trainee_id = trainee.id AND away.cohort_id = session.cohort_id
WHERE session.cancelled_at IS NULL AND NOT session.is_draft
"""

BEFORE = import_module("learning.migrations.0008_nobody_is_expected_at_a_draft").PERSON_TIMES


class Migration(migrations.Migration):
    dependencies = [("learning", "0019_leave")]

    operations = [
        migrations.RunSQL(PERSON_TIMES, f"DROP VIEW learning_persontime; {BEFORE}"),
        migrations.AddField(
            "persontime",
            "marked",
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
                verbose_name="mark",
            ),
        ),
        migrations.AddField(
            "persontime",
            "leave",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="learning.leave"
            ),
        ),
    ]
