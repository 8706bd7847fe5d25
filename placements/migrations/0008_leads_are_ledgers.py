"""Steps of leads are never changed; credit is a ledger, and what is in force of one lead adds up to exactly 1."""

from django.db import migrations

from trainee_mgmt.kit.ledgers import append_only, ledger

SHARES = """
CREATE FUNCTION placements_credit_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric := (SELECT sum(share) FROM placements_leadcredit WHERE lead_id = NEW.lead_id AND in_force);
BEGIN
    IF total <> 1 THEN
        RAISE EXCEPTION 'the shares of a lead add up to 1, not to %', total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER credit_is_whole AFTER INSERT OR UPDATE ON placements_leadcredit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION placements_credit_is_whole();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0007_investment_leads")]

    operations = [
        append_only("placements_leadstep"),
        ledger("placements_leadcredit"),
        migrations.RunSQL(
            SHARES,
            "DROP TRIGGER credit_is_whole ON placements_leadcredit; DROP FUNCTION placements_credit_is_whole();",
        ),
    ]
