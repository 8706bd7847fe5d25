"""The content security policy of settings.CONTENT_SECURITY_POLICY: the same header for every page, put together once."""

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings

EXPLAINED = {404, 500}  # with DEBUG, Django explains these on pages that style themselves


class PolicyMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.policy = build_policy()
        self.without = EXPLAINED if settings.DEBUG else set()

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code not in self.without:
            response.headers.setdefault(HEADER, self.policy)
        return response
