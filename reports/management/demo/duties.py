"""Weekly duties of the demo: a study, a sharing and a seminar each week; a few are missing and a few people were first twice."""

import random
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models import DutyKind, DutyPause, DutyRecord, DutySpeaker

KINDS = (("学习", 0), ("分享", 1), ("研讨", 1))
TOPICS = {
    "学习": ("学习产业政策汇编", "学习安全生产条例", "学习先进制造业案例", "学习招商引资实务"),
    "分享": ("供应链里的一颗螺丝", "客户为什么换供应商", "车间里的成本账", "一次投诉的处理", "我看到的数字化"),
    "研讨": ("企业出海怎么帮", "园区用工难在哪里", "技改补贴如何申报", "上下游怎么对接"),
}
WEEK = timedelta(days=7)


def build_duties(
    cohort: Cohort, members: dict[TrainingClass, list[Trainee]], *, by: User, rng: random.Random, today: date
) -> None:
    kinds = [
        DutyKind.objects.create(cohort=cohort, name=name, order=order, speakers=speakers)
        for order, (name, speakers) in enumerate(KINDS, start=1)
    ]
    monday = cohort.starts_on
    DutyPause.objects.create(cohort=cohort, monday=monday, reason="开班周", made_by=by)
    records, spoken = [], []
    for week in range(1, (today - monday).days // 7):
        for training_class, people in members.items():
            for kind in kinds:
                if rng.random() < 0.08:
                    continue
                held_on = monday + week * WEEK + timedelta(days=1 + kind.order)
                topics = TOPICS[kind.name]
                record = DutyRecord(
                    kind=kind,
                    cohort=cohort,
                    training_class=training_class,
                    monday=monday + week * WEEK,
                    held_on=held_on,
                    topic=topics[(week + training_class.number) % len(topics)],
                    recorded_by=by,
                    recorded_at=timezone.now(),
                )
                records.append(record)
                if kind.speakers:
                    spoken.append((record, people[(week * kind.order) % len(people)]))
    DutyRecord.objects.bulk_create(records)
    DutySpeaker.objects.bulk_create(DutySpeaker(record=record, trainee=trainee) for record, trainee in spoken)
