"""Builders: every argument that matters to a test is named in the test; the rest is filled in."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from accounts.models import Delivery, Grant, LinkLetter, Message, Notice, Plan, Role, ScopeKind, Unit, User
from assessments.models import Indicator, Rater, Scheme, Score
from cohorts.models import (
    Announcement,
    Application,
    ApplicationRound,
    ClassMembership,
    ClassOfficer,
    Cohort,
    EligibilityRule,
    Exemption,
    Override,
    Person,
    Screening,
    ScreeningRow,
    ScreeningRules,
    StudyGroup,
    Trainee,
    TrainingClass,
    UnitQuota,
)
from cohorts.rules.screening import PriorityRule, RuleSet
from cohorts.rules.values import check_character
from learning.models import (
    Activity,
    ActivityPlatform,
    Appeal,
    Attendance,
    ClosingItem,
    HourRule,
    HourTable,
    Journal,
    Leave,
    LeaveType,
    OnlineCourse,
    OnlineProgress,
    Scan,
    Session,
    SheetPage,
    SignedSheet,
)
from learning.services.hour_tables import make_table, release_table
from learning.services.hours import enter_credit, table_for
from library.models import Venue
from placements.models import (
    Host,
    HostContact,
    Lead,
    MatchingRules,
    Offer,
    Placement,
    Post,
    Seat,
    Ticket,
    Visit,
    Wish,
)
from placements.services.leads import enter_lead
from programs.models import Program
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_id_number, mask_phone

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = date(2026, 9, 1)
END = timezone.localdate() + timedelta(weeks=16)  # still to come on whatever day the tests run
PASSWORD = "open sesame 42"
_n = count(1)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def unit(name: str = "", *, parent: Unit | None = None, **fields) -> Unit:
    made = Unit.objects.create(name=name or f"Unit {next(_n)}", parent=parent, **fields)
    Unit.objects.filter(pk=made.pk).update(path=f"{parent.path if parent else ''}{made.pk}.")
    made.refresh_from_db()
    return made


def user(role: str = "", scope=None, *, phone: str = "", **fields) -> User:
    """An account; with ``role`` it gets one grant over ``scope``: a unit, program, cohort, class, or None for everything."""
    n = next(_n)
    fields = {"username": f"u{n}", "name": f"User {n}", "name_key": f"user {n}", "language": "en"} | fields
    if phone:
        fields |= {
            "phone": Sealed.of(phone),
            "phone_index": blind_index("phone", phone),
            "phone_mask": mask_phone(phone),
        }
    made = User(**fields)
    made.set_password(PASSWORD)
    made.save()
    if role:
        give(made, role, scope)
    return made


def give(to: User, role: str, scope=None, *, starts_on: date = date(2020, 1, 1), ends_on: date | None = None) -> Grant:
    kind = {
        type(None): ScopeKind.ALL,
        Unit: ScopeKind.UNIT,
        Program: ScopeKind.PROGRAM,
        Cohort: ScopeKind.COHORT,
        TrainingClass: ScopeKind.TRAINING_CLASS,
    }[type(scope)]
    key = {"unit": scope} if kind == ScopeKind.UNIT else {"scope_id": scope.pk} if scope else {}
    label = str(scope or "")
    return Grant.objects.create(
        user=to, role=role, scope_kind=kind, scope_label=label, starts_on=starts_on, ends_on=ends_on, **key
    )


def message(to: User, *, lines=(("Something happened.", ""),), **fields) -> Message:
    """A message with its notice, in the inbox; ``state="checked"`` is on its way."""
    n = next(_n)
    fields = {"key": f"message {n}", "subject": f"Message {n}", "state": "sent", "checked_at": at(START)} | fields
    made = Message.objects.create(user=to, lines=[list(line) for line in lines], **fields)
    Delivery.objects.create(message=made, channel="inbox", state="sent", retry_at=at(START), sent_at=at(START))
    state = {"checked": "merged", "cancelled": "cancelled"}.get(made.state, "sent")
    notice(to, message=made, state=state)
    return made


def letter(kind: str, about: int, **fields) -> LinkLetter:
    """A letter with a link to somebody without an account."""
    fields = {"key": f"letter {next(_n)}", "asked_at": at(START), "retry_at": at(START)} | fields
    return LinkLetter.objects.create(kind=kind, about_id=about, **fields)


def notice(to: User, **fields) -> Notice:
    fields = {"kind": "accounts.complaint_answered", "key": f"{next(_n)}", "due_at": at(START)} | fields
    return Notice.objects.create(user=to, **fields)


def program(**fields) -> Program:
    fields = {"name": f"Program {next(_n)}"} | fields
    fields.setdefault("unit", None)
    fields["unit"] = fields["unit"] or unit()
    return Program.objects.create(**fields)


def cohort(**fields) -> Cohort:
    fields = {"name": f"Cohort {next(_n)}", "starts_on": START, "ends_on": END} | fields
    fields.setdefault("program", None)
    fields["program"] = fields["program"] or program()
    return Cohort.objects.create(**fields)


def training_class(in_cohort: Cohort | None = None, **fields) -> TrainingClass:
    n = next(_n)
    return TrainingClass.objects.create(
        cohort=in_cohort or cohort(), **{"name": f"Class {n}", "number": n % 30000} | fields
    )


def person(*, id_number: str = "", phone: str = "", **fields) -> Person:
    n = next(_n)
    fields = {"name": f"Person {n}", "name_key": f"person {n:06}"} | fields
    if id_number:
        fields |= {
            "id_number": Sealed.of(id_number),
            "id_index": blind_index("id_number", id_number),
            "id_mask": mask_id_number(id_number),
        }
    if phone:
        fields |= {
            "phone": Sealed.of(phone),
            "phone_index": blind_index("phone", phone),
            "phone_mask": mask_phone(phone),
        }
    return Person.objects.create(**fields)


def trainee(
    in_cohort: Cohort | None = None, *, in_class: TrainingClass | None = None, of: Person | None = None, **fields
) -> Trainee:
    """A trainee; with ``in_class`` a member of it from the first day."""
    in_cohort = in_cohort or (in_class.cohort if in_class else cohort())
    fields = {"number": f"{next(_n):05}", "joined_on": in_cohort.starts_on} | fields
    made = Trainee.objects.create(cohort=in_cohort, person=of or person(), **fields)
    if in_class:
        ClassMembership.objects.create(trainee=made, training_class=in_class, starts_on=made.joined_on)
    return made


def plan(about, *, by: User, **fields) -> Plan:
    """A plan that was computed and not yet applied."""
    fields = {"kind": "cohorts.roster", "title": "roster.xlsx", "state": "ready", "digest": "0" * 64} | fields
    return Plan.objects.create(subject_type=about._meta.label, subject_id=about.pk, made_by=by, **fields)


def trainee_account(of: Trainee, **fields) -> User:
    """The account of a trainee, with the role that opens the trainee's own pages."""
    made = user(Role.TRAINEE, of.cohort, **fields)
    Person.objects.filter(pk=of.person_id).update(user=made)
    return made


def officer(of: TrainingClass, who: Person | None = None, **fields) -> ClassOfficer:
    return ClassOfficer.objects.create(
        training_class=of,
        person=who or person(),
        **{"office": ClassOfficer.Office.MONITOR, "starts_on": of.cohort.starts_on} | fields,
    )


def group(in_cohort: Cohort | None = None, **fields) -> StudyGroup:
    return StudyGroup.objects.create(cohort=in_cohort or cohort(), **{"name": f"Group {next(_n)}"} | fields)


def venue(of: Unit | None = None, **fields) -> Venue:
    return Venue.objects.create(unit=of or unit(), **{"name": f"Venue {next(_n)}", "capacity": 60} | fields)


def host(of: Unit | None = None, **fields) -> Host:
    """A checked one."""
    fields = {"name": f"Host {next(_n)}", "state": Host.State.CHECKED, "checked_on": START} | fields
    return Host.objects.create(unit=of or unit(), **fields)


def contact(of: Host | None = None, *, phone: str = "", **fields) -> HostContact:
    """A mentor."""
    if phone:
        fields |= {
            "phone": Sealed.of(phone),
            "phone_index": blind_index("phone", phone),
            "phone_mask": mask_phone(phone),
        }
    fields = {"name": f"Mentor {next(_n)}", "is_mentor": True} | fields
    return HostContact.objects.create(host=of or host(), **fields)


def offer(in_cohort: Cohort | None = None, *, at_host: Host | None = None, seats: int = 1, **fields) -> Offer:
    """A new post of the host, offered with its seats for all days of the cohort."""
    in_cohort = in_cohort or cohort()
    post = Post.objects.create(
        host=at_host or host(in_cohort.program.unit), name=fields.pop("name", f"Post {next(_n)}")
    )
    fields = {"starts_on": in_cohort.starts_on, "ends_on": in_cohort.ends_on} | fields
    made = Offer.objects.create(cohort=in_cohort, post=post, **fields)
    Seat.objects.bulk_create(Seat(offer=made, number=number) for number in range(1, seats + 1))
    return made


def placement(of: Trainee | None = None, *, at_offer: Offer | None = None, **fields) -> Placement:
    """In the first seat of the offer."""
    at_offer = at_offer or offer(of.cohort if of else None)
    of = of or trainee(in_cohort=at_offer.cohort)
    fields = {"starts_on": at_offer.starts_on, "ends_on": at_offer.ends_on} | fields
    return Placement.objects.create(trainee=of, seat=at_offer.seats.order_by("number").first(), **fields)


def visit(in_cohort: Cohort | None = None, *, to: Host | None = None, on: date = START, **fields) -> Visit:
    """A planned one; with ``done_on`` it took place."""
    in_cohort = in_cohort or cohort()
    if fields.get("done_on"):
        fields.setdefault("state", Visit.State.DONE)
    fields.setdefault("visitor", None)
    fields["visitor"] = fields["visitor"] or user()
    return Visit.objects.create(cohort=in_cohort, host=to or host(in_cohort.program.unit), planned_on=on, **fields)


def ticket(of: Trainee | None = None, **fields) -> Ticket:
    """An open one, due three days after it was opened."""
    of = of or trainee()
    opened_at = fields.setdefault("opened_at", timezone.now())
    fields = {"category": "housing", "due_at": opened_at + timedelta(days=3), "key": uuid4()} | fields
    return Ticket.objects.create(trainee=of, cohort=of.cohort, **fields)


def stay(of: Trainee | None = None, *, phone: str = "13900001234", **fields) -> Placement:
    """A placement with a mentor of its own; it began four weeks ago and ends in eight, unless days are given."""
    today = timezone.localdate()
    fields = {"starts_on": today - timedelta(days=28), "ends_on": today + timedelta(days=56)} | fields
    in_cohort = of.cohort if of else cohort(starts_on=fields["starts_on"], ends_on=fields["ends_on"])
    at_offer = fields.pop("at_offer", None) or offer(
        in_cohort, starts_on=fields["starts_on"], ends_on=fields["ends_on"]
    )
    return placement(of, at_offer=at_offer, mentor=contact(at_offer.post.host, phone=phone), **fields)


def session(in_cohort: Cohort | None = None, *, classes=(), on: date = START, **fields) -> Session:
    in_cohort = in_cohort or (classes[0].cohort if classes else cohort())
    fields = {"title": f"Session {next(_n)}", "starts_at": at(on), "ends_at": at(on) + timedelta(hours=3)} | fields
    made = Session.objects.create(cohort=in_cohort, **fields)
    made.classes.set(classes)
    return made


def mark(at_session: Session, of: Trainee, state: str, *, by: User | None = None, **fields) -> Attendance:
    fields = {"marked_at": at_session.ends_at, "marked_by": by or user()} | fields
    return Attendance.objects.create(session=at_session, trainee=of, state=state, **fields)


def scan(at_session: Session, of: Trainee, **fields) -> Scan:
    n = next(_n)
    fields = {"at": at_session.starts_at, "verdict": "accepted", "source": "code", "device": f"phone {n}"} | fields
    return Scan.objects.create(
        session=at_session, trainee=of, **{"received_at": fields["at"], "window": n, "reasons": []} | fields
    )


def journal(of: Trainee, *, week: date = date(2026, 9, 7), **fields) -> Journal:
    fields = {
        "last_on": week + timedelta(days=6),
        "due_on": week + timedelta(days=6),
        "saved_at": at(week),
        "body": "Seen, learned, asked.",
    } | fields
    if fields.get("state", "draft") != "draft":
        fields.setdefault("submitted_at", at(week, 20))
    if fields.get("state") == "submitted":
        fields.setdefault("review_due_on", timezone.localdate(fields["submitted_at"]) + timedelta(days=3))
    return Journal.objects.create(trainee=of, period_start=week, **fields)


def announcement(in_cohort: Cohort | None = None, **fields) -> Announcement:
    fields = {"title": f"Notice {next(_n)}", "text": "Bring a pen."} | fields
    fields.setdefault("made_by", None)
    fields["made_by"] = fields["made_by"] or user()
    return Announcement.objects.create(cohort=in_cohort or cohort(), **fields)


def scheme(in_cohort: Cohort | None = None, **fields) -> Scheme:
    return Scheme.objects.create(cohort=in_cohort or cohort(), **{"name": f"Scheme {next(_n)}"} | fields)


def indicator(of: Scheme, **fields) -> Indicator:
    return Indicator.objects.create(scheme=of, **{"name": f"Indicator {next(_n)}", "weight": 100} | fields)


def rater(of: Scheme, who: User | None = None, **fields) -> Rater:
    return Rater.objects.create(scheme=of, user=who or user(Role.EVALUATOR, of.cohort), **fields)


def score(of: Indicator, trainee: Trainee, by: User, *, points, **fields) -> Score:
    fields = {"entered_at": at(START), "entered_by": by} | fields
    return Score.objects.create(indicator=of, trainee=trainee, rater=by, points=points, **fields)


def hour_table(of: Unit | None = None, *, begin_with: str = "city", released: bool = True, **fields) -> HourTable:
    """A table of hours in use; ``begin_with`` names the preset."""
    fields = {"name": f"Table {next(_n)}", "starts_on": date(2020, 1, 1)} | fields
    made = make_table(unit=of or unit(), begin_with=begin_with, **fields)
    if released:
        release_table(made, by=user())
    made.refresh_from_db()
    return made


def credit(
    of: Trainee, form: str, quantity=1, *, on: date = date(2026, 9, 2), evidence: str = "", by: User | None = None
):
    """Hours entered by hand under a form of the table that holds."""
    rule = HourRule.objects.get(table=table_for(of.cohort.program.unit, on), name=form)
    evidence = evidence or f"paper {next(_n)}"
    return enter_credit(
        of,
        rule=rule,
        quantity=Decimal(quantity),
        happened_on=on,
        evidence=evidence,
        by=by or user(),
        today=max(on, END),
    )


def leave_type(in_cohort: Cohort, **fields) -> LeaveType:
    fields = {"name": f"Leave {next(_n)}", "head_teacher_days": 3, "after_days": 90} | fields
    return LeaveType.objects.create(cohort=in_cohort, **fields)


def leave(of: Trainee, *, starts_at: datetime, ends_at: datetime, **fields) -> Leave:
    """Leave that waits for the head teacher; with ``state="approved"`` it holds."""
    stay = ClassMembership.objects.filter(trainee=of).first()
    fields = {
        "leave_type": fields.get("leave_type") or leave_type(of.cohort),
        "training_class": stay and stay.training_class,
        "days": 1,
        "reason": "a wedding",
        "steps": [2],
        "level": 2,
        "asked_at": starts_at,
    } | fields
    if fields.get("state", "waiting") not in ("waiting", "returned"):
        fields.setdefault("decided_at", starts_at)
    return Leave.objects.create(trainee=of, cohort=of.cohort, starts_at=starts_at, ends_at=ends_at, **fields)


def activity(in_cohort: Cohort | None = None, *, platform: str = "Learning", days: int = 7, **fields) -> Activity:
    """An activity that begins in ``days`` days and whose sign-up is open until then."""
    in_cohort = in_cohort or cohort()
    start = timezone.now() + timedelta(days=days)
    times = {
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "opens_at": start - timedelta(days=30),
        "closes_at": start,
    }
    stands = ActivityPlatform.objects.get_or_create(cohort=in_cohort, name=platform)[0]
    return Activity.objects.create(
        cohort=in_cohort, platform=stands, **{"title": f"Activity {next(_n)}"} | times | fields
    )


def progress(of: Trainee, course: OnlineCourse, percent, *, at: datetime | None = None, **fields) -> OnlineProgress:
    at = at or timezone.now()
    fields = {"as_of": at, "source": "platform.csv", "line": 2, "entered_by": user(), "entered_at": at} | fields
    finished = at if percent == 100 else None
    return OnlineProgress.objects.create(trainee=of, course=course, percent=percent, completed_at=finished, **fields)


def signed_sheet(of: TrainingClass, sessions, *, by: User | None = None, **fields) -> SignedSheet:
    """A scan with one page."""
    fields = {"sent_at": sessions[0].ends_at, "sent_by": by or user()} | fields
    made = SignedSheet.objects.create(training_class=of, **fields)
    made.sessions.set(sessions)
    page = SheetPage(sheet=made, kind="picture", size=2, digest=f"{next(_n):064}")
    page.file.save("sheet.jpg", ContentFile(b"\xff\xd8"))
    return made


def closing_item(of: TrainingClass, kind: str = "own", **fields) -> ClosingItem:
    fields = ({"title": f"Item {next(_n)}"} if kind == "own" else {}) | fields
    if fields.get("done_at"):
        fields.setdefault("done_by", None)
        fields["done_by"] = fields["done_by"] or user()
    return ClosingItem.objects.create(training_class=of, kind=kind, **fields)


def appeal(mark: Attendance, **fields) -> Appeal:
    """An objection without an answer."""
    stay = ClassMembership.objects.filter(trainee=mark.trainee).first()
    fields = {
        "text": "I was there.",
        "asked_at": mark.marked_at,
        "due_on": mark.marked_at.date() + timedelta(days=3),
        "training_class": stay and stay.training_class,
    } | fields
    return Appeal.objects.create(mark=mark, trainee=mark.trainee, cohort=mark.session.cohort, **fields)


def id_number_of(born_on: date = date(1992, 5, 6), *, sex: str = "m", serial: int | None = None) -> str:
    """An ID number of a region that does not exist, with a right check character; another one at each call."""
    n = next(_n) if serial is None else serial
    body = f"990000{born_on:%Y%m%d}{n % 100:02}{(1 if sex == 'm' else 0) + 2 * (n // 100 % 5)}"
    return body + check_character(body)


def application_round(in_cohort: Cohort | None = None, **fields) -> ApplicationRound:
    """A round that is open now, for ten seats."""
    now = timezone.now()
    fields = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=30), "seats": 10} | fields
    return ApplicationRound.objects.create(cohort=in_cohort or cohort(), **fields)


def eligibility_rule(of: ApplicationRound, field: str, operator: str, value) -> EligibilityRule:
    version = of.rules_version + 1
    ApplicationRound.objects.filter(pk=of.pk).update(rules_version=version)
    of.refresh_from_db()
    return EligibilityRule.objects.create(round=of, field=field, operator=operator, value=value, since=version)


def unit_quota(of: ApplicationRound | None = None, for_unit: Unit | None = None, *, seats: int = 3) -> UnitQuota:
    return UnitQuota.objects.create(round=of or application_round(), unit=for_unit or unit(), seats=seats)


def application(of: ApplicationRound | None = None, *, id_number: str = "", phone: str = "", **fields) -> Application:
    """An application that was handed in; with ``nominating_unit`` a nomination."""
    n = next(_n)
    id_number = id_number or id_number_of()
    origin = "nominated" if fields.get("nominating_unit") else "self"
    fields = {
        "name": f"Applicant {n}",
        "name_key": f"applicant {n:06}",
        "origin": origin,
        "state": "submitted",
    } | fields
    fields = {"state_at": at(START), "submitted_at": at(START)} | fields
    if fields["state"] == "returned":
        fields.setdefault("reason", "Not this time.")
    if fields["state"] == "waiting":
        fields.setdefault("waiting_rank", n)
    fields |= {
        "id_number": Sealed.of(id_number),
        "id_index": blind_index("id_number", id_number),
        "id_mask": mask_id_number(id_number),
    }
    if phone:
        fields |= {
            "phone": Sealed.of(phone),
            "phone_index": blind_index("phone", phone),
            "phone_mask": mask_phone(phone),
        }
    return Application.objects.create(round=of or application_round(), **fields)


def matching_rules(in_cohort: Cohort, **fields) -> MatchingRules:
    """The next version; without fields the usual weights, and no hard rule but refusals."""
    version = in_cohort.matching_rules.count() + 1
    fields = {"version": version, "made_at": timezone.now(), "needs_lodging": False} | fields
    return MatchingRules.objects.create(cohort=in_cohort, **fields)


def wish(of: Trainee, at_offer: Offer, rank: int | None = 1, *, side: str = Wish.Side.TRAINEE, **fields) -> Wish:
    """Without a rank a refusal."""
    fields = {"reason": "" if rank else "a reason", "written_at": timezone.now()} | fields
    return Wish.objects.create(side=side, trainee=of, offer=at_offer, rank=rank, **fields)


def screening(of: ApplicationRound, *, by: User, rules: RuleSet | None = None, **fields) -> Screening:
    """A run without rows, under rules of its own version."""
    rules = rules or RuleSet((PriorityRule("park", "one_of", [True], 10, "Works in a park"),))
    number = of.screenings.count() + 1
    version = ScreeningRules.objects.create(round=of, version=number, rules=rules.to_json(), made_by=by)
    fields = {"seed": "0123456789abcdef", "seats": of.seats, "people": 1, "digest": "", "made_at": at(START)} | fields
    return Screening.objects.create(round=of, number=number, rules=version, made_by=by, **fields)


def screening_row(of: Screening, application: Application, **fields) -> ScreeningRow:
    rank = of.rows.count() + 1
    fields = {"rank": rank, "points": 0, "draw": "0" * 16, "outcome": "chosen", "why": "points"} | fields
    fields = {"hits": [], "facts": {}, "changes": []} | fields
    return ScreeningRow.objects.create(screening=of, application=application, **fields)


def override(of: Application, *, by: User, **fields) -> Override:
    fields = {"kind": "outcome", "outcome": "waiting", "reason": "Asked to wait.", "made_at": at(START)} | fields
    return Override.objects.create(application=of, round=of.round, made_by=by, **fields)


def exemption(of: Application, for_unit: Unit | None = None, *, by: User, **fields) -> Exemption:
    fields = {"kind": "leave", "reason": "Ill", "starts_on": START} | fields
    return Exemption.objects.create(
        name=of.name, id_index=of.id_index, unit=for_unit or of.round.cohort.program.unit, made_by=by, **fields
    )


def picture() -> bytes:
    """A small picture, as a phone would send it."""
    out = BytesIO()
    Image.new("RGB", (4, 4), "white").save(out, "PNG")
    return out.getvalue()


def lead(of: Trainee | None = None, *, by: User | None = None, **fields) -> Lead:
    fields = {"company": f"Company {next(_n)}", "what": "wants to build", "found_on": START} | fields
    return enter_lead([of or trainee()], by=by or user(), **fields)
