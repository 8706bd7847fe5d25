SELECT a.state, count(*)
FROM learning_attendance a
JOIN learning_session s ON s.id = a.session_id
WHERE s.cohort_id = %s AND a.in_force
GROUP BY a.state
