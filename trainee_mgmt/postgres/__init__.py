"""Django's PostgreSQL, with a health check of its own (settings.DATABASES)."""
