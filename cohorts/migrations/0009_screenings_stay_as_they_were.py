from django.db import migrations

from trainee_mgmt.kit.ledgers import append_only, ledger

FROZEN = """
CREATE FUNCTION cohorts_screening_rules_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rules of a screening that were used never change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen_once_used BEFORE UPDATE OR DELETE ON cohorts_screeningrules
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION cohorts_screening_rules_frozen();
"""
THAWED = (
    "DROP TRIGGER frozen_once_used ON cohorts_screeningrules; DROP FUNCTION cohorts_screening_rules_frozen();"
)


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0008_screening_and_calls")]
    operations = [
        migrations.RunSQL(FROZEN, THAWED),
        append_only("cohorts_screening"),
        append_only("cohorts_screeningrow"),
        append_only("cohorts_screeningdecision"),
        ledger("cohorts_override"),
    ]
