"""How often somebody who is not signed in may ask the same thing: counted in the cache, by spans of time."""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache


def is_too_often(name: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more try of ``who`` at ``name``; true from the one after ``most`` in this span of time on."""
    span = int(time.time() // seconds)
    key = f"limit:{name}:{hashlib.sha256(who.encode()).hexdigest()}:{span}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two lines
        return False


def address_of(request) -> str:
    """Where a request comes from. Behind our own proxy it is the last address that the proxy was told."""
    if settings.SECURE_PROXY_SSL_HEADER and (told := request.headers.get("X-Forwarded-For", "")):
        return told.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")
