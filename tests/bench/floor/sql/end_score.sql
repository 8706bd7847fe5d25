UPDATE assessments_score SET in_force = false WHERE indicator_id = %s AND trainee_id = %s AND rater_id = %s AND in_force
