INSERT INTO floor_checkin (session_id, user_id, at)
VALUES (%s, %s, now())
ON CONFLICT (session_id, user_id) DO UPDATE SET at = excluded.at
