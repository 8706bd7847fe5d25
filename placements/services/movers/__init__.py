"""What this app moves with a stay: duties of the mentor and of training, and what stands around the place itself."""

from placements.services.movers import duties, place

__all__ = ["duties", "place"]
