"""gunicorn, for `make run` and for a server (docs/deploy.md): gunicorn -c ops/gunicorn.conf.py trainee_mgmt.wsgi"""

import gc
import os

from trainee_mgmt.logs import logging_config

bind = os.environ.get("BIND") or f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, min(os.cpu_count() or 1, 8)))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000  # a worker is renewed now and then, so that a leak in a library cannot grow for ever
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1,::1"
accesslog = None  # the application logs each request itself, as JSON with its id
errorlog = "-"
logconfig_dict = logging_config(os.environ.get("LOG_LEVEL") or "INFO")
control_socket_disable = True


def post_worker_init(worker):
    """What is loaded by now stays as long as the worker: the garbage collector need not look through it again and again,
    and what one request makes and drops need not be looked through ten times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
