import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.functions.comparison
from django.db import migrations, models

import learning.models.sessions


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0001_btree_gist"),
        ("learning", "0006_teachers_who_overlap_already"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='session',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at', None), ('venue__isnull', False)), expressions=[('venue', '='), (django.db.models.functions.comparison.Coalesce('replaces', 'id', output_field=models.BigIntegerField()), '<>'), (learning.models.sessions.TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='learning_venue_once'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at', None), ('may_overlap', False), models.Q(('teacher_key', ''), _negated=True)), expressions=[('teacher_key', '='), (django.db.models.functions.comparison.Coalesce('replaces', 'id', output_field=models.BigIntegerField()), '<>'), (learning.models.sessions.TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='learning_teacher_once'),
        ),
    ]
