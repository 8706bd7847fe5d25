SELECT s.id, s.title, s.starts_at, s.ends_at, s.teacher_name, s.place, string_agg(c.name, ', ' ORDER BY c.number)
FROM learning_session s
JOIN learning_sessionclass sc ON sc.session_id = s.id
JOIN cohorts_trainingclass c ON c.id = sc.training_class_id
WHERE s.cohort_id = %s AND s.starts_at >= %s AND s.starts_at < %s
GROUP BY s.id
ORDER BY s.starts_at, s.id
