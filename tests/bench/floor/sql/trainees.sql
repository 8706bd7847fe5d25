SELECT t.id, p.name, t.number, c.name,
    (SELECT string_agg(g.name, '、') FROM cohorts_groupmembership m JOIN cohorts_studygroup g ON g.id = m.group_id
        WHERE m.trainee_id = t.id AND m.ends_on IS NULL),
    t.work_unit, t.position, t.profile ->> 'education', t.profile ->> 'overseas', t.profile ->> 'level',
    t.profile ->> 'ethnicity', t.profile ->> 'politics', t.status, p.phone_mask
FROM cohorts_trainee t
JOIN cohorts_person p ON p.id = t.person_id
LEFT JOIN cohorts_classmembership k ON k.trainee_id = t.id AND k.ends_on IS NULL
LEFT JOIN cohorts_trainingclass c ON c.id = k.training_class_id
WHERE t.cohort_id = %s
ORDER BY t.number
LIMIT %s OFFSET %s
