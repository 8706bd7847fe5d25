"""Journals of the demo with their scores, what is made of them, and passages that they share."""

import random
from datetime import date, timedelta

from accounts.models import User
from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models import CopySignal, Finding, Journal, JournalNote, JournalScore
from learning.selectors.journals import all_periods
from learning.services.copies import compare, settle_signal
from learning.services.findings import close_finding, make_finding
from reports.management.demo.programs import THOUGHTS
from reports.management.demo.stage import Stage
from trainee_mgmt.kit.days import moment

SEEN = (
    "恒昌新材的老总说，二期想落在郴州，缺三十亩工业用地和一条十千伏专线，年内能定下来就不去外省看地了。",
    "车间的老师傅带徒弟全靠口口相传，换模的顺序没有写下来，人一走手艺就断了，我想帮他们做一份图文规程。",
    "为什么同样的出口退税，隔壁园区三天到账，我们这里要等两周？财务说材料一样，窗口不一样。",
    "企业最怕的不是检查多，而是同一份材料交给四个部门要填四种格式，建议由园区办统一收一次再分发。",
    "他们把一次断料事故做成了复盘墙，谁先发现、谁拍板、哪一步慢了都写着名字和时间，适合做成一堂案例课。",
)
COPIED = (
    "周三夜里两点跟着维修组抢修窑炉，热电偶读数忽高忽低，最后发现是冷却水阀门被叉车刮歪了半圈。班长没有骂人，先让大家喝口热水，"
    "再把当班的六个人叫到白板前，一个一个说自己那一刻看见了什么。"
)
USED_AGAIN = "我负责的项目申报材料改到第七稿，评审专家只问了一个问题：如果补贴没有了，这条产线还上不上？厂长想了很久，说照样上，因为客户已经在等。"


def write_journals(
    cohort: Cohort, trainees: dict[TrainingClass, list[Trainee]], *, reader: User, rng: random.Random, today: date
) -> None:
    past = [week for week in all_periods(cohort) if week.due_on < today]
    journals = []
    for members in trainees.values():
        for trainee in members:
            for number, week in enumerate(past, start=1):
                if rng.random() < 0.06:
                    continue
                last = number == len(past)
                state = (
                    rng.choice(["submitted", "submitted", "accepted"])
                    if last
                    else rng.choice(["accepted"] * 24 + ["returned"])
                )
                at = moment(week.due_on, 20, rng.randrange(60))
                journals.append(
                    Journal(
                        trainee=trainee,
                        period_start=week.start,
                        last_on=week.last,
                        due_on=week.due_on,
                        state=state,
                        body="\n\n".join(rng.sample(THOUGHTS, 2)),
                        revision=3,
                        saved_at=at,
                        submitted_at=at,
                        review_due_on=week.due_on + timedelta(days=3),
                        reviewed_at=at + timedelta(days=1) if state != "submitted" else None,
                        reviewed_by=reader if state != "submitted" else None,
                    )
                )
    Journal.objects.bulk_create(journals, batch_size=2000)
    if cohort.scoring.is_asked:
        _journal_scores([each for each in journals if each.state == "accepted"], reader=reader, rng=rng)
    JournalNote.objects.bulk_create(
        (
            JournalNote(
                journal=journal, kind="returned", author=reader, text="请补充一个具体例子，再写写您想问的问题。"
            )
            for journal in journals
            if journal.state == "returned"
        ),
        batch_size=2000,
    )


def _journal_scores(journals: list[Journal], *, reader: User, rng: random.Random) -> None:
    """Points for all but a few; one in thirty was corrected."""
    for journal in journals:
        if rng.random() < 0.05:
            continue
        first = JournalScore(
            journal=journal, points=rng.randrange(68, 98), given_by=reader, given_at=journal.reviewed_at, in_force=False
        )
        if rng.random() < 0.03:
            first.save()
            first = JournalScore(
                journal=journal, points=first.points + 2, given_by=reader, given_at=first.given_at + timedelta(hours=3)
            )
        first.in_force = True
        first.save()


def make_of_journals(stage: Stage) -> None:
    """Findings of each kind and state; passages shared with an own journal and with another one, settled and open."""
    accepted = Journal.objects.filter(trainee__cohort=stage.cohort, state=Journal.State.ACCEPTED).order_by("pk")
    own = list(accepted.filter(trainee=stage.members[stage.classes[0]][4])[:3])
    others = list(accepted.exclude(trainee__in=[each.trainee_id for each in own])[:60])
    for journal, words in zip([*own[:2], *others[:3]], SEEN, strict=False):
        _write(journal, words)
    _findings(stage, own, others)
    for journal, words in ((others[10], COPIED), (others[30], COPIED), (others[20], USED_AGAIN)):
        _write(journal, words)
    again = accepted.filter(trainee=others[20].trainee_id).exclude(pk=others[20].pk).last()
    copied = [others[10], others[30], others[20]]
    if again:
        _write(again, USED_AGAIN)
        copied.append(again)
    for journal in sorted(copied, key=lambda each: (each.submitted_at, each.pk)):
        compare(journal.pk)
    own_again = CopySignal.objects.filter(journal=again).first()
    if own_again:
        settle_signal(own_again, state=CopySignal.State.FINE, note="本人前一篇的延续，已注明。", by=stage.by)


def _write(journal: Journal, words: str) -> None:
    journal.body = f"{words}\n\n{journal.body}"
    journal.save(update_fields=["body"])


def _findings(stage: Stage, own: list[Journal], others: list[Journal]) -> None:
    kinds = (Finding.Kind.LEAD, Finding.Kind.SUGGESTION, Finding.Kind.QUESTION, Finding.Kind.CASE, Finding.Kind.FINDING)
    titles = ("恒昌新材二期用地意向", "为换模写一份图文规程", "出口退税为什么慢", "断料复盘墙", "同一份材料填四遍")
    places = [*own[:2], others[0], others[2], others[1]]
    made = []
    for number, (journal, kind, title) in enumerate(zip(places, kinds, titles, strict=False)):
        end = journal.body.index("\n")
        by = journal.trainee.person.user or stage.by
        due_on = stage.today + timedelta(days=(5, -2, 12, 9, 20)[number])
        made.append(
            make_finding(journal, kind=kind, title=title, place=(0, end), revision=journal.revision, by=by,
                         owner=stage.by, due_on=due_on)
        )  # fmt: skip
    close_finding(made[2], state=Finding.State.DONE, outcome="已转市税务局，窗口统一为三个工作日。", by=stage.by)
    close_finding(made[4], state=Finding.State.DROPPED, outcome="园区已有统一收件窗口，本期不再立项。", by=stage.by)
