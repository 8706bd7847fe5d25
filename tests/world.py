"""One row of each kind in one cohort: what the access walk, the crawl of all pages and the checks of templates look at."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import models

from accounts.models import CalendarDay, Complaint, ExportRecord, Job, Plan, Role, User
from accounts.services import record
from assessments.models import Result, Score
from assessments.rules.indicators import AttendanceRule
from cohorts.models import ClassMembership, GroupMembership, ProfileField
from learning.models import (
    Attendance,
    AttendanceRules,
    CalendarFeed,
    ClosingFile,
    CopySignal,
    DutyKind,
    DutyPause,
    DutyRecord,
    DutyTurn,
    Finding,
    JournalNote,
    JournalPicture,
    LeaveEvidence,
    LeaveStep,
    ProgressCase,
    SheetWaiver,
    TimetableRelease,
)
from learning.rules.states import DEFAULT as LIMITS
from placements.models import FeedbackRules, KeptApart, VisitPicture, VisitTask, WishWindow
from placements.rules.feedback import Kind as QuestionKind
from placements.rules.feedback import Milestone, Question, Rules, When
from placements.services.dispatch import add_action, plan_meeting
from placements.services.feedback import reconcile
from placements.services.lead_merges import merge_leads
from placements.services.leads import move_lead
from placements.services.match_plans import make_plan as make_match_plan
from tests import make
from trainee_mgmt.kit import access


class World:
    """A unit with a program, a cohort and everything under it; ``tag`` stands in every name, so that a leak shows."""

    def __init__(self, tag: str):
        self.tag = tag
        self.unit = make.unit(f"{tag} office")
        self.program = make.program(unit=self.unit, name=f"{tag} program")
        self.cohort = make.cohort(program=self.program, name=f"{tag} cohort")
        self.training_class = make.training_class(self.cohort, name=f"{tag} class")
        self.person = make.person(name=f"{tag} person", name_key=f"{tag} person")
        self.trainee = make.trainee(in_class=self.training_class, of=self.person, work_unit=f"{tag} company")
        self.trainee_user = make.trainee_account(self.trainee, name=f"{tag} trainee", unit=self.unit)
        self.officer = make.officer(self.training_class, make.person(name=f"{tag} head", name_key=f"{tag} head"))
        self.group = make.group(self.cohort, name=f"{tag} group", training_class=self.training_class)
        GroupMembership.objects.create(group=self.group, trainee=self.trainee, starts_on=self.cohort.starts_on)
        self.profile_field = ProfileField.objects.create(cohort=self.cohort, key="party", label=f"{tag} field")
        self.round = make.application_round(self.cohort)
        self.quota = make.unit_quota(self.round, self.unit)
        self.eligibility_rule = make.eligibility_rule(self.round, "age", "at_most", "60")
        self.application = make.application(self.round, name=f"{tag} applicant", nominating_unit=self.unit)
        self.venue = make.venue(self.unit, name=f"{tag} venue", place=f"{tag} building")
        self.session = make.session(classes=[self.training_class], on=date(2026, 9, 8), title=f"{tag} session")
        self.release = TimetableRelease.objects.create(
            cohort=self.cohort, number=1, note=f"{tag} note", released_at=make.at(date(2026, 9, 1))
        )
        self.feed = CalendarFeed.objects.create(
            user=self.trainee_user, kind="own", token_hash=tag, made_at=make.at(date(2026, 9, 1))
        )
        self.organizer = make.user(Role.ORGANIZER, self.program, name=f"{tag} organizer", unit=self.unit)
        self.evaluator = make.user(Role.EVALUATOR, self.cohort, name=f"{tag} evaluator", unit=self.unit)
        self.screening = make.screening(self.round, by=self.organizer)
        self.screening_row = make.screening_row(self.screening, self.application)
        self.override = make.override(self.application, by=self.organizer, reason=f"{tag} reason")
        self.exemption = make.exemption(self.application, by=self.organizer, reason=f"{tag} illness")
        self.attendance = Attendance.objects.create(
            session=self.session,
            trainee=self.trainee,
            state="late",
            marked_by=self.organizer,
            marked_at=make.at(date(2026, 9, 8)),
        )
        self.rules = AttendanceRules.objects.create(
            cohort=self.cohort, version=1, from_on=self.cohort.starts_on, **asdict(LIMITS)
        )
        self.scan = make.scan(self.session, self.trainee)
        self.appeal = make.appeal(self.attendance, text=f"{tag} objection")
        self.leave_type = make.leave_type(self.cohort, name=f"{tag} kind of leave")
        self.leave = make.leave(
            self.trainee,
            leave_type=self.leave_type,
            starts_at=make.at(date(2026, 9, 15)),
            ends_at=make.at(date(2026, 9, 16)),
            reason=f"{tag} reason",
        )
        LeaveStep.objects.create(leave=self.leave, act="asked", text=f"{tag} step", by=self.trainee_user)
        self.evidence = LeaveEvidence(leave=self.leave, kind="picture", size=2)
        self.evidence.file.save("evidence.jpg", ContentFile(b"\xff\xd8"))
        self.signed_sheet = make.signed_sheet(self.training_class, [self.session], by=self.organizer)
        self.closing_item = make.closing_item(
            self.training_class, title=f"{tag} item", owner=self.organizer, due_on=date(2026, 9, 9), note=f"{tag} note"
        )
        self.closing_file = ClosingFile(
            item=self.closing_item, kind="picture", size=2, sent_by=self.organizer, sent_at=make.at(date(2026, 9, 9))
        )
        self.closing_file.file.save("file.jpg", ContentFile(b"\xff\xd8"))
        self.waiver = SheetWaiver.objects.create(
            training_class=self.training_class, session=self.session, reason=f"{tag} reason",
            made_by=self.organizer, made_at=make.at(date(2026, 9, 9)),
        )  # fmt: skip
        self.journal = make.journal(self.trainee, state="submitted", body=f"{tag} journal text")
        self.picture = JournalPicture(journal=self.journal, width=1, height=1)
        self.picture.file.save("picture.jpg", ContentFile(b"\xff\xd8"), save=False)
        self.picture.thumbnail.save("thumbnail.jpg", ContentFile(b"\xff\xd8"))
        JournalNote.objects.create(journal=self.journal, kind="comment", author=self.organizer, text=f"{tag} comment")
        self.finding = Finding.objects.create(
            journal=self.journal, kind="lead", title=f"{tag} finding", quote=f"{tag} journal", start=0, end=len(f"{tag} journal"),
            revision=0, made_by=self.organizer, made_at=make.at(date(2026, 9, 15)),
        )  # fmt: skip
        self.signal = CopySignal.objects.create(
            journal=self.journal, source=make.journal(make.trainee(in_class=self.training_class), state="submitted", body=f"{tag} source"),
            signs=40, passages=[[0, len(f"{tag} journal text"), 0, len(f"{tag} source"), 3]], journal_revision=0, source_revision=0,
            found_at=make.at(date(2026, 9, 15)), checked_at=make.at(date(2026, 9, 15)),
        )  # fmt: skip
        self.lead = make.lead(self.trainee, company=f"{tag} company", what=f"{tag} wants land", by=self.organizer)
        self.lead_step = move_lead(
            self.lead,
            stage="contacted",
            on=date(2026, 9, 15),
            text=f"{tag} called",
            files=[make.picture()],
            by=self.organizer,
        )
        self.twin = make.lead(make.trainee(in_class=self.training_class), company=f"{tag} company", by=self.organizer)
        twin = make.lead(make.trainee(in_class=self.training_class), company=f"{tag} company", by=self.organizer)
        self.merge = merge_leads(
            self.lead,
            twin,
            {self.trainee.pk: Decimal("0.5"), twin.credits.get().trainee_id: Decimal("0.5")},
            reason=tag,
            by=self.organizer,
        )
        self.meeting = plan_meeting(self.cohort, held_on=date(2026, 9, 20), place=f"{tag} hall")
        self.action = add_action(self.meeting, text=f"{tag} action", owner=self.organizer, due_on=date(2026, 9, 25))
        self.scheme = make.scheme(self.cohort, name=f"{tag} scheme", state="open", opened_at=make.at(date(2026, 9, 1)))
        self.indicator = make.indicator(self.scheme, name=f"{tag} indicator")
        self.computed = make.indicator(
            self.scheme, name=f"{tag} attendance", kind="attendance", rule=AttendanceRule().to_json()
        )
        self.rater = make.rater(self.scheme, self.evaluator)
        self.score = Score.objects.create(
            indicator=self.indicator,
            trainee=self.trainee,
            rater=self.evaluator,
            points=Decimal("77.25"),
            entered_at=make.at(date(2026, 9, 9)),
            entered_by=self.evaluator,
        )
        self.result = Result.objects.create(scheme=self.scheme, trainee=self.trainee, total=Decimal("77.25"))
        self.case = ProgressCase.objects.create(
            cohort=self.cohort, kind="unmatched", key=tag, who=f"{tag} nobody", source="x.csv", line=2,
            found_at=make.at(date(2026, 9, 9)), row={"what": tag, "percent": "50", "minutes": 9},
        )  # fmt: skip
        self.activity = make.activity(self.cohort, title=f"{tag} activity", place=f"{tag} hall")
        self.duty_kind = DutyKind.objects.create(cohort=self.cohort, name=f"{tag} duty", order=1)
        self.duty = DutyRecord.objects.create(
            kind=self.duty_kind, cohort=self.cohort, training_class=self.training_class, monday=date(2026, 9, 7),
            held_on=date(2026, 9, 8), topic=f"{tag} topic", recorded_by=self.organizer, recorded_at=make.at(date(2026, 9, 8)),
        )  # fmt: skip
        self.turn = DutyTurn.objects.create(
            kind=self.duty_kind, training_class=self.training_class, monday=date(2026, 9, 14), trainee=self.trainee,
            act="speaks", decided_by=self.organizer, decided_at=make.at(date(2026, 9, 8)),
        )  # fmt: skip
        self.pause = DutyPause.objects.create(
            cohort=self.cohort, monday=date(2026, 9, 28), reason=f"{tag} holidays", made_by=self.organizer
        )
        self.hour_table = make.hour_table(self.unit, name=f"{tag} hours", starts_on=date(2026, 1, 1))
        self.hour_rule = self.hour_table.rules.get(name="Teaching")
        self.credit = make.credit(self.trainee, "Teaching", evidence=f"{tag} evidence", by=self.organizer)
        self.host = make.host(self.unit, name=f"{tag} host", address=f"{tag} street")
        self.contact = make.contact(self.host, name=f"{tag} mentor")
        self.offer = make.offer(self.cohort, at_host=self.host, name=f"{tag} post", seats=2)
        self.placement = make.placement(self.trainee, at_offer=self.offer, mentor=self.contact)
        self.visit = make.visit(self.cohort, to=self.host, visitor=self.organizer, notes=f"{tag} notes")
        self.task = VisitTask.objects.create(
            visit=self.visit, text=f"{tag} task", owner=self.organizer, due_on=date(2026, 9, 9)
        )
        self.visit_picture = VisitPicture(visit=self.visit, size=2)
        self.visit_picture.file.save("visit.jpg", ContentFile(b"\xff\xd8"))
        self.ticket = make.ticket(self.trainee, host=self.host, text=f"{tag} ticket", owner=self.organizer)
        self.classmate = make.trainee(
            in_class=self.training_class, of=make.person(name=f"{tag} mate", name_key=f"{tag} mate")
        )
        WishWindow.objects.create(
            cohort=self.cohort, trainees_from=make.at(date(2026, 9, 1)), trainees_until=make.at(date(2036, 9, 1))
        )
        self.wish = make.wish(self.trainee, self.offer, reason=f"{tag} longing")
        self.kept_apart = KeptApart.objects.create(
            cohort=self.cohort, one=self.trainee, other=self.classmate, reason=f"{tag} kinship"
        )
        make.matching_rules(self.cohort, note=f"{tag} weights")
        self.match_plan = make_match_plan(self.cohort, starts_on=self.offer.starts_on, by=self.organizer)
        self.match_pair = self.match_plan.pairs.get(trainee=self.classmate)
        questions = (Question("work", QuestionKind.SCALE, f"{tag} question"),)
        FeedbackRules.objects.create(
            cohort=self.cohort,
            version=1,
            data=Rules((Milestone(When.AFTER, 2), Milestone(When.MIDDLE)), questions).to_json(),
            made_at=make.at(date(2026, 9, 1)),
        )
        reconcile(self.cohort)
        self.feedback = self.placement.feedback_requests.order_by("opens_on").first()
        self.plan = Plan.objects.create(
            kind="cohorts.roster",
            subject_type="cohorts.Cohort",
            subject_id=self.cohort.pk,
            title=f"{tag} plan",
            made_by=self.organizer,
        )
        self.job = Job.objects.create(
            task="accounts.compute_plan", title=f"{tag} job", made_by=self.organizer, state="failed"
        )
        self.complaint = Complaint.objects.create(user=self.trainee_user, text=f"{tag} complaint")
        self.export = ExportRecord.objects.create(user=self.organizer, what=f"{tag} export", kind="xlsx", count=1)
        self.message = make.message(self.trainee_user, subject=f"{tag} message", lines=[(f"{tag} message", "")])
        self.notice = make.notice(self.trainee_user, key=f"{tag} notice")
        self.announcement = make.announcement(self.cohort, title=f"{tag} notice", made_by=self.organizer)
        self.calendar_day = CalendarDay.objects.get_or_create(day=date(2026, 10, 1), is_working=False)[0]
        self.entry = record("test.act", self.unit, label=f"{tag} act")

    def rows(self) -> dict[str, models.Model]:
        """A row of each model by its label: what ``pk`` stands for on a page whose permission is over that model."""
        return {
            each._meta.label: each
            for each in (
                self.unit, self.program, self.cohort, self.training_class, self.person, self.trainee, self.officer, self.group,
                self.profile_field, self.venue, self.feed, self.rules, self.leave_type, self.leave, self.evidence, self.appeal,
                self.session, self.attendance, self.scan, self.journal, self.picture, self.scheme, self.indicator, self.rater, self.score,
                self.result, self.plan, self.job, self.complaint, self.export, self.entry, self.trainee_user,
                self.message, self.notice, self.announcement, self.calendar_day,
                self.closing_item, self.closing_file, self.waiver, self.signed_sheet, self.signed_sheet.pages.get(),
                self.hour_table, self.hour_rule, self.credit, self.activity, self.case,
                self.round, self.quota, self.application, self.eligibility_rule, self.duty_kind, self.duty, self.turn, self.pause,
                self.finding, self.signal, self.lead, self.lead_step.files.get(), self.merge, self.meeting, self.action,
                self.wish, self.kept_apart, self.match_plan, self.match_pair,
                self.host, self.contact, self.offer, self.offer.post, self.placement, self.visit, self.task, self.visit_picture, self.ticket,
                self.screening, self.screening_row, self.override, self.exemption,
                self.feedback,
                ClassMembership.objects.get(trainee=self.trainee), GroupMembership.objects.get(trainee=self.trainee), self.trainee_user.grants.get(),
            )
        }  # fmt: skip

    def member(self, role: str) -> User:
        """Somebody with this role over this world, and nothing else."""
        if role == access.ANYONE:
            return make.user(name=f"{self.tag} nobody in particular", unit=self.unit)
        if role == Role.TRAINEE:
            return self.trainee_user
        if role == Role.EVALUATOR:
            return self.evaluator
        scope = {
            Role.ADMIN: self.unit,
            Role.ORGANIZER: self.program,
            Role.OFFICER: self.training_class,
            Role.LEADER: self.unit,
        }
        return make.user(role, scope.get(role, self.cohort), name=f"{self.tag} {role}", unit=self.unit)
