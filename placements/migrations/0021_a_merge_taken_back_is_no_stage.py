"""A merge that was taken back, with the stages entered while it held, has no say in the order of a lead's days."""

from django.db import migrations

ORDER = """
CREATE OR REPLACE FUNCTION placements_stages_have_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        WITH path AS (
            SELECT step.id, step.kind, coalesce(corrected.happened_on, step.happened_on) AS day,
                array_position(
                    ARRAY['found', 'contacted', 'visited', 'negotiating', 'signed', 'landed', 'lost'], step.stage::text
                ) AS rank
            FROM placements_leadstep step LEFT JOIN LATERAL (
                SELECT happened_on FROM placements_leadstep WHERE corrects_id = step.id ORDER BY id DESC LIMIT 1
            ) corrected ON TRUE
            WHERE step.lead_id = NEW.lead_id AND step.kind IN ('stage', 'merge') {without}
        ), holding AS (
            SELECT * FROM path step WHERE NOT EXISTS (
                SELECT FROM path later WHERE later.id > step.id
                AND (later.rank <= step.rank OR later.kind = 'merge' AND later.day < step.day)
            )
        )
        SELECT FROM holding step JOIN holding touched ON touched.id = coalesce(NEW.corrects_id, NEW.id)
        WHERE step.id < touched.id AND step.day > touched.day OR step.id > touched.id AND step.day < touched.day
    ) THEN
        RAISE EXCEPTION 'a stage of a lead lies before the one before it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
WITHOUT = """AND NOT EXISTS (
                SELECT FROM placements_leadmerge merge JOIN placements_leadstep back
                ON back.lead_id = merge.lead_id AND back.kind = 'merge' AND back.at = merge.undone_at
                WHERE merge.lead_id = step.lead_id AND step.at BETWEEN merge.at AND merge.undone_at
            )"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0020_stages_of_leads_have_their_order")]

    operations = [migrations.RunSQL(ORDER.format(without=WITHOUT), ORDER.format(without=""))]
