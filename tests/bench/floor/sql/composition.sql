SELECT count(*), count(*) FILTER (WHERE t.status = 'active'), count(*) FILTER (WHERE p.sex = 'f'),
    count(*) FILTER (WHERE p.born_on < current_date - interval '40 years'),
    count(*) FILTER (WHERE t.profile @> '{"overseas": true}')
FROM cohorts_trainee t
JOIN cohorts_person p ON p.id = t.person_id
WHERE t.cohort_id = %s
