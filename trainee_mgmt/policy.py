"""What every page says to browsers: the content security policy of settings.CONTENT_SECURITY_POLICY, put together once, and
that what is made for one person is kept by nobody in between, and shown again only after the server was asked.

Pages that show a secret or a phone in full say ``no-store`` themselves. The others do not: going back would lose what was typed.
"""

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings

EXPLAINED = {404, 500}  # with DEBUG, Django explains these on pages that style themselves


FOR_ONE_PERSON = "private, no-cache"


class PolicyMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.policy = build_policy()
        self.without = EXPLAINED if settings.DEBUG else set()

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code not in self.without:
            response.headers.setdefault(HEADER, self.policy)
        response.headers.setdefault("Cache-Control", FOR_ONE_PERSON)
        return response
