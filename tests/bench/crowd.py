"""Everybody at one instant: check-ins that are all answered, each kept once, counted in the database afterwards."""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from cohorts.models import Cohort
from learning.models import Attendance, Scan, Session, SessionClass
from learning.rules import codes
from learning.services.checkins import code_key, device_key, make_ticket
from tests.bench.cases import SIGN_IN, Case
from tests.bench.data import PASSWORD, find
from tests.bench.meter import cpu_seconds
from tests.bench.servers import Servers, Web, web
from tests.bench.shape import Shape
from tests.bench.visitor import Unexpected, Visitor

TWICE, ANSWERED_WITHIN, A_MINUTE = 2.0, 4, 60
PATIENCE = 120  # seconds for a whole crowd; whoever has no answer by then is lost
PHONES = 30  # how many sign in side by side
CSRF = "c" * 32
IN = b"answer-in"  # the class of the answer to somebody who is checked in
WORKERS_OF_SIGN_IN = 2
WARM_UP = 40  # people, so that each worker has had some
FLOOR_TABLE = (
    "CREATE TABLE IF NOT EXISTS floor_checkin (session_id bigint, user_id bigint, at timestamptz NOT NULL,"
    " PRIMARY KEY (session_id, user_id))"
)


@dataclass
class Outcome:
    """One crowd on one side: how many were not let in, and what the database says."""

    refused: int
    rows: int
    twice: int

    def wrong(self, people: int) -> list[str]:
        return [
            *([f"{self.refused} not let in"] if self.refused else []),
            *([f"{people - self.rows} lost"] if self.rows < people else []),
            *([f"{self.twice} double"] if self.twice else []),
        ]


@dataclass
class Crowd:
    """What so many people do at once, with so many processes of the web server: its CPU for each of them, and the time
    until the last one has an answer."""

    workers: int
    act: Callable[["Side", Session, list[User]], int]  # answers how many were not let in
    cpu: Case
    wall: Case
    is_once: bool = False  # a minute of work: one round


@dataclass
class Side:
    name: str
    server: Web
    others: list[int]
    cookies: dict[int, str]  # of people who are signed in, by user

    def cpu(self) -> float:
        return cpu_seconds([*self.others, self.server.process.pid])


def crowds(shape: Shape, only: str) -> list[Crowd]:
    people, found = shape.small, []
    for workers in shape.workers:
        name = f"{people} check-ins at one instant, {workers} worker{'s' if workers > 1 else ''}"
        found.append(Crowd(workers, _at_one_instant, _case(name, TWICE), _wall(name, ANSWERED_WITHIN)))
    name = f"{people} sign-ins and check-ins from one address"
    in_turn = _case(name, SIGN_IN, "ours")
    found.append(Crowd(WORKERS_OF_SIGN_IN, _sign_in_and_check_in, in_turn, _wall(name, A_MINUTE), is_once=True))
    return [each for each in found if only in each.wall.name]


def _case(name: str, aim: float, aim_of: str = "ratio") -> Case:
    return Case(name, None, None, aim, aim_of, queries=None, bytes=None)


def _wall(name: str, aim: float) -> Case:
    return Case(f"{name}, until the last answer", None, None, aim, "ours", "s", queries=None, bytes=None)


def measure(running: Servers, port: int, shape: Shape, chosen: list[Crowd]) -> list[Case]:
    """Both sides in turn, after a crowd that warms them up; whatever a crowd writes is deleted after it."""
    if not chosen:
        return []
    people = _accounts(find(shape.small).cohort)
    for workers in sorted({crowd.workers for crowd in chosen}):
        with _sides(running, port, workers, people) as sides:
            for crowd in (each for each in chosen if each.workers == workers):
                rounds = 1 if crowd.is_once else shape.rounds
                for round_of in [people[:WARM_UP], *[people] * rounds]:
                    for side in sides:
                        with _session(running, people) as session:
                            _one(crowd, side, session, round_of, counts=round_of is people)
                _say(crowd)
    return [case for crowd in chosen for case in (crowd.cpu, crowd.wall)]


def _one(crowd: Crowd, side: Side, session: Session, people: list[User], *, counts: bool) -> None:
    before, started = side.cpu(), time.monotonic()
    refused = crowd.act(side, session, people)
    wall, cpu = time.monotonic() - started, side.cpu() - before
    outcome = Outcome(refused, *_kept(side.name, session))
    crowd.cpu.wrong |= {f"{side.name}: {word}" for word in outcome.wrong(len(people))}
    if counts:
        crowd.cpu.costs[side.name].append(cpu * 1000 / len(people))
        crowd.wall.costs[side.name].append(wall * 1000)


def _kept(side: str, session: Session) -> tuple[int, int]:
    """How many people the database has, and how many rows too many, in each place that must have one."""
    if side == "floor":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM floor_checkin WHERE session_id = %s", [session.pk])
            return cursor.fetchone()[0], 0
    of_session = [
        Scan.objects.filter(session=session, verdict=Scan.Verdict.ACCEPTED),
        Attendance.objects.filter(session=session, in_force=True),
    ]
    found = [rows.aggregate(rows=Count("pk"), people=Count("trainee", distinct=True)) for rows in of_session]
    entries = AuditEntry.objects.filter(action="learning.check_in", object_label__startswith=session.title).count()
    kept = min(entries, *(each["people"] for each in found))
    return kept, sum(each["rows"] - each["people"] for each in found) + max(0, entries - found[0]["people"])


# At one instant -------------------------------------------------------------------------------------------------------


def _at_one_instant(side: Side, session: Session, people: list[User]) -> int:
    asked = [_request(side, session, user) for user in people]
    answers = asyncio.run(_rush(side.server.port, asked))
    wanted = IN if side.name == "ours" else b"ok"
    return sum(not (answer.startswith(b"HTTP/1.1 200") and wanted in answer) for answer in answers)


async def _rush(port: int, requests: list[bytes]) -> list[bytes]:
    """Each request on a connection of its own, all of them before the first answer is read."""
    return await asyncio.gather(*(asyncio.wait_for(_ask(port, each), PATIENCE) for each in requests))


async def _ask(port: int, request: bytes) -> bytes:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
    except (OSError, TimeoutError):
        return b""
    return answer


def _request(side: Side, session: Session, user: User) -> bytes:
    """What a phone sends when the code on the screen has been read."""
    device = f"phone-of-{user.pk}"
    cookies = f"sessionid={side.cookies[user.pk]}; csrftoken={CSRF}; device={device}"
    if side.name == "floor":
        path, body = f"/sessions/{session.pk}/check-in/", ""
    else:
        now = timezone.now()
        window = codes.window_of(now)
        text = codes.token(code_key(), session.pk, window)
        ticket = make_ticket(codes.Code(session.pk, window), text, at=now, device=device_key(device))
        path, body = reverse("learning:check_in"), urlencode({"ticket": ticket})
    lines = (
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Cookie: {cookies}", f"X-CSRFToken: {CSRF}",
        "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}", "", body,
    )  # fmt: skip
    return "\r\n".join(lines).encode()


# From signed out to checked in ----------------------------------------------------------------------------------------


def _sign_in_and_check_in(side: Side, session: Session, people: list[User]) -> int:
    walk = _walk if side.name == "ours" else _walk_at_floor

    def one(user: User) -> bool:
        visitor = Visitor(side.server.port)
        try:
            return walk(visitor, session, user)
        except (Unexpected, OSError):
            return False
        finally:
            visitor.close()

    with ThreadPoolExecutor(PHONES) as phones:
        return sum(not let_in for let_in in phones.map(one, people))


def _walk(visitor: Visitor, session: Session, user: User) -> bool:
    """The camera opens the address of the code, which leads to signing in and back; a script presses the button."""
    token = codes.token(code_key(), session.pk, codes.window_of(timezone.now()))
    visitor.get(reverse("learning:code_read", kwargs={"code": token}), expected=302)
    visitor.get(visitor.location, expected=302)
    sign_in = visitor.location
    visitor.get(sign_in)
    visitor.post(sign_in, {"login": user.username, "password": PASSWORD})
    check_in = visitor.location
    visitor.get(check_in)
    ticket = re.search(rb'name="ticket"\s+value="([^"]+)"', visitor.start)
    visitor.post(reverse("learning:check_in"), {"ticket": ticket[1].decode()}, expected=200)
    return IN in visitor.start


def _walk_at_floor(visitor: Visitor, session: Session, user: User) -> bool:
    visitor.sign_in("/sign-in/", user.username, PASSWORD)
    visitor.post(f"/sessions/{session.pk}/check-in/", {}, expected=200)
    return True


# What they stand on ---------------------------------------------------------------------------------------------------


def _accounts(cohort: int) -> list[User]:
    """The accounts of the trainees of the cohort, made with the cohort."""
    found = User.objects.filter(person__traineeships__cohort=cohort).order_by("pk")
    return list(found.defer("phone", "first_password"))


@contextmanager
def _session(running: Servers, people: list[User]) -> Iterator[Session]:
    """A session of all classes that begins in a few minutes; it goes away with everything that was written for it."""
    with running.database.undone():
        now = timezone.now()
        cohort = Cohort.objects.get(trainees__person__user=people[0])
        session = Session.objects.create(
            cohort=cohort,
            title=f"签到 {secrets.token_hex(4)}",
            starts_at=now + timedelta(minutes=15),
            ends_at=now + timedelta(hours=2),
        )
        classes = cohort.classes.all()
        SessionClass.objects.bulk_create(SessionClass(session=session, training_class=each) for each in classes)
        yield session
        connection.close()


@contextmanager
def _sides(running: Servers, port: int, workers: int, people: list[User]) -> Iterator[tuple[Side, Side]]:
    environment = running.environment | {"WEB_CONCURRENCY": str(workers)}
    product = environment | {"DJANGO_SETTINGS_MODULE": "trainee_mgmt.settings"}
    bare = environment | {"DJANGO_SETTINGS_MODULE": "tests.bench.floor.settings"}
    with connection.cursor() as cursor:
        cursor.execute(FLOOR_TABLE)
    with ExitStack() as stack:
        ours = stack.enter_context(web("trainee_mgmt.wsgi", port, product, config=True))
        floor = stack.enter_context(web("tests.bench.floor.wsgi", port + 1, bare, config=False))
        database, redis = running.database.pid, [running.redis_pid] if running.redis_pid else []
        yield (
            Side("ours", ours, [database, *redis], {user.pk: _stored(user) for user in people}),
            Side("floor", floor, [database], {user.pk: _in_cookie(user) for user in people}),
        )


def _stored(user: User) -> str:
    """A session of the product; its key is the cookie."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    session.save()
    return session.session_key


def _in_cookie(user: User) -> str:
    """A session of the floor, which is the cookie."""
    values = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: AbstractBaseUser._get_session_auth_hash(user),
    }
    return signing.dumps(values, compress=True, salt="django.contrib.sessions.backends.signed_cookies")


def _say(crowd: Crowd) -> None:
    walls = [f"{side} {max(costs) / 1000:.2f} s at most" for side, costs in crowd.wall.costs.items()]
    cpu = [f"{side} {min(costs):.2f} ms CPU at least" for side, costs in crowd.cpu.costs.items()]
    print(f"{crowd.cpu.name}: {', '.join(walls + cpu)} {' '.join(sorted(crowd.cpu.wrong))}", flush=True)
