"""The hours of an office that answers tickets are data of its cohort; a ticket keeps those it was opened with."""

import datetime
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cohorts', '0009_screenings_stay_as_they_were'),
        ('placements', '0016_scores_alone_say_what_leads_count'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='office_closes',
            field=models.TimeField(db_default=datetime.time(18, 0), default=datetime.time(18, 0), verbose_name='office closes'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='office_opens',
            field=models.TimeField(db_default=datetime.time(9, 0), default=datetime.time(9, 0), verbose_name='office opens'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='counts',
            field=models.CharField(choices=[('all', 'every hour, day and night'), ('days', 'the hours of working days'), ('office', 'office hours of working days')], db_default='all', default='all', max_length=6, verbose_name='hours that count'),
        ),
        migrations.AlterField(
            model_name='ticketrule',
            name='counts',
            field=models.CharField(choices=[('all', 'every hour, day and night'), ('days', 'the hours of working days'), ('office', 'office hours of working days')], db_default='all', default='all', max_length=6, verbose_name='hours that count'),
        ),
        migrations.CreateModel(
            name='OfficeHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opens', models.TimeField(verbose_name='office opens')),
                ('closes', models.TimeField(verbose_name='office closes')),
                ('cohort', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='office_hours', to='cohorts.cohort')),
            ],
            options={
                'verbose_name': 'office hours',
                'constraints': [models.CheckConstraint(condition=models.Q(('opens__lt', models.F('closes'))), name='placements_office_opens_before_it_closes')],
            },
        ),
    ]
