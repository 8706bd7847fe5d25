INSERT INTO assessments_score (indicator_id, trainee_id, rater_id, points, entered_by_id, entered_at, in_force)
VALUES (%s, %s, %s, %s, %s, now(), true)
