SELECT g.name, m.starts_on, m.ends_on
FROM cohorts_groupmembership m
JOIN cohorts_studygroup g ON g.id = m.group_id
WHERE m.trainee_id = %s
ORDER BY m.starts_on DESC
