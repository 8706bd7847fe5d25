"""Indicators computed from investment leads and from what mentors answered."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0007_the_role_of_a_rater'),
    ]

    operations = [
        migrations.AlterField(
            model_name='indicator',
            name='kind',
            field=models.CharField(choices=[('group', 'group of indicators'), ('manual', 'given by raters'), ('attendance', 'computed from attendance'), ('journals', 'computed from journals'), ('leads', 'computed from investment leads'), ('mentors', "computed from mentors' feedback")], default='manual', max_length=12, verbose_name='kind'),
        ),
    ]
