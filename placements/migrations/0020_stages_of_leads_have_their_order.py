"""What stands in leads already gets its kind; from now on no stage that holds lies before the one before it."""

from django.db import migrations

KINDS = """
ALTER TABLE placements_leadstep DISABLE TRIGGER append_only;
UPDATE placements_leadstep SET kind = 'merge' FROM placements_leadmerge merge
WHERE merge.lead_id = placements_leadstep.lead_id AND (
    placements_leadstep.at BETWEEN merge.at AND merge.at + interval '1 second'
    OR placements_leadstep.at BETWEEN merge.undone_at AND merge.undone_at + interval '1 second'
);
UPDATE placements_leadstep SET kind = 'note' FROM (
    SELECT id, stage = lag(stage) OVER (PARTITION BY lead_id ORDER BY id) AS stays FROM placements_leadstep
) step WHERE step.id = placements_leadstep.id AND step.stays;
ALTER TABLE placements_leadstep ENABLE TRIGGER append_only;
"""
ORDER = """
CREATE FUNCTION placements_stages_have_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
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
            WHERE step.lead_id = NEW.lead_id AND step.kind IN ('stage', 'merge')
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
CREATE TRIGGER stages_have_their_order AFTER INSERT ON placements_leadstep
    FOR EACH ROW EXECUTE FUNCTION placements_stages_have_their_order();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0019_steps_of_leads_have_a_kind")]

    operations = [
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
        migrations.RunSQL(
            ORDER,
            "DROP TRIGGER stages_have_their_order ON placements_leadstep; DROP FUNCTION placements_stages_have_their_order();",
        ),
    ]
