"""make run: the servers, the tables, the demo data, the web server, the worker and the clock, until Ctrl-C."""

import atexit
import errno
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from ops.environment import ROOT, installation, var_dir
from ops.services import Service, ServiceError, tail
from ops.supervisor import Ended, Supervisor

PYTHON = sys.executable
EVERYWHERE = ("0.0.0.0", "::", "[::]")


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class Refused(Exception):
    """It cannot start; the message says why and what to do."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    _take_the_terminal()
    try:
        host, port = os.environ.get("HOST") or "127.0.0.1", _port()
        _refuse_taken(host, port)
        with installation() as (environment, services):
            for service in services:
                print(service.note, flush=True)
            environment |= {"HOST": host, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
            environment.setdefault("ALLOWED_HOSTS", ",".join(["localhost", "127.0.0.1", "[::1]", *_names(host)]))
            _prepare(environment)
            _serve(environment, host, port, services)
    except Stopped:
        print("Stopped.", flush=True)
        return 0
    except (Refused, ServiceError, Ended) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


def _stop(*_signal) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    print("\nStopping …", flush=True)
    raise Stopped


def _take_the_terminal() -> None:
    """Ctrl-C comes to us and not to make, which would end with an error although all ended well."""
    try:
        terminal = sys.stdin.fileno()
        in_front = os.tcgetpgrp(terminal) == os.getpgrp()
    except (OSError, ValueError):
        return
    if in_front and os.getpgrp() != os.getpid():
        before = os.getpgrp()
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(terminal, os.getpgrp())
        atexit.register(os.tcsetpgrp, terminal, before)


def _port() -> int:
    said = os.environ.get("PORT") or "8000"
    if not said.isdecimal() or not 0 < int(said) < 65536:
        raise Refused(f"PORT must be a number from 1 to 65535, not {said!r}.")
    return int(said)


def _refuse_taken(host: str, port: int) -> None:
    """Say it now, not after a minute of preparations."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused(f"Port {port} is taken. Choose another: make run PORT={port + 1}") from error
            raise Refused(f"Cannot listen on {host}:{port}: {error.strerror}.") from error


def _names(host: str) -> list[str]:
    """The names under which other machines reach this one, when it listens to them."""
    if host not in EVERYWHERE:
        return [] if host in ("localhost", "127.0.0.1", "::1") else [host]
    addresses = [entry.address for entries in psutil.net_if_addrs().values() for entry in entries]
    return [socket.gethostname(), *(each for each in addresses if each.count(".") == 3 and not each.startswith("127."))]


def _prepare(environment: dict[str, str]) -> None:
    print("Preparing:", flush=True)
    process = subprocess.Popen([PYTHON, "-m", "ops.prepare"], cwd=ROOT, env=environment, start_new_session=True)
    try:
        code = process.wait()
    except Stopped:
        process.terminate()
        process.wait()
        raise
    if code:
        raise Refused("The preparations failed; the reason stands above.")


def _serve(environment: dict[str, str], host: str, port: int, services: list[Service]) -> None:
    address = f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{port}/"
    everyone = Supervisor(var_dir() / "log", environment, ROOT)
    celery = [PYTHON, "-m", "celery", "-A", "trainee_mgmt"]
    quiet = [] if environment.get("REDIS_URL") else ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    workers = environment.get("WORKER_CONCURRENCY") or "2"
    try:
        everyone.start("web", [PYTHON, "-m", "gunicorn", "-c", "ops/gunicorn.conf.py", "trainee_mgmt.wsgi"])
        everyone.start("worker", [*celery, "worker", "--loglevel", "INFO", "--concurrency", workers, *quiet])
        everyone.start("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""])
        how_to_enter = _how_to_enter(environment, address)
        everyone.watch(until=lambda: _answers(address))
        _welcome(address, how_to_enter, everyone.logs)
        if host in EVERYWHERE:
            print(f"From other machines: {', '.join(f'http://{name}:{port}/' for name in _names(host))}", flush=True)
        everyone.watch(until=lambda: not all(service.is_alive() for service in services))
        _tell_what_ended(services)
    finally:
        everyone.stop()


def _tell_what_ended(services: list[Service]) -> None:
    for service in services:
        if not service.is_alive():
            raise Ended(f"{service.note} has ended. The end of {service.log}:\n{tail(service.log)}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=2) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _how_to_enter(environment: dict[str, str], address: str) -> str:
    """The demo's accounts, or the link where the first administrator is made."""
    if environment.get("DEMO", "1") != "0":
        return _ask("demo", "--accounts", environment=environment)
    return _ask("setup_link", "--address", address, environment=environment)


def _ask(*command: str, environment: dict[str, str]) -> str:
    result = subprocess.run(
        [PYTHON, "manage.py", *command], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    return result.stdout.strip() if result.returncode == 0 else ""


def _welcome(address: str, how_to_enter: str, logs: Path) -> None:
    print(f"\ntrainee-mgmt is ready: {address}\n", flush=True)
    if how_to_enter:
        print(how_to_enter, flush=True)
        print(flush=True)
    print(f"Logs: {logs}. Stop with Ctrl-C.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
