SELECT p.name, t.number, t.work_unit, t.position, p.sex, p.born_on, p.id_mask, p.phone_mask, t.profile ->> 'education',
    t.profile ->> 'overseas', t.profile ->> 'level', t.profile ->> 'ethnicity', t.profile ->> 'politics', t.joined_on, t.status
FROM cohorts_trainee t
JOIN cohorts_person p ON p.id = t.person_id
WHERE t.id = %s
