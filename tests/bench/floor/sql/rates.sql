SELECT t.id, p.name, t.number, count(*) FILTER (WHERE a.state IN ('present', 'late')), count(*),
       (SELECT count(*) FROM learning_session s WHERE s.cohort_id = t.cohort_id AND s.cancelled_at IS NULL)
FROM cohorts_trainee t
JOIN cohorts_person p ON p.id = t.person_id
LEFT JOIN learning_attendance a ON a.trainee_id = t.id AND a.in_force
WHERE t.cohort_id = %s
GROUP BY t.id, p.name
ORDER BY t.number, t.id
LIMIT 50
