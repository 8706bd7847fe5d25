from structlog.contextvars import bound_contextvars, clear_contextvars, get_contextvars

from trainee_mgmt import celery
from trainee_mgmt.celery import app


def test_a_task_carries_the_id_of_the_request_that_queued_it():
    headers = {}
    with bound_contextvars(request_id="abcdef123456"):
        celery.send_request_id(headers=headers)

    task = app.tasks["accounts.seal_audit"]
    task.push_request(**headers)
    celery.take_request_id(task_id="42", task=task)
    seen = get_contextvars()
    task.pop_request()
    clear_contextvars()

    assert seen == {"request_id": "abcdef123456", "task": "accounts.seal_audit", "task_id": "42"}


def test_each_periodic_task_exists():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert wanted - set(app.tasks) == set()
