SELECT i.name, count(*), avg(s.points)
FROM assessments_score s
JOIN assessments_indicator i ON i.id = s.indicator_id
JOIN assessments_scheme v ON v.id = i.scheme_id
WHERE v.cohort_id = %s AND s.in_force
GROUP BY i.id
