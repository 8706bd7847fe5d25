SELECT o.office, o.starts_on, o.ends_on
FROM cohorts_classofficer o
JOIN cohorts_trainee t ON t.person_id = o.person_id
WHERE t.id = %s
ORDER BY o.starts_on DESC
