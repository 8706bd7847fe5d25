import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trainee_mgmt.kit.ledgers import append_only, ledger

# The key holds the kind, the class or group, the week and the number in it.
DUTIES_DUE = """
CREATE VIEW learning_dutydue AS
SELECT (place.kind_id::bigint << 40) | (coalesce(place.group_id, place.training_class_id)::bigint << 16)
        | (((week.monday - DATE '1999-12-27') / 7)::bigint << 3) | nth.number AS id,
    place.cohort_id, place.kind_id, place.training_class_id, place.group_id, week.monday, week.last_on, nth.number AS nth,
    record.id AS record_id
FROM (
    SELECT kind.id AS kind_id, kind.cohort_id, class.id AS training_class_id, NULL::bigint AS group_id, kind.per_week,
        greatest(cohort.starts_on, date_trunc('week', kind.from_on::timestamp)::date) AS from_on,
        least(cohort.ends_on, date_trunc('week', kind.until_on::timestamp)::date + 6) AS until_on
    FROM learning_dutykind kind
    JOIN cohorts_cohort cohort ON cohort.id = kind.cohort_id
    JOIN cohorts_trainingclass class ON class.cohort_id = kind.cohort_id
    WHERE kind.held_by = 'class'
    UNION ALL
    SELECT kind.id, kind.cohort_id, part.training_class_id, part.id, kind.per_week,
        greatest(cohort.starts_on, date_trunc('week', kind.from_on::timestamp)::date),
        least(cohort.ends_on, date_trunc('week', kind.until_on::timestamp)::date + 6)
    FROM learning_dutykind kind
    JOIN cohorts_cohort cohort ON cohort.id = kind.cohort_id
    JOIN cohorts_studygroup part ON part.cohort_id = kind.cohort_id AND part.training_class_id IS NOT NULL
    WHERE kind.held_by = 'group'
) place
CROSS JOIN LATERAL (
    SELECT each::date AS monday, greatest(each::date, place.from_on) AS first_on, least(each::date + 6, place.until_on) AS last_on
    FROM generate_series(
        date_trunc('week', place.from_on::timestamp), place.until_on::timestamp, interval '7 days'
    ) each
) week
CROSS JOIN LATERAL generate_series(1, place.per_week) nth(number)
LEFT JOIN learning_dutyrecord record ON record.in_force AND record.kind_id = place.kind_id AND record.monday = week.monday
    AND record.nth = nth.number AND record.training_class_id = place.training_class_id
    AND record.group_id IS NOT DISTINCT FROM place.group_id
WHERE record.id IS NOT NULL OR (
    EXISTS (
        SELECT FROM generate_series(week.first_on::timestamp, week.last_on::timestamp, interval '1 day') each
        LEFT JOIN accounts_calendarday calendar ON calendar.day = each::date
        WHERE coalesce(calendar.is_working, extract(isodow FROM each) < 6)
    )
    AND NOT EXISTS (
        SELECT FROM learning_dutypause pause
        WHERE pause.cohort_id = place.cohort_id AND pause.monday = week.monday
            AND (pause.training_class_id IS NULL OR pause.training_class_id = place.training_class_id)
    )
    AND CASE WHEN place.group_id IS NULL THEN EXISTS (
        SELECT FROM cohorts_classmembership member
        WHERE member.training_class_id = place.training_class_id AND member.starts_on <= week.last_on
            AND (member.ends_on IS NULL OR member.ends_on > week.first_on)
    ) ELSE EXISTS (
        SELECT FROM cohorts_groupmembership member
        WHERE member.group_id = place.group_id AND member.starts_on <= week.last_on
            AND (member.ends_on IS NULL OR member.ends_on > week.first_on)
    ) END
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cohorts', '0006_answers_and_scores_of_journals'),
        ('learning', '0033_periods_of_journals_estimated'),
        ("accounts", "0005_notices_and_their_outbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DutyDue',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('monday', models.DateField(verbose_name='week')),
                ('last_on', models.DateField()),
                ('nth', models.PositiveSmallIntegerField()),
            ],
            options={
                'verbose_name': 'weekly duty due',
                'db_table': 'learning_dutydue',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='DutyKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, verbose_name='name')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('held_by', models.CharField(choices=[('class', 'each class'), ('group', 'each group of a class')], default='class', max_length=8, verbose_name='held by')),
                ('per_week', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)], verbose_name='times a week')),
                ('speakers', models.PositiveSmallIntegerField(default=1, help_text='So many are proposed each time. 0: nobody speaks by turn.', validators=[django.core.validators.MaxValueValidator(5)], verbose_name='speakers by turn')),
                ('from_on', models.DateField(blank=True, help_text='Empty: from the first week of the cohort.', null=True, verbose_name='from the week of')),
                ('until_on', models.DateField(blank=True, help_text='Empty: to the last week of the cohort.', null=True, verbose_name='until the week of')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duty_kinds', to='cohorts.cohort', verbose_name='cohort')),
            ],
            options={
                'verbose_name': 'weekly duty',
            },
        ),
        migrations.CreateModel(
            name='DutyPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', models.DateField(verbose_name='week')),
                ('reason', models.CharField(max_length=100, verbose_name='reason')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duty_pauses', to='cohorts.cohort')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('training_class', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='duty_pauses', to='cohorts.trainingclass', verbose_name='class')),
            ],
            options={
                'verbose_name': 'week without duties',
            },
        ),
        migrations.CreateModel(
            name='DutyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', models.DateField(verbose_name='week')),
                ('nth', models.PositiveSmallIntegerField(default=1)),
                ('held_on', models.DateField(verbose_name='held on')),
                ('topic', models.CharField(max_length=200, verbose_name='topic')),
                ('evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('in_force', models.BooleanField(default=True)),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duty_records', to='cohorts.cohort')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duty_records', to='cohorts.studygroup', verbose_name='group')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='learning.dutykind', verbose_name='duty')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duty_records', to='learning.session', verbose_name='session')),
                ('training_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duty_records', to='cohorts.trainingclass', verbose_name='class')),
            ],
            options={
                'verbose_name': 'weekly duty held',
            },
        ),
        migrations.CreateModel(
            name='DutySpeaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='speakers', to='learning.dutyrecord')),
                ('trainee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties_spoken', to='cohorts.trainee', verbose_name='trainee')),
            ],
            options={
                'verbose_name': 'speaker',
            },
        ),
        migrations.CreateModel(
            name='DutyTurn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', models.DateField(verbose_name='week')),
                ('act', models.CharField(choices=[('speaks', 'speaks'), ('passed', 'passed over')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=100, verbose_name='reason')),
                ('decided_at', models.DateTimeField()),
                ('in_force', models.BooleanField(default=True)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duty_turns', to='cohorts.studygroup')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='turns', to='learning.dutykind')),
                ('trainee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duty_turns', to='cohorts.trainee')),
                ('training_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duty_turns', to='cohorts.trainingclass')),
            ],
            options={
                'verbose_name': 'turn',
            },
        ),
        migrations.AddConstraint(
            model_name='dutykind',
            constraint=models.UniqueConstraint(fields=('cohort', 'name'), name='learning_duty_kind_once'),
        ),
        migrations.AddConstraint(
            model_name='dutykind',
            constraint=models.CheckConstraint(condition=models.Q(('per_week__gte', 1), ('per_week__lte', 7), ('speakers__lte', 5)), name='learning_duty_kind_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='dutykind',
            constraint=models.CheckConstraint(condition=models.Q(('from_on', None), ('until_on', None), ('until_on__gte', models.F('from_on')), _connector='OR'), name='learning_duty_kind_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='dutypause',
            constraint=models.UniqueConstraint(fields=('cohort', 'training_class', 'monday'), name='learning_duty_pause_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='dutypause',
            constraint=models.CheckConstraint(condition=models.Q(('monday__iso_week_day', 1)), name='learning_duty_pause_from_monday'),
        ),
        migrations.AddConstraint(
            model_name='dutyrecord',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('kind', 'training_class', 'group', 'monday', 'nth'), name='learning_duty_recorded_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='dutyrecord',
            constraint=models.CheckConstraint(condition=models.Q(('held_on__gte', models.F('monday')), ('monday__iso_week_day', 1)), name='learning_duty_held_in_its_week'),
        ),
        migrations.AddConstraint(
            model_name='dutyspeaker',
            constraint=models.UniqueConstraint(fields=('record', 'trainee'), name='learning_duty_speaker_once'),
        ),
        migrations.AddConstraint(
            model_name='dutyturn',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('kind', 'training_class', 'group', 'monday', 'trainee'), name='learning_duty_turn_decided_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='dutyturn',
            constraint=models.CheckConstraint(condition=models.Q(('act', 'speaks'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='learning_duty_passed_over_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='dutyturn',
            constraint=models.CheckConstraint(condition=models.Q(('monday__iso_week_day', 1)), name='learning_duty_turn_from_monday'),
        ),
        ledger("learning_dutyrecord"),
        ledger("learning_dutyturn"),
        append_only("learning_dutyspeaker"),
        migrations.RunSQL(DUTIES_DUE, "DROP VIEW learning_dutydue"),
    ]
