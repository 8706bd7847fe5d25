UPDATE learning_attendance SET in_force = false WHERE session_id = %s AND trainee_id = ANY(%s) AND in_force
