from django.db import migrations

FREEZE = """
CREATE FUNCTION placements_published_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END;
BEGIN
    IF (SELECT state FROM placements_matchplan WHERE id = touched) = 'published' THEN
        RAISE EXCEPTION 'the pairs of a published plan stay as they are' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON placements_matchpair
FOR EACH ROW EXECUTE FUNCTION placements_published_is_frozen();
CREATE FUNCTION placements_plan_stays_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published plan stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON placements_matchplan
FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION placements_plan_stays_published();
"""
THAW = """
DROP TRIGGER frozen ON placements_matchpair;
DROP FUNCTION placements_published_is_frozen();
DROP TRIGGER frozen ON placements_matchplan;
DROP FUNCTION placements_plan_stays_published();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0003_wishes_rules_and_plans")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
