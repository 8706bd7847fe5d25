SELECT c.name, m.starts_on, m.ends_on
FROM cohorts_classmembership m
JOIN cohorts_trainingclass c ON c.id = m.training_class_id
WHERE m.trainee_id = %s
ORDER BY m.starts_on DESC
