"""Links to pages that other parts of the product bring: shown where the page exists and the reader may open it."""

from trainee_mgmt import navigation


def link(request, name: str, query: str = "", **kwargs) -> str:
    """The URL, or nothing."""
    return navigation.link(request.user.role_set, name, query, **kwargs)
