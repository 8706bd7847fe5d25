"""Which hours count towards the answer of a ticket: every one, those of working days, or those of the office."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0014_letters_are_with_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='counts',
            field=models.CharField(choices=[('all', 'every hour, day and night'), ('days', 'the hours of working days'), ('office', 'office hours of working days, 9:00 to 18:00')], db_default='all', default='all', max_length=6, verbose_name='hours that count'),
        ),
        migrations.AddField(
            model_name='ticketrule',
            name='counts',
            field=models.CharField(choices=[('all', 'every hour, day and night'), ('days', 'the hours of working days'), ('office', 'office hours of working days, 9:00 to 18:00')], db_default='all', default='all', max_length=6, verbose_name='hours that count'),
        ),
    ]
