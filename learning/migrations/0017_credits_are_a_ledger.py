"""Credits are a ledger, a reverse row is exactly the reverse, and a table that is in use stays as it is."""

from django.db import migrations

from trainee_mgmt.kit.ledgers import ledger

REVERSE = """
CREATE FUNCTION learning_credit_reverses_exactly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM learning_creditentry o WHERE o.id = NEW.reverse_of_id AND o.reverse_of_id IS NULL
        AND o.hours = -NEW.hours AND o.raw_hours = -NEW.raw_hours AND o.trainee_id = NEW.trainee_id
        AND o.year = NEW.year AND o.table_id = NEW.table_id AND o.rule_id IS NOT DISTINCT FROM NEW.rule_id
    ) THEN
        RAISE EXCEPTION 'a reverse entry has the hours of its entry with the other sign' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reverses_exactly BEFORE INSERT ON learning_creditentry FOR EACH ROW
    WHEN (NEW.reverse_of_id IS NOT NULL) EXECUTE FUNCTION learning_credit_reverses_exactly();
"""
FROZEN = """
CREATE FUNCTION learning_hour_table_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a table of hours in use is frozen: make a new version' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON learning_hourtable FOR EACH ROW
    WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION learning_hour_table_is_frozen();
CREATE FUNCTION learning_hour_rule_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM learning_hourtable t WHERE t.released_at IS NOT NULL
        AND (t.id = NEW.table_id OR (TG_OP <> 'INSERT' AND t.id = OLD.table_id))
    ) THEN
        RAISE EXCEPTION 'a table of hours in use is frozen: make a new version' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON learning_hourrule
    FOR EACH ROW EXECUTE FUNCTION learning_hour_rule_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("learning", "0016_credit_hours")]
    operations = [
        ledger("learning_creditentry"),
        migrations.RunSQL(
            REVERSE,
            "DROP TRIGGER reverses_exactly ON learning_creditentry; DROP FUNCTION learning_credit_reverses_exactly();",
        ),
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER frozen ON learning_hourtable; DROP TRIGGER frozen ON learning_hourrule;"
            "DROP FUNCTION learning_hour_table_is_frozen(); DROP FUNCTION learning_hour_rule_is_frozen();",
        ),
    ]
