import io
import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from trainee_mgmt.logs import RequestLogMiddleware, logging_config

PHONE, ID_NUMBER = "13800138000", "11010519491231002X"


@pytest.fixture
def lines():
    """What would be written to standard error, as dicts."""
    stream = io.StringIO()
    formatter_settings = logging_config()["formatters"]["json"]
    formatter = formatter_settings.pop("()")(**formatter_settings)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def get(path, **headers):
    request = RequestFactory().get(path, headers=headers)

    def view(request):
        request.resolver_match = resolve("/account/login/")
        logging.getLogger("somewhere").warning("half way")
        return HttpResponse("done")

    return RequestLogMiddleware(view)(request)


def test_each_line_of_a_request_carries_the_id_that_the_answer_names(lines):
    response = get("/account/login/")

    written = lines()
    assert [line["event"] for line in written] == ["half way", "request"]
    assert {line["request_id"] for line in written} == {response["X-Request-ID"]}


def test_the_line_names_the_route_and_never_the_query(lines):
    get(f"/account/login/?q={PHONE}&name=张三")

    line = lines()[-1]
    assert {key: line[key] for key in ("method", "route", "status", "user")} == {
        "method": "GET",
        "route": "account/login/",
        "status": 200,
        "user": None,
    }
    assert [word for word in (PHONE, "张三") if word in json.dumps(line, ensure_ascii=False)] == []


@pytest.mark.parametrize(
    ("sent", "kept"), [("a1b2c3d4e5f6", True), ("short", False), ("bad id\tforged", False), ("x" * 65, False)]
)
def test_an_id_from_the_proxy_is_kept_if_it_is_one(sent, kept):
    assert (get("/", **{"X-Request-ID": sent})["X-Request-ID"] == sent) is kept


def test_an_error_is_logged_without_the_values_of_the_row(lines):
    from_postgres = f"ERROR: duplicate key\nDETAIL:  Key (name, phone)=(张三, {PHONE})\n already exists.\n"
    try:
        try:
            raise LookupError(from_postgres)
        except LookupError as error:
            raise ValueError(f"bad number {ID_NUMBER}") from error
    except ValueError:
        logging.getLogger("somewhere").exception("it failed for %s", PHONE)

    (line,) = lines()
    assert "LookupError" in line["exception"]
    assert "ValueError: bad number ***" in line["exception"]
    text = json.dumps(line, ensure_ascii=False)
    assert [word for word in (PHONE, ID_NUMBER, "张三", "already exists") if word in text] == []


@pytest.mark.parametrize("path", [f"/f/{'ab' * 20}/", f"/apply/mine/412-{'0f' * 16}/"])
def test_a_refused_form_does_not_leave_the_secret_of_its_link_in_the_log(lines, path):
    logging.getLogger("django.security.csrf").warning("Forbidden (CSRF cookie not set.): %s", path)

    assert lines()[-1]["event"] in (
        "Forbidden (CSRF cookie not set.): /f/***/",
        "Forbidden (CSRF cookie not set.): /apply/mine/412-***/",
    )
