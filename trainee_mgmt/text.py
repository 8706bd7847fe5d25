"""What no text of a person holds."""

from django.core.exceptions import BadRequest

NUL = "\0"


class NoNulMiddleware:
    """A NUL in an address or a form is a bad request: PostgreSQL keeps none, and no keyboard types one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if NUL in request.path or "%00" in request.META.get("QUERY_STRING", "") or self._has_nul(request.POST):
            raise BadRequest("a text holds NUL")

    @staticmethod
    def _has_nul(form) -> bool:
        return any(NUL in name or any(NUL in value for value in values) for name, values in form.lists())
