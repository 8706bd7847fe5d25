import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from trainee_mgmt import offline


def test_the_worker_is_served_from_the_root_and_asked_for_anew_each_time(client):
    response = client.get("/service-worker.js")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert (response.headers["Cache-Control"], response.headers["Service-Worker-Allowed"]) == ("no-cache", "/")
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_what_the_worker_keeps_exists():
    assets = offline.assets()

    assert [each for each in assets if finders.find(each.removeprefix("/static/")) is None] == []
    assert {"/static/kit/look.css", "/static/kit/kept.js", "/static/learning/roll.js"} <= set(assets)


def test_the_page_without_a_network_is_open_to_all(client):
    assert client.get(reverse("offline")).status_code == 200


@pytest.mark.parametrize("name", ["service_worker", "offline"])
def test_nothing_is_posted_there(client, name):
    assert client.post(reverse(name)).status_code == 405
