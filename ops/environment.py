"""The environment that the application reads: keys, database and Redis, made here where nobody gave them."""

import base64
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ops.services import Service, ServiceError, postgres, redis

ROOT = Path(__file__).resolve().parent.parent


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


KEYS = {  # name -> how to make one
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_KEYS": _fernet_key,
    "INDEX_KEY": lambda: secrets.token_urlsafe(32),
    "AUDIT_KEY": lambda: secrets.token_urlsafe(32),
}


def new_keys() -> dict[str, str]:
    return {name: make() for name, make in KEYS.items()}


def read_keys(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write_keys(path: Path, keys: dict[str, str]) -> None:
    """Whole or not at all, and readable by the owner alone."""
    draft = path.with_name(f"{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Keys of this installation. ID numbers and phones cannot be read without them: back them up.\n")
        file.writelines(f"{name}={value}\n" for name, value in keys.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def installation_keys(path: Path, data_dir: Path | None) -> dict[str, str]:
    """The keys that the environment does not give: read from ``path``, made there once if they are new."""
    known = read_keys(path)
    missing = [name for name in KEYS if not os.environ.get(name) and name not in known]
    if missing and data_dir is not None and (data_dir / "PG_VERSION").exists():
        raise ServiceError(
            f"{', '.join(missing)} not found in {path}, but {data_dir} holds data that was written with them. "
            "Put the file back from a backup, or move the data away to start anew."
        )
    if missing:
        known |= {name: KEYS[name]() for name in missing}
        write_keys(path, known)
        print(f"Made {', '.join(missing)} in {path}", file=sys.stderr)
    return {name: known[name] for name in KEYS if not os.environ.get(name)}


@contextmanager
def installation() -> Iterator[tuple[dict[str, str], list[Service]]]:
    """The environment of this installation, with its servers running meanwhile."""
    var = var_dir()
    data_dir = None if os.environ.get("DATABASE_URL") else var / "postgres"
    given = dict(os.environ) | installation_keys(var / "secrets.env", data_dir) | {"VAR_DIR": str(var)}
    running: list[Service] = []
    with ExitStack() as stack:
        if data_dir is not None:
            running.append(postgres(data_dir, database="trainee_mgmt"))
            stack.callback(running[-1].stop)
            given["DATABASE_URL"] = running[-1].url
        if not os.environ.get("REDIS_URL"):
            running.append(redis(var / "redis"))
            stack.callback(running[-1].stop)
            given["REDIS_URL"] = running[-1].url
        (var / "queue").mkdir(parents=True, exist_ok=True)
        yield given, running


@contextmanager
def workbench(var: Path) -> Iterator[dict[str, str]]:
    """The addresses of servers for checks and tests, which trade safety for speed and keep nothing that matters."""
    with ExitStack() as stack:
        given = {}
        if not os.environ.get("DATABASE_URL"):
            database = postgres(var / "test-postgres", durable=False)
            stack.callback(database.stop)
            given["DATABASE_URL"] = database.url
        if "REDIS_URL" not in os.environ:
            cache = redis(var / "test-redis", durable=False)
            stack.callback(cache.stop)
            given["REDIS_URL"] = cache.url
        yield given
