INSERT INTO learning_attendance (session_id, marked_by_id, trainee_id, state, source, note, rule_version, marked_at, in_force)
SELECT %s, %s, trainee, state, 'roll', '', 1, now(), true
FROM unnest(%s, %s) AS mark (trainee, state)
