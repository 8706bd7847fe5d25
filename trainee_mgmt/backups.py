"""Backup and restore: the database, the media files and the keys in one archive, whole or not at all.

The archive is a tar: database.dump (pg_dump), keys.env, media/…, and last manifest.json with a digest of each file, so
an archive that was cut off or changed is refused before anything is touched. It holds the keys: guard it like them.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg2 import sql

from ops.environment import read_keys, write_keys
from ops.services import ServiceError, major_version, postgres_programs

FORMAT = 1
DATABASE, KEYS, MANIFEST = "database.dump", "keys.env", "manifest.json"
STAGING = ".restore-"
# Rows that Django and the scheduler write by themselves; a database with nothing else is empty.
BOOKKEEPING = re.compile(r"django_migrations|django_content_type|auth_permission|django_celery_beat_\w+")


class BackupError(Exception):
    """It was not done; the message says why and what to do."""


@dataclass(frozen=True)
class Report:
    """What was saved or brought back."""

    files: int
    size: int
    made_at: str
    new_keys: Path | None = None


# Saving -------------------------------------------------------------------------------------------------------------


def save(target: Path) -> Report:
    """Write the archive, readable by the owner alone. An interrupted run leaves an older archive as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digests: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump, draft = Path(folder) / DATABASE, Path(folder) / "archive.tar"
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump))
        keys = Path(folder) / KEYS
        write_keys(keys, current_keys())
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                for name, path in [(DATABASE, dump), (KEYS, keys), *_media_files()]:
                    digests[name] = _add(archive, name, path)
                manifest = _manifest(digests)
                (Path(folder) / MANIFEST).write_text(json.dumps(manifest, indent=1))
                archive.add(Path(folder) / MANIFEST, MANIFEST)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    return Report(len(digests) - 2, target.stat().st_size, manifest["made_at"])


def current_keys() -> dict[str, str]:
    lists = {"FIELD_KEYS": settings.FIELD_KEYS, "SECRET_KEY_FALLBACKS": settings.SECRET_KEY_FALLBACKS}
    single = {name: getattr(settings, name) for name in ("SECRET_KEY", "INDEX_KEY", "AUDIT_KEY")}
    return single | {name: ",".join(values) for name, values in lists.items() if values}


def _media_files() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and not name.startswith(STAGING):
            yield f"media/{name}", path


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """The digest of what was written, so a file that changes meanwhile cannot make a false one."""
    with path.open("rb") as file:
        reader = _Digesting(file)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), reader)
    return reader.digest.hexdigest()


class _Digesting:
    def __init__(self, file):
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _manifest(digests: dict[str, str]) -> dict:
    applied = MigrationLoader(connection).applied_migrations
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "postgresql": connection.pg_version // 10000,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "files": digests,
    }


# Bringing back ------------------------------------------------------------------------------------------------------


def bring_back(source: Path, *, replace: bool = False) -> Report:
    """Put the archive in place of what is there. The database changes in one transaction, the files after it."""
    with _opened(source) as (archive, manifest):
        _refuse_newer(manifest)
        _refuse_busy()
        if not replace:
            _refuse_data()
        media = Path(settings.MEDIA_ROOT)
        media.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=media, prefix=STAGING) as folder:
            _unpack(archive, manifest, Path(folder))
            _replace_database(Path(folder) / DATABASE)
            new_keys = _replace_keys(read_keys(Path(folder) / KEYS))
            _replace_media(media, Path(folder))
    call_command("migrate", interactive=False, verbosity=0)
    return Report(len(manifest["files"]) - 2, source.stat().st_size, manifest["made_at"], new_keys)


@contextmanager
def _opened(source: Path) -> Iterator[tuple[tarfile.TarFile, dict]]:
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    try:
        with tarfile.open(source, mode="r:") as archive:
            manifest = json.load(archive.extractfile(MANIFEST))
            if manifest["format"] != FORMAT:
                raise BackupError(f"{source} has format {manifest['format']}; this version reads {FORMAT}.")
            yield archive, manifest
    except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise BackupError(f"{source} is no whole backup: it was cut off, changed or made by something else.") from error


def _refuse_newer(manifest: dict) -> None:
    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest["migrations"]) - ours)
    if unknown:
        raise BackupError(
            f"The backup is of a newer version: {unknown[0]} is unknown here. Upgrade first, then restore."
        )


def _refuse_busy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (others,) = cursor.fetchone()
    if others:
        raise BackupError(f"{others} other connections use the database. Stop the web servers and the workers first.")


def _refuse_data() -> None:
    filled = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not BOOKKEEPING.fullmatch(table):
                cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
                filled += [table] if cursor.fetchone()[0] else []
    if filled:
        some = ", ".join(filled[:3])
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} is not empty ({len(filled)} tables with rows: {some} …). "
            "To replace all of it, say --replace (make restore REPLACE=1)."
        )


def _unpack(archive: tarfile.TarFile, manifest: dict, folder: Path) -> None:
    """All files of the manifest, each with its digest checked; nothing else, and nothing outside the folder."""
    for name, digest in manifest["files"].items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not (name in (DATABASE, KEYS) or path.parts[0] == "media"):
            raise BackupError(f"The archive holds a file of a forbidden name: {name}")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.extractfile(name) as file, target.open("wb") as copy:
            reader = _Digesting(file)
            shutil.copyfileobj(reader, copy)
        if reader.digest.hexdigest() != digest:
            raise BackupError(f"{name} in the archive is damaged. Nothing was changed.")


def _replace_database(dump: Path) -> None:
    """Old tables out and new ones in, in one transaction: if anything fails, the old ones are still there."""
    connection.close()
    script = dump.with_suffix(".sql")
    _run(
        "pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file", str(script), str(dump), connect=False
    )
    _run(
        "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
        "--command=SET client_min_messages = warning", "--command=SET lock_timeout = '15s'",
        "--command=DROP SCHEMA public CASCADE", "--command=CREATE SCHEMA public", f"--file={script}",
    )  # fmt: skip


def _replace_keys(keys: dict[str, str]) -> Path | None:
    """The keys of the archive from now on. Returns the file to copy them from, where they come from elsewhere."""
    if keys == current_keys():
        return None
    own_file = Path(settings.VAR_DIR) / "secrets.env"
    here = read_keys(own_file)
    ours = bool(here) and here.get("FIELD_KEYS") == ",".join(settings.FIELD_KEYS)
    if ours:
        write_keys(own_file.with_name("secrets.env.before-restore"), here)
    target = own_file if ours else own_file.with_name("restored-keys.env")
    write_keys(target, keys)
    for name, value in keys.items():
        setattr(settings, name, value.split(",") if isinstance(getattr(settings, name), list) else value)
    return None if ours else target


def _replace_media(media: Path, folder: Path) -> None:
    """Entry by entry, because the media folder itself may be a mount that cannot be renamed."""
    for old in media.iterdir():
        if old != folder:
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    if (folder / "media").exists():
        for new in (folder / "media").iterdir():
            new.rename(media / new.name)


# PostgreSQL's programs ----------------------------------------------------------------------------------------------


def _run(program: str, *arguments: str, connect: bool = True) -> None:
    environment = dict(os.environ)
    command = [str(_programs() / program), *arguments]
    if connect:
        params = {
            key: value for key, value in connection.get_connection_params().items() if isinstance(value, (str, int))
        }
        environment["PGPASSWORD"] = str(params.pop("password", ""))
        command += ["--dbname", _conninfo(params)]
    result = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if result.returncode:
        raise BackupError(f"{program} failed: {result.stderr.strip()}")


def _conninfo(params: dict) -> str:
    """What libpq connects to, without the password: others can read the arguments of a program."""
    quoted = {key: str(value).replace("\\", "\\\\").replace("'", "\\'") for key, value in params.items()}
    return " ".join(f"{key}='{value}'" for key, value in quoted.items())


def _programs() -> Path:
    """The folder of PostgreSQL's programs that fit the server best: its own version, else the next newer."""
    server = connection.pg_version // 10000
    fitting = sorted((version, order, path) for order, (version, path) in enumerate(_installed()) if version >= server)
    if not fitting:
        raise BackupError(
            f"pg_dump, pg_restore and psql of PostgreSQL {server} are needed: apt-get install postgresql-client"
        )
    return fitting[0][2]


def _installed() -> Iterator[tuple[int, Path]]:
    found = shutil.which("pg_dump")
    if found:
        yield major_version(found), Path(found).parent
    for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        if (path / "pg_dump").exists():
            yield major_version(path / "pg_dump"), path
    try:
        wheel = postgres_programs()
    except ServiceError:
        return
    yield major_version(wheel / "postgres"), wheel
