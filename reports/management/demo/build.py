"""Writes the demo: bulk rows like those that the product's own pages would have written. Only for an empty database."""

import random
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Role, ScopeKind, Unit, User
from accounts.services import record
from cohorts.models import Cohort, Person, TrainingClass
from programs.models import Program
from reports.management.demo.accounts import account, grant, unit
from reports.management.demo.applications import NEXT, chosen_before, next_batch
from reports.management.demo.between import between
from reports.management.demo.dispatch import dispatch
from reports.management.demo.duties import build_duties
from reports.management.demo.journals import make_of_journals, write_journals
from reports.management.demo.leads import leads
from reports.management.demo.matching import match_second, place
from reports.management.demo.paper import paper
from reports.management.demo.people import Crowd
from reports.management.demo.programs import PROGRAMS, DemoProgram
from reports.management.demo.roster import ask_fields, enrol, groups_and_officers
from reports.management.demo.scores import give_scores
from reports.management.demo.screening import screened_before, screening_now
from reports.management.demo.service import build_service
from reports.management.demo.sessions import Desk, call_rolls, hold_sessions
from reports.management.demo.stage import Stage
from reports.management.demo.stays import build_stays
from trainee_mgmt.kit.actor import Actor, acting

SEED = 2026
SECONDED = "沉浸式培训"  # the program whose trainees live at host enterprises


@transaction.atomic
def build(today: date) -> None:
    """All five programs, their people and what happened so far, ending on ``today``."""
    rng, crowd = random.Random(SEED), Crowd(SEED)
    root = unit("示范单位", None, Unit.Level.CITY)
    admin = account("admin", "何静姝", root)
    grant(admin, Role.ADMIN, ScopeKind.ALL)
    leader = account("leader", "梁若溪", root)
    grant(leader, Role.LEADER, ScopeKind.UNIT, unit=root)
    organizer = account("organizer", "程亦舟", root)
    busy: set = set()
    for plan in PROGRAMS:
        _program(plan, root, organizer=organizer, admin=admin, crowd=crowd, busy=busy, rng=rng, today=today)
    running = Cohort.objects.select_related("program__unit").get(program__name=SECONDED)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        match_second(running, by=organizer, today=today)
    next_batch(running, organizer=organizer, crowd=crowd, today=today)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        for cohort in Cohort.objects.filter(offers__seats__placements__isnull=False).distinct().order_by("pk"):
            build_service(cohort, by=organizer, rng=random.Random(SEED), today=today)
        dispatch(running, by=organizer, today=today)  # its pack is kept as it is now: visits and tickets are there
    screening_now(running.program.cohorts.get(name=NEXT), by=organizer)
    record("reports.build_demo", root, after={"people": Person.objects.count(), "programs": len(PROGRAMS)})


def _program(
    plan: DemoProgram,
    root: Unit,
    *,
    organizer: User,
    admin: User,
    crowd: Crowd,
    busy: set,
    rng: random.Random,
    today: date,
) -> None:
    city = unit(plan.city, root, Unit.Level.CITY)
    district = unit(plan.district, city, Unit.Level.DISTRICT)
    office = unit(plan.office, district, Unit.Level.OFFICE)
    streets = {f"{name}街道": unit(f"{name}街道", district, Unit.Level.STREET) for name in plan.streets}
    program = Program.objects.create(unit=office, name=plan.name, theme=plan.theme, summary=plan.summary)
    grant(organizer, Role.ORGANIZER, ScopeKind.PROGRAM, scope=program)
    cohort = _cohort(plan, program, today)
    ask_fields(plan, cohort)
    classes = TrainingClass.objects.bulk_create(
        TrainingClass(cohort=cohort, name=name, number=number, unit=streets.get(f"{name.removesuffix('班')}街道"))
        for number, name in enumerate(plan.classes, start=1)
    )
    trainees = enrol(plan, cohort, classes, crowd=crowd, rng=rng)
    groups_and_officers(plan, cohort, classes, trainees, crowd=crowd, admin=admin)
    sessions = hold_sessions(plan, cohort, classes, desk=Desk(office, busy), rng=rng, today=today)
    call_rolls(sessions, trainees, by=organizer, rng=rng)
    if plan.journals:
        write_journals(cohort, trainees, reader=organizer, rng=rng, today=today)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        stage = Stage(plan, cohort, trainees, sessions, organizer, rng, today)
        between(stage)
        paper(stage)
        if plan.key == "S2":
            _at_hosts(stage, crowd)
    if plan.key in ("S0", "S2"):
        build_duties(cohort, trainees, by=organizer, rng=random.Random(SEED), today=today)
        give_scores(plan, cohort, trainees, crowd=crowd, office=office, rng=rng)


def _cohort(plan: DemoProgram, program: Program, today: date) -> Cohort:
    monday = today - timedelta(days=today.weekday())
    starts_on = monday - timedelta(weeks=plan.weeks_gone)
    return Cohort.objects.create(
        program=program,
        name=plan.cohort.format(year=starts_on.year),
        starts_on=starts_on,
        ends_on=monday + timedelta(weeks=plan.weeks_left, days=4),
        journal_every=Cohort.JournalEvery.WEEK if plan.journals else Cohort.JournalEvery.NONE,
        journal_prompts=plan.prompts,
        journal_score=plan.journal_score,
    )


def _at_hosts(stage: Stage, crowd: Crowd) -> None:
    """What only the program with host enterprises has: applications, screening, placements and leads."""
    cohort, by, today = stage.cohort, stage.by, stage.today
    make_of_journals(stage)
    leads(stage)
    place(cohort, by=by, today=today)
    build_stays(cohort, by=by, rng=random.Random(SEED), today=today)
    chosen_before(cohort, stage.members.values(), crowd)
    screened_before(cohort, by=by)
