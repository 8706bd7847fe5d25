SELECT count(*) FROM cohorts_trainee WHERE cohort_id = %s
