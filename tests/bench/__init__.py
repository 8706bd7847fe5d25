"""``make bench``: what a request costs here and what it costs at least; docs/performance.md explains it."""
