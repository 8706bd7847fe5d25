"""Links to pages that other parts of the product bring: shown where the page exists and the reader may open it."""

from trainee_mgmt.navigation import address, may_open


def link(request, name: str, query: str = "", **kwargs) -> str:
    """The URL, or nothing."""
    url = address(name, **kwargs)
    return f"{url}{query}" if url and may_open(request.user.role_set, url) else ""
