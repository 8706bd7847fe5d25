SELECT j.state, count(*)
FROM learning_journal j
JOIN cohorts_trainee t ON t.id = j.trainee_id
WHERE t.cohort_id = %s
GROUP BY j.state
