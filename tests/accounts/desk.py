"""What tests of pages ask and read, in few words."""

from django.test import Client
from django.urls import reverse


def url(name, *args, **query):
    path = reverse(f"accounts:{name}", kwargs={"pk": args[0]} if args else {})
    return path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def text(response) -> str:
    return response.content.decode()


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client
