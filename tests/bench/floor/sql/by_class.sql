SELECT c.name, count(*)
FROM cohorts_trainingclass c
JOIN cohorts_classmembership m ON m.training_class_id = c.id AND m.ends_on IS NULL
WHERE c.cohort_id = %s
GROUP BY c.id
ORDER BY c.number
