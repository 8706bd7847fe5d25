"""A real office at work: workers and clocks as processes of their own, on the database of the test."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from django.db import connection
from django.utils import timezone
from redis import Redis

from accounts.models import Address, CalendarDay, Delivery, Message, Notice, NoticeSettings, User
from accounts.services.notices import notify
from ops.environment import ROOT
from ops.services import free_port, redis_program
from trainee_mgmt.kit.crypto import Sealed

PATIENCE = 300  # seconds: a busy machine is no fault
KIND = "accounts.complaint_answered"


class Office:
    """``broker`` is a Redis of its own (files, where there is none): nobody else's tasks are seen or lost."""

    def __init__(self, folder: Path, smtp: tuple[str, int]):
        self.folder = folder
        self.port, self.broker = free_port(), None
        self.processes: list[subprocess.Popen] = []
        url = urlsplit(os.environ["DATABASE_URL"])
        self.environment = os.environ | {
            "DATABASE_URL": url._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
            "REDIS_URL": f"redis://127.0.0.1:{self.port}/0" if redis_program() else "",
            "VAR_DIR": str(folder / "var"),
            "DJANGO_SETTINGS_MODULE": "trainee_mgmt.settings",
            "SITE_URL": "https://training.example.org",
            "NOTICE_CHANNELS": "email",
            "SMTP_URL": f"smtp://{smtp[0]}:{smtp[1]}",
            "MAIL_FROM": "office@example.org",
            "NOTICE_TICK_SECONDS": "1",
            "NOTICE_STALE_SECONDS": "60",  # a sender that a busy machine holds up is not dead
            "LOG_LEVEL": "WARNING",
        }
        self.start_the_broker()

    def takes_for_dead_after(self, seconds: int) -> None:
        """Who begins to work from now on waits so long for a sign of life of a sender."""
        self.environment["NOTICE_STALE_SECONDS"] = str(seconds)

    def start(self, *what: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "-A", "trainee_mgmt", *what, "--loglevel", "WARNING"]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen:
        return self.start(
            "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "-n", f"w{len(self.processes)}"
        )

    def workers(self) -> list[subprocess.Popen]:
        return [each for each in self.processes if "worker" in each.args]

    def clock(self) -> subprocess.Popen:
        return self.start("beat", "--pidfile", "", "--max-interval", "1")

    def start_again_what_ended(self) -> int:
        """What the service manager does. A Celery worker that had a task in hand when its broker went ends by itself
        ("Unrecoverable error" while it gives the message back)."""
        ended = [each for each in self.processes if each.poll() is not None]
        for process in ended:
            self.processes.remove(process)
            self.start(*process.args[5:-2])
        return len(ended)

    def empty_the_broker(self) -> None:
        if self.broker:
            with Redis.from_url(self.environment["REDIS_URL"]) as server:
                server.flushall()
        else:
            for file in (self.folder / "var" / "queue").glob("*"):
                file.unlink(missing_ok=True)

    def start_the_broker(self) -> None:
        """Always at the same address, and empty."""
        (self.folder / "var" / "queue").mkdir(parents=True, exist_ok=True)
        (self.folder / "var" / "queue-control").mkdir(exist_ok=True)
        if program := redis_program():
            nothing_kept = ("--save", "", "--appendonly", "no", "--bind", "127.0.0.1")
            self.broker = subprocess.Popen(
                [program, "--port", str(self.port), *nothing_kept], cwd=self.folder, stdout=subprocess.DEVNULL
            )

    def stop_the_broker(self) -> None:
        if self.broker:
            self.broker.kill()
            self.broker.wait(timeout=PATIENCE)
        else:
            shutil.rmtree(self.folder / "var" / "queue")

    def close(self) -> None:
        for process in self.processes:
            kill_whole(process)
        self.stop_the_broker()

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]


def kill_one(process: subprocess.Popen) -> int:
    """kill -9 for one of the processes that do the work. Answers how many were killed."""
    children = psutil.Process(process.pid).children()
    if children:
        children[0].send_signal(signal.SIGKILL)
    return len(children[:1])


def kill_whole(process: subprocess.Popen) -> int:
    """kill -9 for the worker and all that it started. Answers how many of them did work: it is stopped first, so that none
    begins after they were counted."""
    if process.poll() is not None:
        return 0
    process.send_signal(signal.SIGSTOP)
    children = sum(each.status() != psutil.STATUS_ZOMBIE for each in psutil.Process(process.pid).children())
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)
    return children


def tell(people: int, *, before: int = 0) -> set[str]:
    """Notices for so many people, due now, whatever hour and day it is. Answers their addresses.

    ``before``: how many people there are already.
    """
    today = timezone.localdate()
    for day in (today, today + timedelta(days=1)):
        CalendarDay.objects.get_or_create(day=day, defaults={"is_working": True})
    names = [f"p{n}" for n in range(before, before + people)]
    users = User.objects.bulk_create(User(username=name, name=name, password="!") for name in names)
    midnight = "00:00"
    NoticeSettings.objects.bulk_create(
        NoticeSettings(user=each, quiet_from=midnight, quiet_until=midnight) for each in users
    )
    Address.objects.bulk_create(
        Address(user=each, channel="email", value=Sealed.of(f"{each.username}@example.org")) for each in users
    )
    for key in "ab":
        notify(KIND, users, key=key)
    Notice.objects.filter(user__in=users).update(due_at=timezone.now())
    return {f"{each.username}@example.org" for each in users}


def claims_grow_old() -> None:
    """What senders held that were killed, as if they had been silent for an hour. For when none is alive."""
    Delivery.objects.exclude(claimed_at=None).update(claimed_at=timezone.now() - timedelta(hours=1))


def wait_until(condition, *, office: Office, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s; the end of the log:\n{office.log()}"
        time.sleep(0.05)


def all_is_told(people: int) -> bool:
    return Message.objects.filter(state="sent").count() == people


def outcome(mailbox) -> tuple[set[str], int, int]:
    """Who got a mail, how many mails came twice, how many deliveries are marked."""
    mails = Counter(to for to, _mail in mailbox.mails)
    return set(mails), sum(mails.values()) - len(mails), Delivery.objects.filter(is_possible_double=True).count()
